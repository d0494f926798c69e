//! The node's messages, handed on to the primitives, and their answers as HTTP.

use std::sync::Arc;

use axum::http::StatusCode;
use bytes::Bytes;

use crate::observe::Outcome;
use crate::primitive::{Answer, Primitives};
use crate::serve::{BoxFuture, SoapCall, SoapHandler, SoapReply};

/// Hands the node's messages to the primitives and their answers to HTTP.
pub(super) struct NodeFacing(pub(super) Arc<Primitives>);

impl SoapHandler for NodeFacing {
    fn call(&self, call: SoapCall) -> BoxFuture<SoapReply> {
        let primitives = Arc::clone(&self.0);
        Box::pin(async move { reply(primitives.answer(call.body).await) })
    }
}

fn reply(answer: Answer) -> SoapReply {
    match answer {
        Answer::Response { operation, message, refused } => SoapReply {
            status: StatusCode::OK,
            body: message.into(),
            primitive: operation.name(),
            outcome: if refused.is_some() { Outcome::Ko } else { Outcome::Ok },
        },
        Answer::Fault { message } => SoapReply {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            body: message.into(),
            primitive: "none",
            outcome: Outcome::Fault,
        },
        Answer::ComeAgain { operation } => SoapReply {
            status: StatusCode::SERVICE_UNAVAILABLE,
            body: Bytes::new(),
            primitive: operation.name(),
            outcome: Outcome::Unavailable,
        },
    }
}

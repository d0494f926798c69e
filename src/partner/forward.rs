//! The same question, asked of a partner that speaks the node's own primitives.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use crate::domain::routing::Partner;
use crate::soap::{self, Limits};
use crate::wire::pa_for_node::{Operation, Request, Response};

use super::exchange::{Again, Ask, Exchange, Which};
use super::failure::PartnerFailure;
use super::judge;

/// Relays questions. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Forwarder {
    /// What reaches partners.
    pub exchange: Exchange,
    /// What an answer may be like.
    pub limits: Limits,
}

impl Forwarder {
    /// Asks a partner what the node asked: the message goes on as it came. The answer is one that the node takes,
    /// whatever the partner wrote: it is read by the schema, held against the question, and written anew.
    pub async fn ask(
        &self,
        partner: &Arc<Partner>,
        request: &Request,
        message: Bytes,
        deadline: Duration,
    ) -> Result<Response, PartnerFailure> {
        let operation = request.operation();
        let ask = asked(operation);
        let answer = self.exchange.post(partner, ask, message, deadline).await?;
        let read = soap::read_response(&answer, operation, &self.limits).map_err(PartnerFailure::from);
        let told = read.and_then(|response| match judge::untrue(request, &response) {
            Some(untrue) => Err(PartnerFailure::Untrue(untrue)),
            None => Ok(response),
        });
        told.inspect_err(|failure| self.exchange.invalid(partner, failure))
    }
}

/// Where and how often a question is asked.
fn asked(operation: Operation) -> Ask<'static> {
    let (which, again) = match operation {
        Operation::PaVerifyPaymentNotice => (Which::Ccp, Again::Unanswered),
        Operation::PaGetPayment | Operation::PaGetPaymentV2 => (Which::Ccp, Again::Unsent),
        Operation::PaDemandPaymentNotice => (Which::Demand, Again::Never),
        // The courier comes again by itself.
        Operation::PaSendRT | Operation::PaSendRTV2 => (Which::Rt, Again::Never),
    };
    Ask { which, action: operation.soap_action(), again }
}

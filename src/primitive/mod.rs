//! The node's operations: one file each, wire → domain → wire on one page.
//!
//! A business refusal is an ordinary response with outcome KO (SANP 3.10, "fault bean"). A receipt has
//! no business refusal beyond a wrong address: what cannot be stored now is asked for again.

mod checks;
mod fault;
mod pa_demand_payment_notice;
mod pa_get_payment;
mod pa_get_payment_v2;
mod pa_send_rt;
mod pa_send_rt_v2;
mod pa_verify_payment_notice;
mod payable;
mod payment;
mod receipt;

use std::time::Duration;

use bytes::Bytes;

use crate::domain::clock::Clock;
use crate::registry::RegistryView;
use crate::soap::{self, Limits, SyntaxRefusal};
use crate::store::Store;
use crate::wire::pa_for_node::{Operation, Request, Response};
use fault::{Refused, ko};

pub use fault::{Blame, PaaCode};

/// Everything that an operation works with.
#[derive(Clone, Debug)]
pub struct Primitives {
    /// Where facts are kept.
    pub store: Store,
    /// Who may ask for what.
    pub registry: RegistryView,
    /// What time it is.
    pub clock: Clock,
    /// What a message may be like.
    pub limits: Limits,
    /// How long an answer may take.
    pub deadlines: Deadlines,
}

/// How long an answer may take; below what the node waits (7 s, and 15 s for receipts).
#[derive(Clone, Copy, Debug)]
pub struct Deadlines {
    /// Verify, get and demand: then the answer is a KO.
    pub question: Duration,
    /// Receipts: then the node is asked to come again.
    pub receipt: Duration,
}

/// What goes back to the node.
#[derive(Clone, Debug)]
pub enum Answer {
    /// The response of an operation.
    Response {
        /// The operation.
        operation: Operation,
        /// The message.
        message: Vec<u8>,
        /// The code of its fault, if its outcome is KO.
        refused: Option<PaaCode>,
    },
    /// The message was none of ours.
    Fault {
        /// A `soap:Fault` that says why.
        message: Vec<u8>,
    },
    /// A receipt could not be stored now: no SOAP, so that the node delivers it again.
    ComeAgain {
        /// The operation.
        operation: Operation,
    },
}

impl Primitives {
    /// Answers one message of the node.
    pub async fn answer(&self, message: Bytes) -> Answer {
        let request = match soap::read_request(&message, &self.limits) {
            Ok(request) => request,
            Err(soap::Refusal::Fault(fault)) => {
                tracing::warn!(%fault, "refused what is no message of ours");
                return Answer::Fault { message: fault.render() };
            }
            Err(soap::Refusal::Syntax(refusal)) => return syntax(&refusal),
        };
        let operation = request.operation();
        let outcome = match request {
            Request::PaVerifyPaymentNotice(request) => pa_verify_payment_notice::handle(self, &request).await,
            Request::PaGetPayment(request) => pa_get_payment::handle(self, &request).await,
            Request::PaGetPaymentV2(request) => pa_get_payment_v2::handle(self, &request).await,
            Request::PaDemandPaymentNotice(request) => pa_demand_payment_notice::handle(&request),
            Request::PaSendRT(request) => match pa_send_rt::handle(self, &request, message).await {
                Ok(outcome) => outcome,
                Err(receipt::NotStored) => return Answer::ComeAgain { operation },
            },
            Request::PaSendRTV2(request) => match pa_send_rt_v2::handle(self, &request, message).await {
                Ok(outcome) => outcome,
                Err(receipt::NotStored) => return Answer::ComeAgain { operation },
            },
        };
        match outcome {
            Ok(response) => {
                Answer::Response { operation, message: soap::write_response(&response), refused: None }
            }
            Err(refused) => refuse(operation, &refused),
        }
    }
}

/// What an operation answers: a response with outcome OK, or a refusal.
type Outcome = Result<Response, Refused>;

fn refuse(operation: Operation, refused: &Refused) -> Answer {
    tracing::info!(
        primitive = operation.name(),
        code = refused.code.name(),
        blame = refused.code.blame().word(),
        reason = refused.description,
        "refused"
    );
    Answer::Response {
        operation,
        message: soap::write_response(&ko(operation, refused)),
        refused: Some(refused.code),
    }
}

/// The syntax fault of the operation that was meant. SANP 3.10 lists SINTASSI_XSD for the demand alone.
fn syntax(refusal: &SyntaxRefusal) -> Answer {
    let code = match refusal.operation {
        Operation::PaDemandPaymentNotice => PaaCode::SintassiXsd,
        Operation::PaGetPayment
        | Operation::PaGetPaymentV2
        | Operation::PaSendRT
        | Operation::PaSendRTV2
        | Operation::PaVerifyPaymentNotice => PaaCode::SintassiExtraxsd,
    };
    let named = refusal.id_pa.as_ref().or(refusal.id_broker_pa.as_ref());
    let id = named.map_or("", |id| id.as_str());
    refuse(refusal.operation, &Refused::new(code, id, refusal.description()))
}

//! The node's operations: one file each, wire → domain → wire on one page.
//!
//! A business refusal is an ordinary response with outcome KO (SANP 3.10, "fault bean"). A receipt has
//! no business refusal beyond a wrong address: what cannot be stored now is asked for again.

mod call;
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
mod routed;

use std::time::Duration;

use bytes::Bytes;
use prometheus_client::metrics::counter::Counter;
use tokio::time::timeout;

use crate::catalogue::desk::Desk;
use crate::domain::clock::Clock;
use crate::domain::hold::HoldPolicy;
use crate::registry::RegistryView;
use crate::soap::{self, Limits, SyntaxRefusal};
use crate::store::Store;
use crate::wire::common::{Outcome as Word, Text35};
use crate::wire::pa_for_node::{Operation, Request, Response};
use call::Call;
use fault::{Refused, ko};

pub use fault::{Blame, PaaCode};
pub use receipt::ReceiptCounts;
pub use routed::Partners;

/// Everything that an operation works with.
#[derive(Clone, Debug)]
pub struct Primitives {
    /// Where facts are kept.
    pub store: Store,
    /// Who may ask for what.
    pub registry: RegistryView,
    /// What time it is.
    pub clock: Clock,
    /// Where services are asked for that are paid without a notice.
    pub desk: Desk,
    /// How systems behind us are asked.
    pub partners: Partners,
    /// What a message may be like.
    pub limits: Limits,
    /// How long an answer may take.
    pub deadlines: Deadlines,
    /// How long a get holds the position.
    pub hold: HoldPolicy,
    /// Counts the gets that were answered without a hold, because it could not be written in time.
    pub missed_holds: Counter,
    /// Counts receipts.
    pub receipts: ReceiptCounts,
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
        /// Who refused, if its outcome is KO.
        refused: Option<RefusedBy>,
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

/// Who refused a question, or a receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusedBy {
    /// We, by that code.
    Us(PaaCode),
    /// The partner that answers for the notice.
    Partner,
}

impl Primitives {
    /// Answers one message of the node, in time.
    pub async fn answer(&self, message: Bytes) -> Answer {
        let read = match soap::read_request(&message, &self.limits) {
            Ok(request) => Ok(request),
            Err(soap::Refusal::Syntax(refusal)) => Err(refusal),
            Err(soap::Refusal::Fault(fault)) => {
                tracing::warn!(%fault, "refused what is no message of ours");
                return Answer::Fault { message: fault.render() };
            }
        };
        let operation = read.as_ref().map_or_else(|refusal| refusal.operation, Request::operation);
        let call = Call::begin(self, operation, read.as_ref().map_err(Box::as_ref));
        let answer = self.answer_in_time(operation, read, message).await;
        call.end(&answer);
        answer
    }

    async fn answer_in_time(
        &self,
        operation: Operation,
        read: Result<Request, Box<SyntaxRefusal>>,
        message: Bytes,
    ) -> Answer {
        if !brings_receipt(operation) {
            return self.respond(read, message).await;
        }
        match timeout(self.deadlines.receipt, self.respond(read, message)).await {
            Ok(answer) => answer,
            Err(_elapsed) => {
                tracing::error!(primitive = operation.name(), "receipt not stored in time");
                Answer::ComeAgain { operation }
            }
        }
    }

    async fn respond(&self, read: Result<Request, Box<SyntaxRefusal>>, message: Bytes) -> Answer {
        let request = match read {
            Ok(request) => request,
            Err(refusal) => {
                let names = receipt::Names { id_pa: refusal.id_pa.as_ref(), receipt: None };
                return self.refuse(refusal.operation, syntax(&refusal), message, names).await;
            }
        };
        let operation = request.operation();
        if let Some(routed) = routed::route(self, &request) {
            // Apart, so that what we answer ourselves does not carry the size of it.
            let asked = Box::pin(routed::answer(self, routed, request, message.clone()));
            return match asked.await {
                Ok(response) => written(operation, &response),
                Err(refused) => self.refuse(operation, refused, message, receipt::Names::default()).await,
            };
        }
        let outcome = match &request {
            Request::PaSendRT(request) => pa_send_rt::handle(self, request, message.clone()).await,
            Request::PaSendRTV2(request) => pa_send_rt_v2::handle(self, request, message.clone()).await,
            question => Ok(self.question(question).await),
        };
        match outcome {
            Ok(Ok(response)) => written(operation, &response),
            Ok(Err(refused)) => self.refuse(operation, refused, message, receipt::names(&request)).await,
            Err(receipt::NotStored) => Answer::ComeAgain { operation },
        }
    }

    /// What we say to a question ourselves.
    async fn question(&self, request: &Request) -> Outcome {
        match request {
            Request::PaVerifyPaymentNotice(request) => pa_verify_payment_notice::handle(self, request).await,
            Request::PaGetPayment(request) => pa_get_payment::handle(self, request).await,
            Request::PaGetPaymentV2(request) => pa_get_payment_v2::handle(self, request).await,
            Request::PaDemandPaymentNotice(request) => pa_demand_payment_notice::handle(self, request).await,
            Request::PaSendRT(request) => Err(no_question(&request.id_pa)),
            Request::PaSendRTV2(request) => Err(no_question(&request.id_pa)),
        }
    }

    /// Answers KO. The node takes a KO to a receipt as final, and money has moved: so the message is kept
    /// for a person first, or asked for again.
    async fn refuse(
        &self,
        operation: Operation,
        refused: Refused,
        message: Bytes,
        names: receipt::Names<'_>,
    ) -> Answer {
        tracing::info!(
            primitive = operation.name(),
            code = refused.code.name(),
            blame = refused.code.blame().word(),
            reason = refused.logged(),
            "refused"
        );
        if brings_receipt(operation) {
            let kept = receipt::keep_refused(self, operation, refused.code, message, names).await;
            if let Err(receipt::NotStored) = kept {
                return Answer::ComeAgain { operation };
            }
        }
        Answer::Response {
            operation,
            message: soap::write_response(&ko(operation, &refused)),
            refused: Some(RefusedBy::Us(refused.code)),
        }
    }
}

/// What somebody says with an outcome of its own.
fn written(operation: Operation, response: &Response) -> Answer {
    let refused = (routed::told(response).0 == Word::Ko).then_some(RefusedBy::Partner);
    Answer::Response { operation, message: soap::write_response(response), refused }
}

/// A receipt is never asked.
fn no_question(id_pa: &Text35) -> Refused {
    Refused::new(PaaCode::SystemError, id_pa.as_str().trim(), "a receipt is no question")
}

/// Whether money has moved when the operation is called.
fn brings_receipt(operation: Operation) -> bool {
    match operation {
        Operation::PaSendRT | Operation::PaSendRTV2 => true,
        Operation::PaDemandPaymentNotice
        | Operation::PaGetPayment
        | Operation::PaGetPaymentV2
        | Operation::PaVerifyPaymentNotice => false,
    }
}

/// What an operation answers: a response with outcome OK, or a refusal.
type Outcome = Result<Response, Refused>;

/// The syntax fault of the operation that was meant. SANP 3.10 lists SINTASSI_XSD for the demand alone.
fn syntax(refusal: &SyntaxRefusal) -> Refused {
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
    Refused::new(code, id, refusal.description())
}

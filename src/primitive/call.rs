//! How a call counts in the usage of whom it was for.

use std::time::Instant;

use crate::domain::fiscal_code::FiscalCode;
use crate::domain::ids::BrokerCode;
use crate::domain::rome;
use crate::domain::usage::SERVICE_LEVEL;
use crate::soap::SyntaxRefusal;
use crate::store::{NodeCall, Promptness, Store};
use crate::wire::common::Text35;
use crate::wire::pa_for_node::{Operation, Request};

use super::{Answer, Primitives};

/// A call under way. It is counted when it is over, also if nobody waits for its answer any longer.
#[derive(Debug)]
pub struct Call {
    store: Store,
    began: Instant,
    /// None if the message names no institution and broker of ours.
    counted: Option<NodeCall>,
    promptness: Promptness,
}

impl Call {
    /// Begins to take the time of a message that was read, or of which at least the operation is known.
    pub fn begin(
        primitives: &Primitives,
        operation: Operation,
        read: Result<&Request, &SyntaxRefusal>,
    ) -> Call {
        let (ec, broker) = match read {
            Ok(request) => named(request),
            Err(refusal) => (refusal.id_pa.as_ref(), refusal.id_broker_pa.as_ref()),
        };
        let registry = primitives.registry.current();
        let ec = ec.and_then(|id| FiscalCode::new(id.as_str().trim()).ok());
        let ec = ec.filter(|ec| registry.institution(ec).is_some());
        let broker = broker.and_then(|id| BrokerCode::new(id.as_str().trim()).ok());
        let broker = broker.filter(|broker| registry.broker(broker).is_some());
        let day = rome::day(primitives.clock.now());
        let counted =
            ec.zip(broker).map(|(ec, broker)| NodeCall { ec, day, broker, primitive: operation.name() });
        let store = primitives.store.clone();
        Call { store, began: Instant::now(), counted, promptness: Promptness::Late }
    }

    /// Counts it by how long its answer took. To be asked to come again is no answer.
    pub fn end(mut self, answer: &Answer) {
        let answered = matches!(answer, Answer::Response { .. });
        if answered && self.began.elapsed() <= SERVICE_LEVEL {
            self.promptness = Promptness::Within;
        }
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        if let Some(call) = self.counted.take() {
            self.store.count_call(call, self.promptness);
        }
    }
}

/// The creditor institution and the broker that a request names.
fn named(request: &Request) -> (Option<&Text35>, Option<&Text35>) {
    let (ec, broker) = match request {
        Request::PaVerifyPaymentNotice(request) => (&request.id_pa, &request.id_broker_pa),
        Request::PaGetPayment(request) => (&request.id_pa, &request.id_broker_pa),
        Request::PaGetPaymentV2(request) => (&request.id_pa, &request.id_broker_pa),
        Request::PaDemandPaymentNotice(request) => (&request.id_pa, &request.id_broker_pa),
        Request::PaSendRT(request) => (&request.id_pa, &request.id_broker_pa),
        Request::PaSendRTV2(request) => (&request.id_pa, &request.id_broker_pa),
    };
    (Some(ec), Some(broker))
}

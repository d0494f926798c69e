//! The node of the demo: the node simulator, which here has to find everything right.

use std::time::Duration;

use jiff::Timestamp;

use super::world::{
    BANK_IBAN, BROKER, POSTAL_IBAN, PROVINCE, PROVINCE_IBAN, SEGREGATION, STATION, TOWN, valid,
};
use crate::cli::Failure;
use crate::domain::clock::Clock;
use crate::domain::notice_number::NoticeNumber;
use crate::node::client::Client;
use crate::node::judge::{Expectations, Severity};
use crate::node::receipt::{Payment, ReceiptPlan, plan};
use crate::node::{self, Activation, Demand, Exchange, Parties, Version};
use crate::wire::pa_for_node::{
    Acknowledgement, DemandAnswer, NoticeAnswer, PaymentAnswerV2, PaymentDataV2, Response,
};

/// Longer than the gateway's own deadlines, so that its answer is seen and not ours.
const PATIENCE: Duration = Duration::from_secs(20);

/// The node, with its connection to the gateway.
#[derive(Debug)]
pub struct Node(node::Node);

/// An answer and how long it took.
#[derive(Clone, Debug)]
pub struct Timed<T> {
    /// The answer.
    pub answer: T,
    /// How long it took.
    pub took: Duration,
}

impl Node {
    /// A node that calls through this client, and whose registry knows the demo's parties.
    pub fn new(client: Client, clock: Clock) -> Self {
        let parties = Parties { pa: TOWN.to_owned(), broker: BROKER.to_owned(), station: STATION.to_owned() };
        let set = |texts: &[&str]| Some(texts.iter().map(|text| (*text).to_owned()).collect());
        let known = Expectations {
            known_ecs: set(&[TOWN, PROVINCE]),
            ibans: set(&[BANK_IBAN, POSTAL_IBAN, PROVINCE_IBAN]),
            codes: set(&[SEGREGATION]),
            ..Expectations::default()
        };
        Node(node::Node::new(client, parties, clock).knowing(known).waiting(PATIENCE))
    }

    /// Asks whether a notice can be paid.
    pub async fn verify(&mut self, notice: &NoticeNumber) -> Result<Timed<NoticeAnswer>, Failure> {
        match sound(self.0.verify(notice.as_str()).await)? {
            Timed { answer: Response::PaVerifyPaymentNotice(answer), took } => Ok(Timed { answer, took }),
            Timed { answer, .. } => Err(unexpected(&answer)),
        }
    }

    /// Asks for all that a payment needs.
    pub async fn get(&mut self, notice: &NoticeNumber) -> Result<Timed<PaymentAnswerV2>, Failure> {
        match sound(self.0.activate(&Activation::of(Version::V2, notice.as_str())).await)? {
            Timed { answer: Response::PaGetPaymentV2(answer), took } => Ok(Timed { answer, took }),
            Timed { answer, .. } => Err(unexpected(&answer)),
        }
    }

    /// Hands a receipt over to one of its recipients.
    pub async fn deliver(
        &mut self,
        recipient: &str,
        plan: &ReceiptPlan,
    ) -> Result<Timed<Acknowledgement>, Failure> {
        match sound(self.0.receipt(plan, recipient).await)? {
            Timed { answer: Response::PaSendRTV2(answer), took } => Ok(Timed { answer, took }),
            Timed { answer, .. } => Err(unexpected(&answer)),
        }
    }

    /// Asks for a notice of a service that the town offers under its own name.
    pub async fn demand(&mut self, service: &str, document: &str) -> Result<Timed<DemandAnswer>, Failure> {
        let (service, document) = (service.to_owned(), document.as_bytes().to_vec());
        let demand = Demand { subject: service.clone(), service, document };
        match sound(self.0.demand(&demand).await)? {
            Timed { answer: Response::PaDemandPaymentNotice(answer), took } => Ok(Timed { answer, took }),
            Timed { answer, .. } => Err(unexpected(&answer)),
        }
    }
}

/// The receipt of a payment that went as the gateway asked.
pub fn receipt(notice: &NoticeNumber, data: &PaymentDataV2, now: Timestamp) -> Result<ReceiptPlan, Failure> {
    let id = format!("demo{}", now.as_microsecond());
    valid(plan(&Payment::of(TOWN, notice.as_str(), &id, now), data))
}

/// The answer, if nothing is wrong with it.
fn sound(exchange: Exchange) -> Result<Timed<Response>, Failure> {
    let name = exchange.operation().name();
    let findings = &exchange.verdict.findings;
    if let Some(wrong) = findings.iter().find(|finding| finding.rule.severity == Severity::Wrong) {
        let place = if wrong.path.is_empty() { String::new() } else { format!(" in {}", wrong.path) };
        return Err(Failure::Found(format!("{name}: {}{place}: {}", wrong.rule.id, wrong.message)));
    }
    let took = exchange.took;
    let answer = exchange.verdict.answer.ok_or_else(|| Failure::Found(format!("{name}: no answer")))?;
    Ok(Timed { answer, took })
}

fn unexpected(answer: &Response) -> Failure {
    Failure::Found(format!("the answer is one of {}", answer.operation().name()))
}

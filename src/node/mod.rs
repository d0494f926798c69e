//! The payment node, played from outside: what it asks, what it makes of an answer, and how a person reads that.
//!
//! It speaks to any endpoint that offers paForNode, ours or another product's, and knows nothing of how ours
//! comes to its answers. What it sends is written from plain texts, because a tester may want to send what the
//! contract forbids.

pub mod client;
pub mod expected;
pub mod judge;
pub mod load;
mod message;
mod payment;
pub mod placeholder;
pub mod receipt;
pub mod report;
pub mod scenario;
pub mod tell;
pub mod variables;

pub use message::{Activation, Demand, Version};
pub use payment::paid_data;

use std::time::{Duration, Instant};

use bytes::Bytes;
use jiff::Timestamp;

use self::client::{Client, ClientError, Outgoing};
use self::judge::{Asked, Expectations, Finding, NoAnswer, Received, Verdict};
use self::receipt::ReceiptPlan;
use crate::domain::clock::Clock;
use crate::domain::notice_number::NoticeNumber;
use crate::wire::common::TransferChannel;
use crate::wire::pa_for_node::Operation;

/// Who is asked, as the message names them. The texts are sent as they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parties {
    /// The creditor institution (`idPA`), which is also that of the notices asked for.
    pub pa: String,
    /// Its broker (`idBrokerPA`).
    pub broker: String,
    /// The broker's station (`idStation`).
    pub station: String,
}

/// The node, with its connection to one endpoint.
#[derive(Debug)]
pub struct Node {
    client: Client,
    parties: Parties,
    known: Expectations,
    clock: Clock,
}

/// One question and what came of it.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// What was asked, as far as the judge looks at it.
    pub asked: Asked,
    /// The message that was sent; empty if the node would not have sent any.
    pub sent: Bytes,
    /// When.
    pub sent_at: Timestamp,
    /// What came back.
    pub received: Option<Received>,
    /// Why nothing came back, for people.
    pub error: Option<String>,
    /// How long it took.
    pub took: Duration,
    /// What the node makes of it.
    pub verdict: Verdict,
}

impl Exchange {
    /// The operation that was asked.
    pub fn operation(&self) -> Operation {
        self.asked.operation
    }
}

/// How long the node waits for an answer of that operation (SANP 3.10: 7 s, and 15 s for a receipt).
pub const fn time_out(operation: Operation) -> Duration {
    match operation {
        Operation::PaSendRT | Operation::PaSendRTV2 => Duration::from_secs(15),
        Operation::PaVerifyPaymentNotice
        | Operation::PaGetPayment
        | Operation::PaGetPaymentV2
        | Operation::PaDemandPaymentNotice => Duration::from_secs(7),
    }
}

impl Node {
    /// A node that calls through this client and waits as long as the real one.
    pub fn new(client: Client, parties: Parties, clock: Clock) -> Self {
        Node { client, parties, known: Expectations::default(), clock }
    }

    /// Tells it what the registry of the platform holds, so that it can check more.
    #[must_use]
    pub fn knowing(mut self, known: Expectations) -> Self {
        self.known = Expectations { time_out: known.time_out.or(self.known.time_out), ..known };
        self
    }

    /// Makes it wait so long, and no longer, for any answer.
    #[must_use]
    pub fn waiting(mut self, patience: Duration) -> Self {
        self.known.time_out = Some(patience);
        self
    }

    /// Whom it asks.
    pub fn parties(&self) -> &Parties {
        &self.parties
    }

    /// Asks others from now on.
    pub fn address(&mut self, parties: Parties) {
        self.parties = parties;
    }

    /// Asks whether a notice can be paid.
    pub async fn verify(&mut self, notice: &str) -> Exchange {
        let asked = Asked::about(Operation::PaVerifyPaymentNotice, &self.parties.pa, Some(notice));
        let message = message::verify(&self.parties, notice);
        self.send(asked, message).await
    }

    /// Asks for all that the payment of a notice needs.
    pub async fn activate(&mut self, activation: &Activation) -> Exchange {
        let operation = activation.version.get();
        let mut asked = Asked::about(operation, &self.parties.pa, Some(&activation.notice));
        asked.channel = activation.channel;
        let message = message::activate(&self.parties, activation);
        self.send(asked, message).await
    }

    /// Hands a receipt over to one of its recipients, through the broker and the station of the parties.
    pub async fn receipt(&mut self, plan: &ReceiptPlan, recipient: &str) -> Exchange {
        let parties = Parties { pa: recipient.to_owned(), ..self.parties.clone() };
        let asked = Asked::about(plan.version().receipt(), recipient, Some(&plan.notice));
        let message = message::receipt(&parties, plan);
        self.send(asked, message).await
    }

    /// Asks for a notice, for a service that is paid without one.
    pub async fn demand(&mut self, demand: &Demand) -> Exchange {
        let asked = Asked::about(Operation::PaDemandPaymentNotice, &self.parties.pa, None);
        let message = message::demand(&self.parties, demand);
        self.send(asked, message).await
    }

    /// Asks what the node asks while stand-in is open, to learn whether a station is back.
    pub async fn probe(&mut self) -> Exchange {
        self.verify(NoticeNumber::PROBE.as_str()).await
    }

    /// Sends any message and judges the answer as one to what was asked.
    pub async fn send(&mut self, asked: Asked, message: Vec<u8>) -> Exchange {
        let sent_at = self.clock.now();
        if let Some(finding) = judge::not_routed(&asked, &self.known) {
            let verdict = Verdict::of(vec![finding]);
            let error = Some("the node would not have called the station".to_owned());
            let (sent, received, took) = (Bytes::new(), None, Duration::ZERO);
            return Exchange { asked, sent, sent_at, received, error, took, verdict };
        }
        let sent = Bytes::from(message);
        let patience = self.known.time_out.unwrap_or(time_out(asked.operation));
        let outgoing = Outgoing::soap(asked.operation.soap_action(), sent.clone());
        let begun = Instant::now();
        let answer = match tokio::time::timeout(patience, self.client.send(&outgoing)).await {
            Ok(Ok(answer)) => Ok(Received::from(answer)),
            Ok(Err(error @ ClientError::Late { .. })) => Err(NoAnswer::TooLate(error.to_string())),
            Ok(Err(error)) => Err(NoAnswer::Unreachable(error.to_string())),
            Err(_) => Err(NoAnswer::TooLate(format!("no answer within {} s", patience.as_secs_f32()))),
        };
        let took = begun.elapsed();
        let verdict = judge::judge(&asked, answer.as_ref(), took, &self.known);
        let (received, error) = match answer {
            Ok(received) => (Some(received), None),
            Err(none) => (None, Some(none.to_string())),
        };
        Exchange { asked, sent, sent_at, received, error, took, verdict }
    }

    /// Compares what a verification said with what the activation said of the same notice.
    pub fn compare(verified: &Exchange, activated: &Exchange) -> Vec<Finding> {
        match (&verified.verdict.answer, &activated.verdict.answer) {
            (Some(said), Some(says)) => {
                let mut found = judge::compare(said, says);
                if activated.asked.channel == Some(TransferChannel::Postal) {
                    found.extend(judge::compare_postal(said, says));
                }
                found
            }
            _ => Vec::new(),
        }
    }
}

//! What the node makes of an answer: which rules it breaks, and what a payment service provider would see.
//!
//! The rules are those that the node's own tests hold stations to, turned round; what nobody has seen the node
//! refuse, but a creditor should mend all the same, is advice.

mod consistency;
mod contract;
mod notice;
mod outcome;
mod payment;
mod rules;
mod transport;

pub use consistency::{compare, compare_postal};
pub use rules::{EXPECTED, RULES, Rule, Severity};
pub use transport::not_routed;

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use bytes::Bytes;

use super::client::Answer;
use super::time_out;
use crate::wire::common::TransferChannel;
use crate::wire::pa_for_node::{Fault, Operation, Outcome, Request, Response};

/// What was asked, as far as an answer depends on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The operation.
    pub operation: Operation,
    /// The institution that the request was for (`idPA`).
    pub ec: String,
    /// The notice, where there is one.
    pub notice: Option<String>,
    /// Which kind of account the intermediary wanted to credit.
    pub channel: Option<TransferChannel>,
}

impl Asked {
    /// A question of that operation to that institution.
    pub fn about(operation: Operation, ec: &str, notice: Option<&str>) -> Self {
        Asked { operation, ec: ec.to_owned(), notice: notice.map(str::to_owned), channel: None }
    }

    /// What a message asks.
    pub fn of(request: &Request) -> Self {
        let operation = request.operation();
        match request {
            Request::PaVerifyPaymentNotice(asked) => {
                Asked::about(operation, asked.id_pa.as_str(), Some(asked.qr_code.notice_number.as_str()))
            }
            Request::PaGetPayment(asked) | Request::PaGetPaymentV2(asked) => Asked {
                channel: asked.transfer_type,
                ..Asked::about(operation, asked.id_pa.as_str(), Some(asked.qr_code.notice_number.as_str()))
            },
            Request::PaSendRT(sent) => {
                Asked::about(operation, sent.id_pa.as_str(), Some(sent.receipt.notice_number.as_str()))
            }
            Request::PaSendRTV2(sent) => {
                Asked::about(operation, sent.id_pa.as_str(), Some(sent.receipt.notice_number.as_str()))
            }
            Request::PaDemandPaymentNotice(asked) => Asked::about(operation, asked.id_pa.as_str(), None),
        }
    }
}

/// What came back over HTTP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// The status.
    pub status: u16,
    /// The `Content-Type`, empty if there was none.
    pub content_type: String,
    /// The body.
    pub body: Bytes,
}

impl From<Answer> for Received {
    fn from(answer: Answer) -> Self {
        Received { status: answer.status, content_type: answer.content_type, body: answer.body }
    }
}

/// Why nothing came back; the text is for people.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoAnswer {
    /// No connection, no TLS, or no whole HTTP answer.
    #[error("{0}")]
    Unreachable(String),
    /// None in time.
    #[error("{0}")]
    TooLate(String),
}

/// What the registry of the platform holds; what is not given is not checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expectations {
    /// The institutions that are enabled.
    pub known_ecs: Option<BTreeSet<String>>,
    /// The accounts that are registered.
    pub ibans: Option<BTreeSet<String>>,
    /// The two digits after the aux digit of the notices that the station serves.
    pub codes: Option<BTreeSet<String>>,
    /// Whether the station is switched off.
    pub switched_off: bool,
    /// How long an answer may take; none means as long as the node waits for that operation.
    pub time_out: Option<Duration>,
}

/// What a payment service provider is told when the creditor's answer is of no use (SANP 3.10, codes PPT).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Ppt {
    /// The answer is invalid.
    ErroreResponse,
    /// The creditor refuses.
    ErroreEmessoDaPaa,
    /// Nobody answers.
    Irraggiungibile,
    /// Nobody answers in time.
    Timeout,
    /// Nothing listens at that path.
    ServizioNonAttivo,
    /// No station serves the notice; none is called.
    Sconosciuta,
    /// The station is switched off; it is not called.
    Disabilitata,
}

impl Ppt {
    /// All of them.
    pub const ALL: [Ppt; 7] = [
        Ppt::ErroreResponse,
        Ppt::ErroreEmessoDaPaa,
        Ppt::Irraggiungibile,
        Ppt::Timeout,
        Ppt::ServizioNonAttivo,
        Ppt::Sconosciuta,
        Ppt::Disabilitata,
    ];

    /// The code as it is written.
    pub const fn name(self) -> &'static str {
        match self {
            Ppt::ErroreResponse => "PPT_STAZIONE_INT_PA_ERRORE_RESPONSE",
            Ppt::ErroreEmessoDaPaa => "PPT_ERRORE_EMESSO_DA_PAA",
            Ppt::Irraggiungibile => "PPT_STAZIONE_INT_PA_IRRAGGIUNGIBILE",
            Ppt::Timeout => "PPT_STAZIONE_INT_PA_TIMEOUT",
            Ppt::ServizioNonAttivo => "PPT_STAZIONE_INT_PA_SERVIZIO_NONATTIVO",
            Ppt::Sconosciuta => "PPT_STAZIONE_INT_PA_SCONOSCIUTA",
            Ppt::Disabilitata => "PPT_STAZIONE_INT_PA_DISABILITATA",
        }
    }

    /// What it means, in one sentence for people.
    pub const fn meaning(self) -> &'static str {
        match self {
            Ppt::ErroreResponse => "the creditor's system answered something that breaks the contract",
            Ppt::ErroreEmessoDaPaa => "the creditor's system refused, for the reason in its fault",
            Ppt::Irraggiungibile => "the creditor's system could not be reached",
            Ppt::Timeout => "the creditor's system did not answer in time",
            Ppt::ServizioNonAttivo => "nothing answers at the path that is registered for the station",
            Ppt::Sconosciuta => "no station is registered for the notice, so that none was called",
            Ppt::Disabilitata => "the station is switched off in the registry, so that it was not called",
        }
    }
}

impl fmt::Display for Ppt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A rule that an answer breaks, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule.
    pub rule: &'static Rule,
    /// The place in the message, payload root first: `/paGetPaymentRes/data/dueDate`. Empty if it is not in the body.
    pub path: String,
    /// What is wrong there, in words; never the content of the place.
    pub message: String,
}

impl Finding {
    /// A broken rule.
    pub fn new(rule: &'static Rule, path: impl Into<String>, message: impl Into<String>) -> Self {
        Finding { rule, path: path.into(), message: message.into() }
    }
}

/// What the node makes of an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// The code that a payment service provider would see; none if the payment can go on.
    pub seen_by_psp: Option<Ppt>,
    /// What was found, in the order in which the answer is read.
    pub findings: Vec<Finding>,
    /// The answer, if it could be read.
    pub answer: Option<Response>,
}

impl Verdict {
    /// The verdict on findings alone.
    pub fn of(findings: Vec<Finding>) -> Self {
        let seen_by_psp = findings.iter().find_map(|found| found.rule.seen);
        Verdict { seen_by_psp, findings, answer: None }
    }

    /// Whether nothing is wrong; advice does not count, nor does a refusal that is well-formed.
    pub fn is_right(&self) -> bool {
        self.findings.iter().all(|found| found.rule.severity == Severity::Advice)
    }

    /// Whether the answer is OK or KO, if it could be read.
    pub fn outcome(&self) -> Option<Outcome> {
        self.answer.as_ref().map(|answer| parts(answer).0)
    }

    /// The fault of the answer.
    pub fn fault(&self) -> Option<&Fault> {
        self.answer.as_ref().and_then(|answer| parts(answer).1)
    }
}

/// What every answer begins with.
pub fn parts(answer: &Response) -> (Outcome, Option<&Fault>) {
    match answer {
        Response::PaVerifyPaymentNotice(answer) => (answer.outcome, answer.fault.as_ref()),
        Response::PaDemandPaymentNotice(answer) => (answer.outcome, answer.fault.as_ref()),
        Response::PaGetPayment(answer) => (answer.outcome, answer.fault.as_ref()),
        Response::PaGetPaymentV2(answer) => (answer.outcome, answer.fault.as_ref()),
        Response::PaSendRT(answer) | Response::PaSendRTV2(answer) => (answer.outcome, answer.fault.as_ref()),
    }
}

/// Judges what came back, or that nothing did, after so long.
pub fn judge(
    asked: &Asked,
    received: Result<&Received, &NoAnswer>,
    took: Duration,
    known: &Expectations,
) -> Verdict {
    let received = match received {
        Ok(received) => received,
        Err(none) => return Verdict::of(vec![transport::nothing(none)]),
    };
    let mut findings = transport::punctual(known.time_out.unwrap_or(time_out(asked.operation)), took);
    if let Some(found) = transport::status(received.status) {
        findings.push(found);
        return Verdict::of(findings);
    }
    findings.extend(transport::content_type(received));
    let answer = match contract::read(asked.operation, &received.body) {
        Ok(answer) => answer,
        Err(found) => {
            findings.push(found);
            return Verdict::of(findings);
        }
    };
    findings.extend(outcome::check(asked, &answer));
    if parts(&answer).0 == Outcome::Ok {
        match &answer {
            Response::PaVerifyPaymentNotice(answer) => notice::verified(asked, answer, &mut findings),
            Response::PaDemandPaymentNotice(answer) => notice::issued(asked, answer, known, &mut findings),
            Response::PaGetPayment(_) | Response::PaGetPaymentV2(_) => {
                payment::check(asked, &answer, known, &mut findings);
            }
            Response::PaSendRT(_) | Response::PaSendRTV2(_) => {}
        }
    }
    let mut verdict = Verdict::of(findings);
    if verdict.seen_by_psp.is_none() && parts(&answer).0 == Outcome::Ko {
        verdict.seen_by_psp = Some(Ppt::ErroreEmessoDaPaa);
    }
    verdict.answer = Some(answer);
    verdict
}

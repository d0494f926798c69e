//! What came of scenarios: readable, as JSON and JUnit for build servers, and as evidence on one HTML page.

mod evidence;
mod junit;
mod pretty;
mod text;

use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;
use sha2::{Digest, Sha256};

pub use evidence::evidence;
pub use junit::{JunitCase, JunitEnding, junit};
pub use pretty::pretty;
pub use text::{Colour, lines_only, one_line, painted, summary, told};

use super::Exchange;

/// How something ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Ending {
    /// As expected.
    Passed,
    /// It was not carried out.
    Skipped,
    /// Otherwise.
    Failed,
}

impl Ending {
    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Ending::Passed => "passed",
            Ending::Skipped => "skipped",
            Ending::Failed => "failed",
        }
    }
}

/// All that a run of scenarios has shown.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Which program played the node, with its version.
    pub tool: String,
    /// Whom it asked.
    pub target: String,
    /// In whose name: the institution.
    pub institution: String,
    /// Its broker.
    pub broker: String,
    /// Its station.
    pub station: String,
    /// When it began.
    pub began_at: Timestamp,
    /// What was played, in order.
    pub cases: Vec<CaseReport>,
}

/// What came of one scenario.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CaseReport {
    /// The name of the scenario.
    pub name: String,
    /// Its title.
    pub title: String,
    /// What it shows.
    pub description: String,
    /// The test case of the node's operator that it carries out.
    pub certifies: Option<String>,
    /// When it began.
    pub began_at: Timestamp,
    /// How long it took.
    #[serde(rename = "tookMs", serialize_with = "millis")]
    pub took: Duration,
    /// How it ended.
    pub ending: Ending,
    /// Why nothing could be asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The notices that it used, by the names of their variables.
    pub notices: Vec<(String, String)>,
    /// Its steps; those inside others follow them.
    pub steps: Vec<StepReport>,
}

/// What came of one step.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StepReport {
    /// Its place: 2, or 2.1 for one inside another.
    pub number: String,
    /// What is done.
    pub name: String,
    /// What is expected.
    pub expected: String,
    /// How it ended.
    pub ending: Ending,
    /// Why it did not end as expected.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<String>,
    /// What went over the wire.
    pub exchanges: Vec<Shown>,
}

/// One request and its answer.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Shown {
    /// The operation of the node.
    pub operation: &'static str,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// How long the answer took.
    #[serde(rename = "tookMs", serialize_with = "millis")]
    pub took: Duration,
    /// The answer in a few words.
    pub outcome: String,
    /// What a payment service provider would be told instead of the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seen_by_psp: Option<&'static str>,
    /// What is to be said of the answer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<ShownFinding>,
    /// What was sent.
    pub request: Message,
    /// The HTTP status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The content type of the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// What came back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response: Option<Message>,
}

/// What the node would say of an answer.
#[derive(Clone, Debug, Serialize)]
pub struct ShownFinding {
    /// The rule.
    pub rule: &'static str,
    /// Where in the answer.
    pub path: String,
    /// What is wrong.
    pub message: String,
    /// What to mend, and why.
    pub explanation: &'static str,
    /// Whether the node would refuse the answer, or people should look at it.
    pub severity: &'static str,
}

/// A message as it was on the wire.
#[derive(Clone, Debug, Serialize)]
pub struct Message {
    /// The SHA-256 of its bytes.
    pub sha256: String,
    /// Its text; bytes that are not UTF-8 are replaced.
    pub body: String,
}

impl Message {
    /// Of these bytes.
    pub fn new(bytes: &[u8]) -> Self {
        Message { sha256: sha256(bytes), body: String::from_utf8_lossy(bytes).into_owned() }
    }
}

impl Shown {
    /// What an exchange was.
    pub fn new(exchange: &Exchange) -> Self {
        let findings = exchange.verdict.findings.iter().map(|finding| ShownFinding {
            rule: finding.rule.id,
            path: finding.path.clone(),
            message: finding.message.clone(),
            explanation: finding.rule.explanation,
            severity: finding.rule.severity.word(),
        });
        Shown {
            operation: exchange.operation().name(),
            sent_at: exchange.sent_at,
            took: exchange.took,
            outcome: super::scenario::outcome(exchange),
            seen_by_psp: exchange.verdict.seen_by_psp.map(|seen| seen.name()),
            findings: findings.collect(),
            request: Message::new(&exchange.sent),
            status: exchange.received.as_ref().map(|received| received.status),
            content_type: exchange.received.as_ref().map(|received| received.content_type.clone()),
            response: exchange.received.as_ref().map(|received| Message::new(&received.body)),
        }
    }
}

impl CaseReport {
    /// Its ending by those of its steps.
    pub fn judged(mut self) -> Self {
        let worst = self.steps.iter().map(|step| step.ending).max().unwrap_or(Ending::Skipped);
        // Steps are left out only because one before them failed.
        self.ending = if self.reason.is_some() { Ending::Skipped } else { worst };
        self
    }
}

impl Report {
    /// Whether nothing failed.
    pub fn passed(&self) -> bool {
        self.cases.iter().all(|case| case.ending != Ending::Failed)
    }

    /// How many cases ended so.
    pub fn count(&self, ending: Ending) -> usize {
        self.cases.iter().filter(|case| case.ending == ending).count()
    }

    /// The digests of all messages, in the order in which they are shown.
    pub fn digests(&self) -> Vec<&str> {
        let steps = self.cases.iter().flat_map(|case| &case.steps);
        let exchanges = steps.flat_map(|step| &step.exchanges);
        let messages = exchanges.flat_map(|shown| [Some(&shown.request), shown.response.as_ref()]);
        messages.flatten().map(|message| message.sha256.as_str()).collect()
    }

    /// One digest for all messages: that of their digests in hexadecimal digits, each on a line.
    pub fn digest(&self) -> String {
        let lines: String = self.digests().iter().map(|digest| format!("{digest}\n")).collect();
        sha256(lines.as_bytes())
    }

    /// All of it as JSON.
    pub fn json(&self) -> serde_json::Result<String> {
        #[derive(Serialize)]
        struct Whole<'a> {
            #[serde(flatten)]
            report: &'a Report,
            sha256: String,
        }
        let text = serde_json::to_string_pretty(&Whole { report: self, sha256: self.digest() })?;
        Ok(text + "\n")
    }

    /// As the cases of a JUnit report.
    pub fn junit(&self) -> String {
        let cases = self.cases.iter().map(|case| JunitCase {
            class: "scenario".to_owned(),
            name: case.name.clone(),
            took: case.took,
            ending: match case.ending {
                Ending::Passed => JunitEnding::Passed,
                Ending::Skipped => JunitEnding::Skipped(case.reason.clone().unwrap_or_default()),
                Ending::Failed => JunitEnding::Failed {
                    message: "a step did not end as expected".to_owned(),
                    text: text::failures(case),
                },
            },
        });
        junit("varco node scenario", &cases.collect::<Vec<_>>())
    }
}

/// The SHA-256 of bytes in hexadecimal digits.
fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A duration as milliseconds, to the microsecond.
fn millis<S: serde::Serializer>(took: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64((took.as_secs_f64() * 1e6).round() / 1e3)
}

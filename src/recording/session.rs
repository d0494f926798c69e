//! A session in a folder: a file for each request and each answer, and `session.toml`, which says in which order
//! they went, when, and which values of one come back in another.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::fields::Kind;
use super::mask::Seen;

/// The file that makes a folder a session.
pub const MANIFEST: &str = "session.toml";

/// The form of manifests that is written and read here.
const FORM: u32 = 1;

/// What a session is, besides its messages.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Session {
    /// The form of this file.
    pub form: u32,
    /// When the recording began; dates are moved by as many days as have passed since.
    pub recorded_at: Timestamp,
    /// The exchanges in the order of their requests.
    #[serde(default, rename = "step")]
    pub steps: Vec<Step>,
    /// The values that bind the messages together.
    #[serde(default, rename = "value")]
    pub values: Vec<Value>,
}

/// One exchange.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// What the names of its files begin with.
    pub file: String,
    /// The operation, by the root of the payload.
    pub operation: String,
    /// Milliseconds from the beginning of the recording to the request.
    pub after_ms: u64,
    /// Milliseconds from the request to the end of the answer.
    pub took_ms: u64,
    /// The HTTP status of the answer; none if there was no answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Why the request was not written down; such a step cannot be played.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_withheld: Option<String>,
    /// Why the body of the answer was not written down; only the status is compared then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer_withheld: Option<String>,
}

/// A value that a replay may have to change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Value {
    /// By which `--set` and `--env` give another; only parties and invented notices have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it is.
    pub kind: Kind,
    /// The text in the files.
    pub recorded: String,
    /// Whether the text is invented, so that it means nothing anywhere.
    pub invented: bool,
    /// Where it stands: `001 asked`, `002 answered`, …
    pub seen: Vec<String>,
}

/// Which half of an exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Half {
    /// The request.
    Asked,
    /// The answer.
    Answered,
}

/// Why a manifest cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// It is no manifest.
    #[error("{}", .0.message())]
    Form(#[from] toml::de::Error),
    /// It is of a form that is not known here.
    #[error("the form of the session is {0}, but only {FORM} is known here")]
    Unknown(u32),
}

impl Session {
    /// A session that has just begun.
    pub fn begun(recorded_at: Timestamp) -> Self {
        Session { form: FORM, recorded_at, steps: Vec::new(), values: Vec::new() }
    }

    /// Reads a manifest.
    pub fn read(text: &str) -> Result<Self, ManifestError> {
        let session: Session = toml::from_str(text)?;
        if session.form == FORM { Ok(session) } else { Err(ManifestError::Unknown(session.form)) }
    }

    /// The manifest as text.
    pub fn write(&self) -> Result<String, toml::ser::Error> {
        Ok(format!(
            "# A session as `varco record` wrote it; `varco replay` plays it.\n{}",
            toml::to_string(self)?
        ))
    }

    /// Notes the values of one half of the exchange of that number.
    pub fn note(&mut self, number: usize, half: Half, seen: &[Seen]) {
        let place = match half {
            Half::Asked => format!("{number:03} asked"),
            Half::Answered => format!("{number:03} answered"),
        };
        for one in seen.iter().filter(|one| is_relation(one.kind)) {
            let known =
                self.values.iter_mut().find(|value| value.kind == one.kind && value.recorded == one.text);
            match known {
                Some(value) if value.seen.contains(&place) => {}
                Some(value) => value.seen.push(place.clone()),
                None => {
                    // A notice that is written down as it was is asked about as it is.
                    let kept = one.kind == Kind::Notice && !one.invented;
                    let name = if kept { None } else { self.name(one.kind) };
                    self.values.push(Value {
                        name,
                        kind: one.kind,
                        recorded: one.text.clone(),
                        invented: one.invented,
                        seen: vec![place.clone()],
                    });
                }
            }
        }
    }

    /// Sorts steps and values by when they came: requests that were under way together end in any order.
    pub fn settle(&mut self) {
        self.steps.sort_by(|a, b| a.file.cmp(&b.file));
        for value in &mut self.values {
            value.seen.sort_by_key(|place| order(place));
        }
    }

    fn name(&self, kind: Kind) -> Option<String> {
        let stem = match kind {
            Kind::Institution => "EC",
            Kind::Broker => "BROKER",
            Kind::Station => "STATION",
            Kind::Notice => "NOTICE",
            _ => return None,
        };
        match self.values.iter().filter(|value| value.kind == kind).count() {
            0 => Some(stem.to_owned()),
            before => Some(format!("{stem}_{}", before + 1)),
        }
    }
}

impl Value {
    /// Whether the first to send it was the one who asks.
    pub fn is_given(&self) -> bool {
        self.seen.first().is_none_or(|place| place.ends_with("asked"))
    }
}

/// `asked` comes before `answered` of the same number, and both before the next number.
fn order(place: &str) -> (String, bool) {
    let (number, half) = place.split_once(' ').unwrap_or((place, ""));
    (number.to_owned(), half == "answered")
}

fn is_relation(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Institution
            | Kind::Broker
            | Kind::Station
            | Kind::Notice
            | Kind::Iuv
            | Kind::Token
            | Kind::Amount
            | Kind::PersonCode
    )
}

/// How many steps of each operation there are.
pub fn tally(session: &Session) -> BTreeMap<&str, usize> {
    session.steps.iter().fold(BTreeMap::new(), |mut tally, step| {
        *tally.entry(step.operation.as_str()).or_default() += 1;
        tally
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(kind: Kind, text: &str) -> Seen {
        Seen { kind, text: text.to_owned(), invented: kind == Kind::Notice }
    }

    #[test]
    fn a_manifest_tells_where_a_value_comes_from_and_where_it_goes() {
        let mut session = Session::begun("2026-03-01T10:00:00Z".parse().unwrap());
        session.note(1, Half::Answered, &[seen(Kind::Amount, "84.50"), seen(Kind::Text, "Testo 1")]);
        session.note(1, Half::Asked, &[seen(Kind::Institution, "77777777777"), seen(Kind::Notice, "3021")]);
        session.note(2, Half::Asked, &[seen(Kind::Amount, "84.50"), seen(Kind::Institution, "88888888888")]);
        session.steps.push(Step {
            file: "001-paVerifyPaymentNotice".to_owned(),
            operation: "paVerifyPaymentNotice".to_owned(),
            after_ms: 0,
            took_ms: 12,
            status: Some(200),
            request_withheld: None,
            answer_withheld: None,
        });
        session.settle();
        let text = session.write().unwrap();
        assert_eq!(Session::read(&text).unwrap(), session);
        let amount = session.values.iter().find(|value| value.kind == Kind::Amount).unwrap();
        assert_eq!(amount.seen, ["001 answered", "002 asked"]);
        assert!(!amount.is_given());
        let names: Vec<_> = session.values.iter().filter_map(|value| value.name.as_deref()).collect();
        assert_eq!(names, ["EC", "NOTICE", "EC_2"]);
        assert_eq!(tally(&session), BTreeMap::from([("paVerifyPaymentNotice", 1)]));
    }

    #[test]
    fn another_form_is_refused() {
        let text = "form = 2\nrecorded_at = \"2026-03-01T10:00:00Z\"\n";
        assert!(Session::read(text).unwrap_err().to_string().contains("only 1 is known"));
        assert!(Session::read("form = 1\n").is_err());
    }
}

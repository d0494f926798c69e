//! What a step expects of an answer, as it is written.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::SignedDuration;
use serde::Deserialize;

use super::super::placeholder;

/// What is expected of an answer.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(try_from = "ExpectForm")]
pub struct Expect {
    /// How the answer ends.
    pub outcome: Expected,
    /// What payment service providers are told: none checks nothing beyond the outcome.
    pub psp: Option<String>,
    /// What stands at places of the answer.
    pub fields: BTreeMap<String, Field>,
    /// Within which time it comes.
    pub within: Option<Duration>,
    /// Rules that the answer may break.
    pub allowed: Vec<String>,
    /// Rules that it must break.
    pub required: Vec<String>,
}

/// How an answer ends.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Expected {
    /// Outcome OK.
    #[default]
    Ok,
    /// Outcome KO, whatever the code.
    Ko,
    /// Outcome KO with this code.
    Fault(String),
    /// Nothing comes back that is an answer.
    Nothing,
    /// However it ends.
    Any,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExpectForm {
    outcome: Option<String>,
    fault: Option<String>,
    psp: Option<String>,
    #[serde(default)]
    fields: BTreeMap<String, Field>,
    within: Option<Span>,
    #[serde(default)]
    findings: FindingsForm,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct FindingsForm {
    #[serde(default)]
    allowed: Vec<String>,
    #[serde(default)]
    required: Vec<String>,
}

impl TryFrom<ExpectForm> for Expect {
    type Error = &'static str;

    fn try_from(form: ExpectForm) -> Result<Self, Self::Error> {
        let outcome = match (form.outcome.as_deref(), form.fault) {
            (None | Some("KO"), Some(code)) => Expected::Fault(code),
            (None | Some("OK"), None) => Expected::Ok,
            (Some("KO"), None) => Expected::Ko,
            (Some("unknown"), None) => Expected::Fault("PAA_PAGAMENTO_SCONOSCIUTO".to_owned()),
            (Some("none"), None) => Expected::Nothing,
            (Some("any"), None) => Expected::Any,
            (Some("OK" | "unknown" | "none" | "any"), Some(_)) => {
                return Err("a fault comes with outcome KO only");
            }
            (Some(_), _) => return Err("the outcome is OK, KO, unknown, none or any"),
        };
        let FindingsForm { allowed, required } = form.findings;
        let within = form.within.map(|span| span.0);
        Ok(Expect { outcome, psp: form.psp, fields: form.fields, within, allowed, required })
    }
}

/// What stands at a place of an answer.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "FieldForm")]
pub enum Field {
    /// Something.
    Present,
    /// Nothing: there is no such element.
    Absent,
    /// This text, with the placeholders of fixtures.
    Is(String),
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "a text, true (it is there) or false (it is not)")]
enum FieldForm {
    There(bool),
    Text(String),
}

impl TryFrom<FieldForm> for Field {
    type Error = placeholder::UnknownPlaceholder;

    fn try_from(form: FieldForm) -> Result<Self, Self::Error> {
        match form {
            FieldForm::There(true) => Ok(Field::Present),
            FieldForm::There(false) => Ok(Field::Absent),
            FieldForm::Text(text) => placeholder::check(&text).map(|()| Field::Is(text)),
        }
    }
}

/// A length of time, such as `500ms`, `2s` or `1m 30s`; at most an hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Span(pub Duration);

impl TryFrom<String> for Span {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        span(&text).map(Span)
    }
}

/// Reads a length of time.
pub fn span(text: &str) -> Result<Duration, &'static str> {
    let wrong = "a length of time is such as 500ms, 2s or 1m 30s, and at most an hour";
    let length = text.parse::<SignedDuration>().map_err(|_| wrong)?;
    let length = Duration::try_from(length).map_err(|_| wrong)?;
    if length > Duration::from_secs(3600) { Err(wrong) } else { Ok(length) }
}

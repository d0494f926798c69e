//! A scenario as it is written: TOML, in which whatever is not known is refused.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::SignedDuration;
use serde::Deserialize;

use super::super::placeholder;

/// A scenario.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Its name: that of the file, without its ending.
    pub name: String,
    /// What it is called.
    pub title: String,
    /// What it shows.
    pub description: String,
    /// The test case of the node's operator that it carries out, such as `EC-PSP-01`.
    #[serde(default)]
    pub certifies: Option<String>,
    /// Values that the steps name; those given from outside win.
    #[serde(default)]
    pub variables: BTreeMap<String, String>,
    /// The notices that it needs, by the names of their variables.
    #[serde(default)]
    pub notices: BTreeMap<String, Need>,
    /// What is done, in order.
    pub steps: Vec<Step>,
}

/// A notice that a scenario needs.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "NeedForm")]
pub struct Need {
    /// How it has to be, for those who give one of their own.
    pub what: String,
    /// Where it comes from if nobody gives one.
    pub source: Source,
}

/// Where a notice comes from.
#[derive(Clone, Debug)]
pub enum Source {
    /// It has this number.
    Number(String),
    /// It is made in the API for debt positions.
    Position(Position),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NeedForm {
    what: String,
    number: Option<String>,
    position: Option<Position>,
}

impl TryFrom<NeedForm> for Need {
    type Error = &'static str;

    fn try_from(form: NeedForm) -> Result<Self, Self::Error> {
        let source = match (form.number, form.position) {
            (Some(number), None) => Source::Number(number),
            (None, Some(position)) => Source::Position(position),
            _ => return Err("a notice needs either a number or a position"),
        };
        Ok(Need { what: form.what, source })
    }
}

/// A debt position with one notice.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Position {
    /// What it is about.
    #[serde(default = "Position::about")]
    pub description: String,
    /// How long after it was made it expires; far off if not said.
    #[serde(default)]
    pub due_in: Option<Span>,
    /// What becomes of it after it was made.
    #[serde(default)]
    pub state: PositionState,
    /// Where the money goes.
    pub transfers: Vec<Share>,
}

impl Position {
    pub(super) fn about() -> String {
        "Prova del nodo".to_owned()
    }
}

/// What becomes of a position after it was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PositionState {
    /// It can be paid.
    #[default]
    Payable,
    /// It stays a draft.
    Draft,
    /// It is cancelled.
    Cancelled,
}

/// One share of a position.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Share {
    /// The institution that gets it.
    pub to: String,
    /// How much, in cents.
    pub cents: i64,
    /// The account; none for a digital stamp.
    #[serde(default)]
    pub iban: Option<String>,
    /// The postal account beside it.
    #[serde(default)]
    pub postal_iban: Option<String>,
    /// The code of the taxonomy.
    #[serde(default = "Share::usual")]
    pub category: String,
}

impl Share {
    pub(super) fn usual() -> String {
        "9/0101100IM/".to_owned()
    }
}

/// Something that is done, and what is expected of it.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "StepForm")]
pub struct Step {
    /// What it is for.
    pub name: Option<String>,
    /// What is done.
    pub action: Action,
    /// What is expected.
    pub expect: Expect,
    /// Which parts of the answer later steps use: name of the variable, path in the answer.
    pub save: BTreeMap<String, String>,
}

/// What is done.
#[derive(Clone, Debug)]
pub enum Action {
    /// `paVerifyPaymentNotice`.
    Verify(Verify),
    /// `paGetPayment` or `paGetPaymentV2`.
    Activate(Activate),
    /// `paSendRT` or `paSendRTV2`.
    Receipt(Receipt),
    /// `paDemandPaymentNotice`.
    Demand(Demand),
    /// The probe by which the node finds out whether a station is back.
    Probe(Parties),
    /// Nothing, for so long.
    Wait(Duration),
    /// Steps at the same time.
    Parallel(Vec<Step>),
    /// Steps one after the other, several times.
    Repeat(Repeat),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StepForm {
    name: Option<String>,
    verify: Option<Verify>,
    activate: Option<Activate>,
    receipt: Option<Receipt>,
    demand: Option<Demand>,
    probe: Option<Parties>,
    wait: Option<Span>,
    parallel: Option<Vec<Step>>,
    repeat: Option<Repeat>,
    expect: Option<Expect>,
    #[serde(default)]
    save: BTreeMap<String, String>,
}

impl TryFrom<StepForm> for Step {
    type Error = &'static str;

    fn try_from(form: StepForm) -> Result<Self, Self::Error> {
        let actions = [
            form.verify.map(Action::Verify),
            form.activate.map(Action::Activate),
            form.receipt.map(Action::Receipt),
            form.demand.map(Action::Demand),
            form.probe.map(Action::Probe),
            form.wait.map(|span| Action::Wait(span.0)),
            form.parallel.map(Action::Parallel),
            form.repeat.map(Action::Repeat),
        ];
        let mut actions = actions.into_iter().flatten();
        let (Some(action), None) = (actions.next(), actions.next()) else {
            return Err(
                "a step does one thing: verify, activate, receipt, demand, probe, wait, parallel or repeat",
            );
        };
        let asks = !matches!(action, Action::Wait(_) | Action::Parallel(_) | Action::Repeat(_));
        if !asks && (form.expect.is_some() || !form.save.is_empty()) {
            return Err("only a step that asks something has an answer to expect or to save from");
        }
        let expect = form.expect.unwrap_or_default();
        Ok(Step { name: form.name, action, expect, save: form.save })
    }
}

/// Who is asked, where it is not who always is.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parties {
    /// The institution.
    #[serde(default)]
    pub pa: Option<String>,
    /// The broker.
    #[serde(default)]
    pub broker: Option<String>,
    /// The station.
    #[serde(default)]
    pub station: Option<String>,
}

/// Asks whether a notice can be paid.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Verify {
    /// The notice.
    pub notice: String,
    /// Who is asked.
    #[serde(default)]
    pub to: Parties,
}

/// Begins the payment of a notice.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Activate {
    /// The notice.
    pub notice: String,
    /// Which of the two operations.
    #[serde(default)]
    pub version: Version,
    /// Through which channel the payer pays.
    #[serde(default)]
    pub channel: Option<Channel>,
    /// What the payer was shown.
    #[serde(default)]
    pub amount: Option<String>,
    /// A note of the payer's side.
    #[serde(default)]
    pub note: Option<String>,
    /// What the payer was shown as the day by which to pay.
    #[serde(default)]
    pub due_date: Option<String>,
    /// Under which name receipts find the payment; the last one is found without.
    #[serde(default)]
    pub payment: Option<String>,
    /// Who is asked.
    #[serde(default)]
    pub to: Parties,
}

/// Hands over the receipt of a payment.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// Which payment, by the name its activation gave it; the last one if none is named.
    #[serde(default)]
    pub payment: Option<String>,
    /// The payment itself, where the node had answered in place of the station or knows better.
    #[serde(default)]
    pub paid: Option<Paid>,
    /// Which of the two operations.
    #[serde(default)]
    pub version: Version,
    /// Another sum than the one asked for; the first share changes by the difference.
    #[serde(default)]
    pub amount: Option<String>,
    /// To whom; the issuer of the notice if nobody is named.
    #[serde(default)]
    pub recipient: Option<String>,
    /// Whether each beneficiary gets a copy.
    #[serde(default)]
    pub broadcast: bool,
    /// Whether the copies come in the reverse order, the issuer last.
    #[serde(default)]
    pub reorder: bool,
    /// How often each copy is delivered.
    #[serde(default = "Receipt::once")]
    pub copies: u8,
    /// How long after the step began it is delivered.
    #[serde(default)]
    pub delay: Option<Span>,
    /// Whether the node had answered in place of the station.
    #[serde(default)]
    pub stand_in: bool,
    /// Whether the payment failed; the node has not sent such receipts for years.
    #[serde(default)]
    pub failed: bool,
    /// The payer, if somebody else paid.
    #[serde(default)]
    pub payer: Option<Payer>,
    /// The name of the receipt; one of its own if not said.
    #[serde(default)]
    pub id: Option<String>,
    /// Who is asked.
    #[serde(default)]
    pub to: Parties,
}

impl Receipt {
    fn once() -> u8 {
        1
    }
}

/// A payment that no activation told of.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paid {
    /// The notice.
    pub notice: String,
    /// How much, in euro.
    pub amount: String,
    /// To which account.
    pub iban: String,
}

/// Who paid.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Payer {
    /// The fiscal code.
    pub code: String,
    /// The name.
    pub name: String,
}

/// Asks for a notice.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Demand {
    /// The service.
    pub service: String,
    /// The name under which the institution offers it; that of the service if not said.
    #[serde(default)]
    pub subject: Option<String>,
    /// What the payer said: the XML of the service.
    pub document: String,
    /// Who is asked.
    #[serde(default)]
    pub to: Parties,
}

/// Steps that are done several times.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Repeat {
    /// How often.
    pub times: u16,
    /// What.
    pub steps: Vec<Step>,
}

/// Which version of an operation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "u8")]
pub enum Version {
    /// The first.
    V1,
    /// The second.
    #[default]
    V2,
}

impl TryFrom<u8> for Version {
    type Error = &'static str;

    fn try_from(number: u8) -> Result<Self, Self::Error> {
        match number {
            1 => Ok(Version::V1),
            2 => Ok(Version::V2),
            _ => Err("the version is 1 or 2"),
        }
    }
}

/// Through which channel a notice is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Channel {
    /// A post office.
    #[serde(rename = "POSTAL")]
    Postal,
    /// Another intermediary, for a notice with a postal account.
    #[serde(rename = "PAGOPA")]
    PagoPa,
}

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

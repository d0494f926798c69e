//! The steps of a scenario as they are written.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;

use super::expectation::{Expect, Span};

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

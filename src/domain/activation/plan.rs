//! How far an institution is, from what is known and what was said.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;

use super::{Outcome, Step, ToldBy};
use crate::domain::text::Text;

/// How many days a certificate must still be good for when somebody goes live with it.
const CERTIFICATE_DAYS: i64 = 30;

/// What the tables tell of an institution.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Whether it is registered and enabled; none if it is not registered.
    pub enabled: Option<bool>,
    /// How many accounts it has.
    pub ibans: usize,
    /// How many of them may be paid to now.
    pub payable_ibans: usize,
    /// How many stations serve it.
    pub stations: u64,
    /// How many of these are enabled.
    pub enabled_stations: u64,
    /// How many keys that work open its data.
    pub keys: u64,
    /// Until when the certificate that the node meets is good, if the database holds one that is in use.
    pub certified_until: Option<Timestamp>,
    /// The last day on which a call of the node for it was answered.
    pub answered_on: Option<Date>,
}

/// That a step may be left out.
#[derive(Clone, Debug, PartialEq)]
pub struct Waiver {
    /// Since when.
    pub at: Timestamp,
    /// Why.
    pub reason: Text<500>,
}

/// What people said of a step.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Said {
    /// Who sees to it.
    pub responsible: Option<Text<140>>,
    /// By which day in Italy.
    pub due_day: Option<Date>,
    /// Why it may be left out.
    pub waiver: Option<Waiver>,
    /// When it was declared done.
    pub declared_at: Option<Timestamp>,
    /// The last evidence that passed or failed.
    pub shown: Option<(Outcome, Timestamp)>,
}

/// How far a step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Done.
    Done,
    /// Left out, with a reason.
    Waived,
    /// It can be done.
    Open,
    /// It waits for others.
    Blocked,
}

impl State {
    /// The name it is told under.
    pub const fn word(self) -> &'static str {
        match self {
            State::Done => "done",
            State::Waived => "waived",
            State::Open => "open",
            State::Blocked => "blocked",
        }
    }

    /// Whether others need not wait for it.
    fn is_behind_us(self) -> bool {
        matches!(self, State::Done | State::Waived)
    }
}

/// What a step lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// The institution is not registered.
    Registration,
    /// It is disabled.
    Enabling,
    /// It has no account.
    Iban,
    /// It has accounts, none of which may be paid to.
    PayableIban,
    /// No station serves it.
    Station,
    /// Stations serve it, none of which is enabled.
    EnabledStation,
    /// No certificate is in use, as far as the database tells.
    Certificate,
    /// The certificate ends too soon: in that many days.
    LongerCertificate(i64),
    /// It has no key.
    Key,
    /// The node has not been answered yet.
    Call,
    /// Nothing was shown of it.
    Evidence,
    /// What was shown last has failed.
    Success,
    /// Nobody has declared it.
    Declaration,
}

impl Missing {
    /// The word for programs.
    pub const fn code(self) -> &'static str {
        match self {
            Missing::Registration => "not_registered",
            Missing::Enabling => "disabled",
            Missing::Iban => "no_iban",
            Missing::PayableIban => "no_payable_iban",
            Missing::Station => "no_station",
            Missing::EnabledStation => "no_enabled_station",
            Missing::Certificate => "no_certificate",
            Missing::LongerCertificate(_) => "certificate_ends",
            Missing::Key => "no_key",
            Missing::Call => "no_call",
            Missing::Evidence => "no_evidence",
            Missing::Success => "failed",
            Missing::Declaration => "not_declared",
        }
    }
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Missing::Registration => "The institution is not registered here.",
            Missing::Enabling => "The institution is registered but disabled.",
            Missing::Iban => "No account of the institution is registered.",
            Missing::PayableIban => "None of its accounts may be paid to today.",
            Missing::Station => "No station serves its notices.",
            Missing::EnabledStation => "The stations that serve it are disabled.",
            Missing::Certificate => {
                "No server certificate of the database is in use; if it is a file, show evidence."
            }
            Missing::LongerCertificate(days) => {
                return write!(
                    f,
                    "The server certificate ends in {days} days; more than {CERTIFICATE_DAYS} are needed."
                );
            }
            Missing::Key => "No API key that works opens its positions.",
            Missing::Call => {
                "The node has not been answered for it yet; a test by hand is shown as evidence."
            }
            Missing::Evidence => "Nothing was shown that it has passed.",
            Missing::Success => "What was shown last has failed.",
            Missing::Declaration => "Nobody has declared it.",
        };
        f.write_str(text)
    }
}

/// How far one step is.
#[derive(Clone, Debug, PartialEq)]
pub struct StepReport {
    /// The step.
    pub step: Step,
    /// How far it is.
    pub state: State,
    /// What it lacks by itself.
    pub missing: Vec<Missing>,
    /// Which others it waits for.
    pub waits_for: Vec<Step>,
    /// What people said of it.
    pub said: Said,
}

/// How far an institution is: all steps in their order.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan(Vec<StepReport>);

impl Plan {
    /// Puts together what is known and what was said.
    pub fn new(facts: &Facts, mut said: BTreeMap<Step, Said>, now: Timestamp) -> Plan {
        let mut reports: Vec<StepReport> = Vec::with_capacity(Step::ALL.len());
        for step in Step::ALL {
            let said = said.remove(&step).unwrap_or_default();
            let missing: Vec<Missing> = missing(step, facts, &said, now).into_iter().collect();
            let behind_us = |needed: &Step| {
                reports.iter().any(|report| report.step == *needed && report.state.is_behind_us())
            };
            let waits_for: Vec<Step> =
                step.needs().iter().copied().filter(|needed| !behind_us(needed)).collect();
            let state = match (missing.is_empty(), said.waiver.is_some(), waits_for.is_empty()) {
                (true, _, _) => State::Done,
                (false, true, _) => State::Waived,
                (false, false, true) => State::Open,
                (false, false, false) => State::Blocked,
            };
            reports.push(StepReport { step, state, missing, waits_for, said });
        }
        Plan(reports)
    }

    /// The steps.
    pub fn steps(&self) -> &[StepReport] {
        &self.0
    }

    /// How far a step is.
    pub fn step(&self, step: Step) -> Option<&StepReport> {
        self.0.iter().find(|report| report.step == step)
    }

    /// The steps that have to be done or waived before that one.
    pub fn before(&self, step: Step) -> &[Step] {
        self.step(step).map_or(&[], |report| &report.waits_for)
    }

    /// Whether citizens can pay, as far as it was declared or waived.
    pub fn is_live(&self) -> bool {
        self.step(Step::GoLive).is_some_and(|report| report.state.is_behind_us())
    }
}

/// What a step lacks by itself; the first thing of it counts.
fn missing(step: Step, facts: &Facts, said: &Said, now: Timestamp) -> Option<Missing> {
    let passed = matches!(said.shown, Some((Outcome::Passed, _)));
    if step.told_by() == ToldBy::FactsOrEvidence && passed {
        return None;
    }
    match step {
        Step::Registration => match facts.enabled {
            None => Some(Missing::Registration),
            Some(false) => Some(Missing::Enabling),
            Some(true) => None,
        },
        Step::Ibans if facts.ibans == 0 => Some(Missing::Iban),
        Step::Ibans => (facts.payable_ibans == 0).then_some(Missing::PayableIban),
        Step::Station if facts.stations == 0 => Some(Missing::Station),
        Step::Station => (facts.enabled_stations == 0).then_some(Missing::EnabledStation),
        Step::Certificates => match facts.certified_until {
            None => Some(Missing::Certificate),
            Some(until) => {
                let days = until.duration_since(now).as_hours().div_euclid(24);
                (days <= CERTIFICATE_DAYS).then_some(Missing::LongerCertificate(days.max(0)))
            }
        },
        Step::ApiKey => (facts.keys == 0).then_some(Missing::Key),
        Step::Connectivity => facts.answered_on.is_none().then_some(Missing::Call),
        Step::EcPsp01 | Step::EcPsp02 | Step::EcPsp02M | Step::EcPsp04 => match said.shown {
            Some((Outcome::Passed, _)) => None,
            Some((Outcome::Failed | Outcome::Noted, _)) => Some(Missing::Success),
            None => Some(Missing::Evidence),
        },
        Step::GoLive => said.declared_at.is_none().then_some(Missing::Declaration),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-11-22T10:00:00Z".parse().unwrap()
    }

    fn days(days: i64) -> Timestamp {
        Timestamp::from_second(now().as_second() + days * 86_400).unwrap()
    }

    /// Everything that facts can tell.
    fn ready() -> Facts {
        Facts {
            enabled: Some(true),
            ibans: 1,
            payable_ibans: 1,
            stations: 1,
            enabled_stations: 1,
            keys: 1,
            certified_until: Some(days(31)),
            answered_on: Some(now().to_zoned(jiff::tz::TimeZone::UTC).date()),
        }
    }

    fn shown(outcome: Outcome) -> Said {
        Said { shown: Some((outcome, now())), ..Said::default() }
    }

    fn waived() -> Said {
        let reason = Text::new("Già in esercizio").unwrap();
        Said { waiver: Some(Waiver { at: now(), reason }), ..Said::default() }
    }

    const CASES: [Step; 4] = [Step::EcPsp01, Step::EcPsp02, Step::EcPsp02M, Step::EcPsp04];

    fn state(facts: &Facts, said: &[(Step, Said)], step: Step) -> (State, Vec<&'static str>) {
        let plan = Plan::new(facts, said.iter().cloned().collect(), now());
        let report = plan.step(step).unwrap();
        (report.state, report.missing.iter().map(|missing| missing.code()).collect())
    }

    #[test]
    fn each_fact_that_is_missing_is_named() {
        let cases = [
            (Step::Registration, Facts { enabled: None, ..ready() }, "not_registered"),
            (Step::Registration, Facts { enabled: Some(false), ..ready() }, "disabled"),
            (Step::Ibans, Facts { ibans: 0, payable_ibans: 0, ..ready() }, "no_iban"),
            (Step::Ibans, Facts { payable_ibans: 0, ..ready() }, "no_payable_iban"),
            (Step::Station, Facts { stations: 0, enabled_stations: 0, ..ready() }, "no_station"),
            (Step::Station, Facts { enabled_stations: 0, ..ready() }, "no_enabled_station"),
            (Step::ApiKey, Facts { keys: 0, ..ready() }, "no_key"),
            (Step::Certificates, Facts { certified_until: None, ..ready() }, "no_certificate"),
            (Step::Certificates, Facts { certified_until: Some(days(30)), ..ready() }, "certificate_ends"),
            (Step::Certificates, Facts { certified_until: Some(days(-3)), ..ready() }, "certificate_ends"),
            (Step::Connectivity, Facts { answered_on: None, ..ready() }, "no_call"),
        ];
        for (step, facts, code) in cases {
            assert_eq!(state(&facts, &[], step), (State::Open, vec![code]), "{step:?}");
            assert_eq!(state(&ready(), &[], step), (State::Done, vec![]), "{step:?}");
        }
    }

    #[test]
    fn a_test_case_is_done_when_what_was_shown_last_has_passed() {
        for step in CASES {
            assert_eq!(state(&ready(), &[], step), (State::Open, vec!["no_evidence"]));
            assert_eq!(
                state(&ready(), &[(step, shown(Outcome::Failed))], step),
                (State::Open, vec!["failed"])
            );
            assert_eq!(state(&ready(), &[(step, shown(Outcome::Passed))], step), (State::Done, vec![]));
        }
    }

    #[test]
    fn evidence_stands_for_facts_only_where_facts_may_be_elsewhere() {
        let nothing = Facts::default();
        for step in [Step::Certificates, Step::Connectivity] {
            assert_eq!(state(&nothing, &[(step, shown(Outcome::Passed))], step).0, State::Done);
        }
        for step in [Step::Registration, Step::Ibans, Step::Station, Step::ApiKey] {
            assert_ne!(state(&nothing, &[(step, shown(Outcome::Passed))], step).0, State::Done, "{step:?}");
        }
    }

    #[test]
    fn a_step_waits_for_those_before_it_unless_they_are_waived() {
        let facts = Facts { keys: 0, ..ready() };
        let plan = Plan::new(&facts, BTreeMap::new(), now());
        assert_eq!(plan.step(Step::EcPsp01).unwrap().state, State::Blocked);
        assert_eq!(plan.before(Step::EcPsp01), [Step::ApiKey]);
        let plan = Plan::new(&facts, BTreeMap::from([(Step::ApiKey, waived())]), now());
        assert_eq!(plan.step(Step::ApiKey).unwrap().state, State::Waived);
        assert_eq!(plan.step(Step::EcPsp01).unwrap().state, State::Open);
    }

    #[test]
    fn going_live_waits_for_all_and_is_declared() {
        let passed: Vec<(Step, Said)> = CASES.map(|step| (step, shown(Outcome::Passed))).into();
        assert_eq!(state(&ready(), &passed[1..], Step::GoLive).0, State::Blocked);
        assert_eq!(state(&ready(), &passed, Step::GoLive), (State::Open, vec!["not_declared"]));
        let declared = (Step::GoLive, Said { declared_at: Some(now()), ..Said::default() });
        let all: Vec<(Step, Said)> = passed.iter().cloned().chain([declared]).collect();
        assert_eq!(state(&ready(), &all, Step::GoLive), (State::Done, vec![]));
        let plan = Plan::new(&ready(), all.into_iter().collect(), now());
        assert!(plan.is_live() && plan.before(Step::GoLive).is_empty());
        let lost = Facts { payable_ibans: 0, ..ready() };
        assert_eq!(state(&lost, &passed, Step::Ibans), (State::Open, vec!["no_payable_iban"]), "again");
    }

    #[test]
    fn who_goes_live_by_a_waiver_is_live() {
        let plan = Plan::new(&Facts::default(), BTreeMap::from([(Step::GoLive, waived())]), now());
        assert!(plan.is_live());
        assert_eq!(plan.before(Step::GoLive), &Step::ALL[..10], "what is missing stays in sight");
    }

    #[test]
    fn what_is_missing_is_told_in_a_sentence() {
        for missing in [Missing::Registration, Missing::LongerCertificate(3), Missing::Declaration] {
            assert!(missing.to_string().ends_with('.'), "{missing}");
        }
    }
}

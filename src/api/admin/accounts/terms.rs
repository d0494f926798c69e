//! What callers say of an account: read, or everything that is wrong with it. The contracts differ in the names
//! of the fields and in which of them can be left out, and in nothing else.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use jiff::Timestamp;

use crate::api::access::Access;
use crate::api::apiconfig::refusal::Thing;
use crate::api::positions::field::Field;
use crate::api::positions::parse::report::{Coded, Pointer, Report};
use crate::api::problem::{Problem, Violation};
use crate::domain::account::{Account, AccountTerms, AccountUse, Purpose, PurposeError, UseError};
use crate::domain::dates::{self, WholeDay};
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::iban::Iban;
use crate::domain::rome;
use crate::store::PurposeRow;

/// The fields of an account, as a body has them.
#[derive(Default)]
pub(in crate::api) struct Asked {
    pub iban: Field<String>,
    pub label: Field<String>,
    pub company_name: Field<String>,
    pub description: Field<String>,
    pub active: Field<bool>,
    pub from: Field<String>,
    pub due: Field<String>,
    /// Each label with its place.
    pub labels: Vec<(Pointer, Field<String>)>,
}

/// What a contract calls the fields that have other names in another.
pub(in crate::api) struct Names {
    active: &'static str,
    from: &'static str,
    due: &'static str,
    /// Whether all of these must be there.
    strict: bool,
}

/// Those of api-config.
pub(in crate::api) const PUBLISHED: Names =
    Names { active: "is_active", from: "validity_date", due: "due_date", strict: true };

/// Ours. An account is active unless it is said not to be, and lasts unless it is said until when.
pub(in crate::api) const OURS: Names =
    Names { active: "active", from: "validFrom", due: "due", strict: false };

/// Where an account is in a body, and what its fields are called there.
pub(in crate::api) struct Place<'a> {
    pub at: &'a Pointer,
    pub names: &'a Names,
}

/// An account as a caller wants it.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::api) struct Wanted {
    pub iban: Iban,
    pub terms: AccountTerms,
}

/// What is wrong with a body.
#[derive(Debug, thiserror::Error)]
#[error("the account cannot be as it is wanted")]
pub(in crate::api) struct Invalid(pub Vec<Violation>);

/// What an account is held against.
pub(in crate::api) struct Standard<'a> {
    /// What accounts can be chosen for.
    pub purposes: &'a [PurposeRow],
    /// What time it is.
    pub now: Timestamp,
}

/// Reads an account; what it is held against later is not looked at.
pub(in crate::api) fn read(
    asked: Asked,
    place: &Place<'_>,
    standard: &Standard<'_>,
    report: &mut Report,
) -> Option<Wanted> {
    let at = |name: &str| place.at.field(name);
    let iban = report.required(asked.iban, &at("iban"));
    let iban = iban.and_then(|text| report.read(&at("iban"), Iban::new(&text)));
    let label = report.optional_text(asked.label, &at("label"));
    let company_name = report.optional_text(asked.company_name, &at("companyName"));
    let description = report.optional_text(asked.description, &at("description"));
    let names = place.names;
    let active = match (names.strict, asked.active) {
        (false, Field::Absent) => Some(true),
        (_, given) => report.required(given, &at(names.active)),
    };
    let from = report.required(asked.from, &at(names.from));
    let from = from.and_then(|text| report.read(&at(names.from), dates::parse(&text, WholeDay::FromStart)));
    let due = if names.strict {
        report.required(asked.due, &at(names.due))
    } else {
        report.optional_string(asked.due, &at(names.due))
    };
    let due = due.and_then(|text| report.read(&at(names.due), dates::parse(&text, WholeDay::UntilEnd)));
    let purposes = purposes(asked.labels, standard.purposes, report);
    let (Some(iban), Some(active), Some(from)) = (iban, active, from) else { return None };
    let usage = AccountUse { active, from: Some(from), due };
    Some(Wanted { iban, terms: AccountTerms { label, company_name, description, usage, purposes } })
}

fn purposes(
    labels: Vec<(Pointer, Field<String>)>,
    known: &[PurposeRow],
    report: &mut Report,
) -> BTreeSet<Purpose> {
    let mut chosen = BTreeSet::new();
    for (at, label) in labels {
        let Some(text) = report.required(label, &at) else { continue };
        let purpose = Purpose::new(&text).ok();
        let purpose = purpose.filter(|purpose| known.iter().any(|row| row.purpose == *purpose));
        chosen.extend(report.read(&at, purpose.ok_or(PurposeError)));
    }
    chosen
}

/// Holds an account against what it was, if it was there, and against the day.
pub(in crate::api) fn judge(
    wanted: &Wanted,
    before: Option<&Account>,
    place: &Place<'_>,
    standard: &Standard<'_>,
    report: &mut Report,
) {
    let (usage, today) = (&wanted.terms.usage, rome::day(standard.now));
    let errors = match before {
        None => usage.judge_new(today),
        Some(known) => usage.judge_change(&known.terms.usage, known.standing(), today),
    };
    for error in errors {
        let name = if error.is_about_due() { place.names.due } else { place.names.from };
        report.add_error(&place.at.field(name), &error);
    }
}

/// What else an account has that a body of api-config cannot say: it stays.
pub(in crate::api) fn with_rest_of(mut wanted: Wanted, before: &Account) -> Wanted {
    wanted.terms.label = before.terms.label.clone();
    wanted.terms.company_name = before.terms.company_name.clone();
    wanted
}

impl Coded for UseError {
    fn code(&self) -> &'static str {
        match self {
            UseError::NotAhead => "validity_date_passed",
            UseError::DueBeforeValidity => "due_date_before_validity",
            UseError::DueOfOwner => "due_date_of_owner",
        }
    }
}

impl Coded for PurposeError {
    fn code(&self) -> &'static str {
        "iban_label_not_valid"
    }
}

impl Invalid {
    /// A wrong body, to show how that is refused.
    pub(in crate::api) fn example(pointer: &str) -> Self {
        let message = UseError::NotAhead.to_string();
        Invalid(vec![Violation { pointer: pointer.to_owned(), code: "validity_date_passed", message }])
    }

    /// An account that is none, to show how that is refused.
    pub(in crate::api) fn example_of_iban() -> Self {
        let message = "the check digits of the IBAN are wrong".to_owned();
        Invalid(vec![Violation { pointer: "/iban".to_owned(), code: "iban_check_digits", message }])
    }

    /// Whether all that is wrong is that it names no account, or no label, that there is. The contract has a
    /// status of its own for that.
    fn is_about_names(&self) -> bool {
        let named = |one: &Violation| {
            matches!(one.code, "iban_form" | "iban_country" | "iban_check_digits" | "iban_label_not_valid")
        };
        self.0.iter().all(named)
    }
}

impl From<Invalid> for Problem {
    fn from(invalid: Invalid) -> Self {
        let (status, title, code) = if invalid.is_about_names() {
            (StatusCode::UNPROCESSABLE_ENTITY, "Unprocessable Entity", "iban_not_valid")
        } else {
            (StatusCode::BAD_REQUEST, "Bad Request", "invalid_account")
        };
        Problem::new(
            status,
            title,
            code,
            "The account cannot be as it is wanted, for the reasons that violations gives.",
        )
        .with_violations(invalid.0)
    }
}

/// There is no such account of the creditor institution.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("no such account")]
pub(in crate::api) struct MissingAccount;

impl From<MissingAccount> for Problem {
    fn from(_: MissingAccount) -> Self {
        Problem::new(
            StatusCode::NOT_FOUND,
            "Not Found",
            "unknown_iban",
            "The creditor institution has no such account.",
        )
    }
}

/// Something can still be paid to the account.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("something can still be paid to the account")]
pub(in crate::api) struct StillNamed;

impl StillNamed {
    /// The word for programs.
    pub(in crate::api) const CODE: &'static str = "iban_in_use";
    /// The sentence for people.
    pub(in crate::api) const WHY: &'static str = "Notices that can still be paid name the account, and the node \
        would refuse them without it: replace it in them first (PATCH …/debtpositions/transfers), or switch it off.";
}

impl From<StillNamed> for Problem {
    fn from(_: StillNamed) -> Self {
        Problem::new(StatusCode::CONFLICT, "Conflict", StillNamed::CODE, StillNamed::WHY)
    }
}

/// There is no such creditor institution.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("no such creditor institution")]
pub(in crate::api) struct UnknownInstitution;

impl From<UnknownInstitution> for Problem {
    fn from(_: UnknownInstitution) -> Self {
        Thing::Institution.missing()
    }
}

/// The creditor institution of a path, if it is registered.
pub(in crate::api) fn known_institution(
    access: &Access,
    code: &str,
) -> Result<FiscalCode, UnknownInstitution> {
    let ec = FiscalCode::new(code).ok();
    ec.filter(|ec| access.registry.institution(ec).is_some()).ok_or(UnknownInstitution)
}

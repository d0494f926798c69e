//! What creation and update refuse alike: a body that breaks rules, and names that are taken.

use axum::http::StatusCode;

use super::parse::report::Pointer;
use super::parse::{self, Places, metadata};
use crate::api::auth::FOREIGN_SEGREGATION;
use crate::api::problem::{Problem, Violation};
use crate::domain::notice_number::NoticeNumber;
use crate::domain::segregation::ForeignNotice;

/// Why a body is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It breaks rules.
    #[error("the body breaks {} rules", .0.len())]
    Invalid(Vec<Violation>),
    /// It has notices that are not for the caller.
    #[error("{} notices are not for the caller", .0.len())]
    Foreign(Vec<Violation>),
    /// It repeats or reserves something, which the published contract calls a conflict.
    #[error("the only thing wrong is that keys or notices clash")]
    Clash(Clash, Vec<Violation>),
    /// The notice at that place is one of another position.
    #[error("a notice number is taken")]
    NoticeTaken(Option<Pointer>),
}

/// What the published contract answers with 409 though the body alone shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clash {
    /// A metadata key that the gateway writes itself.
    ReservedKey,
    /// A metadata key that is there twice.
    DuplicateKey,
    /// A notice that is there twice.
    DuplicateNotice,
}

impl Refusal {
    /// 403 with what is foreign where anything is: who may not write a notice need not know what else is
    /// wrong with it. 409 only where every violation is a clash: one that needs another body is told first.
    pub fn of(violations: Vec<Violation>) -> Self {
        if violations.iter().any(|violation| violation.code == FOREIGN_SEGREGATION) {
            let mut foreign = violations;
            foreign.retain(|violation| violation.code == FOREIGN_SEGREGATION);
            return Refusal::Foreign(foreign);
        }
        let clash = |violation: &Violation| match violation.code {
            metadata::RESERVED_KEY => Some(Clash::ReservedKey),
            metadata::DUPLICATE_KEY => Some(Clash::DuplicateKey),
            parse::DUPLICATE_NOTICE => Some(Clash::DuplicateNotice),
            _ => None,
        };
        let clashes: Option<Vec<Clash>> = violations.iter().map(clash).collect();
        match clashes.and_then(|clashes| clashes.first().copied()) {
            Some(first) => Refusal::Clash(first, violations),
            None => Refusal::Invalid(violations),
        }
    }

    /// The refusal of a notice that another position has, given where the body has its notices.
    pub fn notice_taken(taken: &NoticeNumber, places: &Places) -> Self {
        Refusal::NoticeTaken(places.of(taken).map(|at| at.field("iuv")))
    }
}

const NOT_UNIQUE: &str = "The debt position violated constraints of uniqueness";

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Invalid(violations) => Problem::new(
                StatusCode::BAD_REQUEST,
                "Error in the debt position request data",
                "invalid_position",
                "The position breaks the rules that violations lists.",
            )
            .with_violations(violations),
            Refusal::Foreign(violations) => Problem::from(ForeignNotice).with_violations(violations),
            Refusal::Clash(clash, violations) => {
                let (title, code, detail) = clash.words();
                Problem::new(StatusCode::CONFLICT, title, code, detail).with_violations(violations)
            }
            Refusal::NoticeTaken(at) => {
                let pointer = at.map_or("/paymentOption".into(), |at| at.to_string());
                let detail = "The creditor institution has a payment option of this iuv already.";
                taken("notice_taken", detail, pointer)
            }
        }
    }
}

/// Each way to refuse a body, with an example of what violates the rules.
pub fn problems() -> [Problem; 6] {
    let violation = |pointer: &str, code, message: &str| {
        vec![Violation { pointer: pointer.into(), code, message: message.into() }]
    };
    let required = violation("/paymentOption", "required", "is required");
    let foreign = violation(
        "/paymentOption/0/nav",
        FOREIGN_SEGREGATION,
        "is of a segregation code that your API key does not have",
    );
    let clash =
        |clash, code| Refusal::Clash(clash, violation("/paymentOption/1/iuv", code, "is there twice"));
    [
        Refusal::Invalid(required).into(),
        Refusal::Foreign(foreign).into(),
        clash(Clash::ReservedKey, metadata::RESERVED_KEY).into(),
        clash(Clash::DuplicateKey, metadata::DUPLICATE_KEY).into(),
        clash(Clash::DuplicateNotice, parse::DUPLICATE_NOTICE).into(),
        Refusal::NoticeTaken(None).into(),
    ]
}

/// The refusal of a name that is taken.
pub fn taken(code: &'static str, detail: &'static str, pointer: String) -> Problem {
    let violation = Violation { pointer, code, message: "is taken".into() };
    Problem::new(StatusCode::CONFLICT, NOT_UNIQUE, code, detail).with_violations(vec![violation])
}

impl Clash {
    fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Clash::ReservedKey => (
                "The payment option contains reserved metadata",
                metadata::RESERVED_KEY,
                "Keys that the gateway writes itself must not be sent; violations lists them.",
            ),
            Clash::DuplicateKey => (
                "The metadata contains duplicated keys",
                metadata::DUPLICATE_KEY,
                "Metadata keys must differ within their list; violations lists the repeated ones.",
            ),
            Clash::DuplicateNotice => (
                NOT_UNIQUE,
                parse::DUPLICATE_NOTICE,
                "The payment options of a position must have different iuv; violations lists the repeated ones.",
            ),
        }
    }
}

//! From the body of a creation or an update to a position of the domain, or to everything that is wrong with it.
//!
//! What the published service lets in and the node then refuses is refused here: lengths, identifiers,
//! check digits, accounts. A notice that was accepted can be verified, paid and receipted. Here is what
//! the versions of the contract share; how each of them puts it together is its own.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::field::{Field, Shape};
use crate::api::problem::Violation;
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::ids::Iupd;
use crate::domain::notice_number::NoticeNumber;
use crate::domain::position::{History, Notice, PaymentOption, Position, StandIn};
use crate::domain::randomness::Randomness;
use crate::domain::segregation::Segregation;
use crate::domain::text::Text;
use crate::registry::Registry;

pub mod debtor;
pub mod metadata;
pub mod notice;
pub mod number;
pub mod report;
pub mod transfer;

use report::{Pointer, Report};

/// A notice that is there twice.
pub const DUPLICATE_NOTICE: &str = "duplicate_notice";

/// What a body is read against.
pub struct Context<'a> {
    /// The creditor institution of the path.
    pub ec: &'a FiscalCode,
    /// Which of its notices the caller may work with.
    pub scope: &'a Segregation,
    /// Which stations serve it, which accounts it has, what a transfer may be for.
    pub registry: &'a Registry,
    /// What the numbers of notices are drawn from that come without one.
    pub randomness: &'a Randomness,
    /// What time it is.
    pub now: Timestamp,
    /// The position that the body is to take the place of; none if it makes a new one.
    pub stored: Option<&'a Position>,
}

impl Context<'_> {
    /// The position on offer: its dates may have passed since somebody agreed to them.
    pub fn offered(&self) -> Option<&Position> {
        self.stored.filter(|position| position.is_on_offer())
    }

    /// The stored option that has one of these notices.
    pub fn stored_option(&self, notices: &[Notice]) -> Option<&PaymentOption> {
        let is_there = |own: &Notice| notices.iter().any(|notice| notice.number == own.number);
        self.stored?.options.iter().find(|option| option.notices.iter().any(is_there))
    }
}

/// A position that was read, still a draft.
pub struct NewPosition {
    /// The position.
    pub position: Position,
    /// Where the body has its notices.
    pub places: Places,
}

/// How often a body is read anew because a number that was drawn for it is taken.
const DRAWS: usize = 10;

/// Where a body has each notice, and which of the numbers it left to us.
#[derive(Clone, Debug, Default)]
pub struct Places {
    noted: Vec<(NoticeNumber, Pointer)>,
    generated: Vec<NoticeNumber>,
}

impl Places {
    /// Notes the place of a notice.
    pub fn note(&mut self, number: NoticeNumber, at: Pointer) {
        self.noted.push((number, at));
    }

    /// The place of a notice.
    pub fn of(&self, number: &NoticeNumber) -> Option<&Pointer> {
        self.noted.iter().find(|(other, _)| other == number).map(|(_, at)| at)
    }

    /// The numbers that were drawn.
    pub fn generated(&self) -> &[NoticeNumber] {
        &self.generated
    }

    /// Whether a number that is taken was drawn, so that the body can be read anew after that many attempts.
    pub fn may_redraw(&self, taken: &NoticeNumber, attempts: usize) -> bool {
        attempts < DRAWS && self.generated.contains(taken)
    }
}

/// Reads a body as `R` and then with `position`; on failure says everything that is wrong with it.
pub fn body<R: Shape>(
    body: Value,
    position: impl FnOnce(R, &mut Report) -> Option<NewPosition>,
) -> Result<NewPosition, Vec<Violation>> {
    let mut report = Report::default();
    let field = Field::<R>::deserialize(body).unwrap_or(Field::WrongType);
    let read = report.required(field, &Pointer::root()).and_then(|request| position(request, &mut report));
    match read {
        Some(mut new) if report.is_clean() => {
            new.places.generated = report.into_generated();
            Ok(new)
        }
        _ => Err(report.into_violations()),
    }
}

/// What every version says of the position as a whole, as the caller writes it.
pub struct HeadFields {
    /// `iupd`.
    pub iupd: Field<String>,
    /// `companyName`.
    pub company_name: Field<String>,
    /// `officeName`.
    pub office_name: Field<String>,
    /// `payStandIn`.
    pub pay_stand_in: Field<bool>,
}

/// What could be read of it.
pub struct Head {
    iupd: Option<Iupd>,
    company_name: Option<Text<140>>,
    office_name: Option<Text<140>>,
    stand_in: StandIn,
}

/// Reads what is said of the position as a whole.
pub fn head(fields: HeadFields, context: &Context<'_>, report: &mut Report) -> Head {
    let at = |name: &str| Pointer::root().field(name);
    let iupd = report.required(fields.iupd, &at("iupd"));
    let iupd = iupd.and_then(|text| report.read(&at("iupd"), Iupd::new(&text)));
    if context.stored.zip(iupd.as_ref()).is_some_and(|(stored, iupd)| stored.iupd != *iupd) {
        report.add(&at("iupd"), "iupd_differs", "must be the iupd of the path");
    }
    let company_name = report.text(fields.company_name, &at("companyName"));
    let office_name = report.optional_text(fields.office_name, &at("officeName"));
    let stand_in = match report.optional(fields.pay_stand_in, &at("payStandIn")) {
        Some(false) => StandIn::Refused,
        Some(true) | None => StandIn::Allowed,
    };
    Head { iupd, company_name, office_name, stand_in }
}

impl Head {
    /// The draft with these options.
    pub fn draft(self, options: Vec<PaymentOption>, context: &Context<'_>) -> Option<Position> {
        Some(Position {
            ec: context.ec.clone(),
            iupd: self.iupd?,
            company_name: self.company_name?,
            office_name: self.office_name,
            stand_in: self.stand_in,
            history: History {
                created_at: context.now,
                updated_at: context.now,
                published_at: None,
                invalidated_at: None,
                version: 1,
            },
            options,
        })
    }
}

fn is_two_capitals(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|b| b.is_ascii_uppercase())
}

//! The number of a notice: the caller's own, or one that we choose.

use super::super::field::Field;
use super::Context;
use super::report::{Coded, Pointer, Report};
use crate::api::auth::FOREIGN_SEGREGATION;
use crate::domain::notice_number::{AuxDigit, Iuv, NoticeNumber};
use crate::domain::party::{PrimitiveVersion, StationLink};

/// How often a number is drawn because the same body was given it already.
const DRAWS: usize = 10;

/// The number and the IUV of a notice, with the field that decided on them.
pub struct Named {
    at: Pointer,
    /// The number.
    pub number: NoticeNumber,
    /// The IUV inside it.
    pub iuv: Iuv,
}

/// Reads the number: from `nav`, or from `iuv` under aux digit 3; where both are left out it is drawn.
pub fn number(
    nav: Field<String>,
    iuv: Field<String>,
    (at, context): (&Pointer, &Context<'_>),
    report: &mut Report,
) -> Option<Named> {
    let (nav_at, iuv_at) = (at.field("nav"), at.field("iuv"));
    let readable = !matches!(nav, Field::WrongType) && !matches!(iuv, Field::WrongType);
    let nav = report.optional_string(nav, &nav_at);
    let iuv = report.optional_string(iuv, &iuv_at);
    if nav.is_none() && iuv.is_none() {
        // One of the wrong type is reported as such already.
        return if readable { draw(&iuv_at, context, report) } else { None };
    }
    let iuv_is_given = iuv.is_some();
    let iuv = iuv.and_then(|text| report.read(&iuv_at, Iuv::new(&text)));
    let (at, number) = match nav {
        Some(text) => (nav_at.clone(), report.read(&nav_at, NoticeNumber::new(&text))?),
        None if !readable => return None,
        None => (iuv_at.clone(), report.read(&iuv_at, NoticeNumber::of_iuv(iuv.as_ref()?))?),
    };
    check_digits(&at, &number, report)?;
    match iuv {
        Some(iuv) if number.iuv() != iuv => {
            report.add(&nav_at, "nav_not_of_iuv", "must contain the iuv of the same payment option");
        }
        None if iuv_is_given || !readable => return None,
        Some(_) | None => {}
    }
    if !context.scope.allows(&number) {
        report.add(&at, FOREIGN_SEGREGATION, "is of a segregation code that your API key does not have");
    }
    Some(Named { at, iuv: number.iuv(), number })
}

/// Notes wrong check digits; none if the layout of the number is not known.
fn check_digits(at: &Pointer, number: &NoticeNumber, report: &mut Report) -> Option<()> {
    match (number.verify_check_digits(), number.right_check_digits()) {
        (Ok(()), _) => {}
        (Err(error), Some(right)) => {
            report.add(at, error.code(), format_args!("must end in the check digits {right}"));
        }
        // Whose layout is not known has neither a station nor an IUV.
        (Err(error), None) => {
            report.add_error(at, &error);
            return None;
        }
    }
    Some(())
}

/// A number of ours. That nobody has seen it is for the store to say, when the notice is written.
fn draw(at: &Pointer, context: &Context<'_>, report: &mut Report) -> Option<Named> {
    let link = context.registry.issuing_link(context.ec, context.scope);
    let Some((aux, code)) = link.and_then(|link| Some((link.aux_digit, link.code?))) else {
        let sentence = "is required: no station link of the creditor institution has a code that your API \
                        key could issue notices under";
        report.add(at, "required", sentence);
        return None;
    };
    for _ in 0..DRAWS {
        let base = context.randomness.notice_base();
        let issue = match aux {
            AuxDigit::Zero => NoticeNumber::issue_of_application,
            AuxDigit::One | AuxDigit::Two | AuxDigit::Three => NoticeNumber::issue,
        };
        let number = report.read(at, issue(code, base))?;
        if report.take_drawn(number) {
            return Some(Named { at: at.clone(), iuv: number.iuv(), number });
        }
    }
    report.add(at, "required", "is required: no number could be drawn for it");
    None
}

/// The best version of the primitives among the stations that serve the notice. A notice that none
/// serves is refused, because nobody could pay it.
pub fn served(named: &Named, context: &Context<'_>, report: &mut Report) -> Option<PrimitiveVersion> {
    let links = context.registry.links(context.ec).iter().filter(|link| link.serves(&named.number));
    let version = |link: &StationLink| Some(context.registry.station(&link.station)?.primitives);
    let versions: Vec<PrimitiveVersion> = links.filter_map(version).collect();
    if versions.is_empty() {
        let sentence = "belongs to no station of the creditor institution: no station link has its first \
                        digit and segregation code";
        report.add(&named.at, "notice_not_served", sentence);
        return None;
    }
    let second = versions.contains(&PrimitiveVersion::V2);
    Some(if second { PrimitiveVersion::V2 } else { PrimitiveVersion::V1 })
}

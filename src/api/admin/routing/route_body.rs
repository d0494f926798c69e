//! What callers say of a route: read, or everything that is wrong with it.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::model::{HandlerWord, PartnerName};
use super::refusal::Invalid;
use crate::api::admin::keys::moment;
use crate::api::openapi::form::Instant;
use crate::api::positions::field::{Field, Shape};
use crate::api::positions::parse::report::{Pointer, Report};
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::ids::StationCode;
use crate::domain::notice_number::{AuxDigit, TwoDigits};
use crate::domain::registry::LinkCode;
use crate::domain::routing::{Handler, PartnerId, RouteError, WantedRoute};

/// A new route.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = NewRoute)]
pub(super) struct RouteRequest {
    /// The institution.
    #[serde(default)]
    #[schema(value_type = FiscalCode, required)]
    organization: Field<String>,
    /// The station through which the notices come.
    #[serde(default)]
    #[schema(value_type = String, required)]
    station: Field<String>,
    /// The first digit of the notices.
    #[serde(default)]
    #[schema(value_type = i64, required, minimum = 0, maximum = 3)]
    aux_digit: Field<i64>,
    /// Their application or segregation code, of two digits; left out with aux digits 1 and 2.
    #[serde(default)]
    #[schema(value_type = String)]
    code: Field<String>,
    /// Who answers.
    #[serde(default)]
    #[schema(value_type = HandlerWord, required)]
    handler: Field<String>,
    /// Which partner, if one does.
    #[serde(default)]
    #[schema(value_type = PartnerName)]
    partner: Field<String>,
    /// From when on; at once if left out.
    #[serde(default)]
    #[schema(value_type = Instant)]
    from: Field<String>,
    /// Until when the way before works too; at most 90 days behind the beginning.
    #[serde(default)]
    #[schema(value_type = Instant)]
    overlap_until: Field<String>,
    /// The station through which the notices came before.
    #[serde(default)]
    #[schema(value_type = String)]
    moved_from: Field<String>,
}

impl Shape for RouteRequest {
    const IS_OBJECT: bool = true;
}

/// Reads the body of a new route, which may begin at once.
pub(super) fn read(body: Value, now: Timestamp) -> Result<WantedRoute, Invalid> {
    let mut report = Report::default();
    let root = Pointer::root();
    let field = Field::<RouteRequest>::deserialize(body).unwrap_or(Field::WrongType);
    let request = report.required(field, &root).unwrap_or_default();
    let at = root.field("organization");
    let ec = report.required(request.organization, &at).and_then(|ec| report.read(&at, FiscalCode::new(&ec)));
    let at = root.field("station");
    let station = report.required(request.station, &at);
    let station = station.and_then(|station| report.read(&at, StationCode::new(&station)));
    let code = code(request.aux_digit, request.code, &mut report);
    let handler = handler(request.handler, request.partner, &mut report);
    let from = moment(request.from, &root.field("from"), &mut report);
    let overlap_until = moment(request.overlap_until, &root.field("overlapUntil"), &mut report);
    let at = root.field("movedFrom");
    let moved_from = report.optional_string(request.moved_from, &at);
    let moved_from = moved_from.and_then(|station| report.read(&at, StationCode::new(&station)));
    let (Some(ec), Some(station), Some(code), Some(handler)) = (ec, station, code, handler) else {
        return Err(Invalid(report.into_violations()));
    };
    let wanted = WantedRoute { ec, station, code, handler, from, overlap_until, moved_from };
    if let Err(error) = wanted.dated(now) {
        report.add(&place(error), error.code(), error);
    }
    if report.is_clean() { Ok(wanted) } else { Err(Invalid(report.into_violations())) }
}

/// Which field an error about dates is about.
fn place(error: RouteError) -> Pointer {
    Pointer::root().field(match error {
        RouteError::OverlapEndsFirst | RouteError::OverlapTooLong => "overlapUntil",
        RouteError::MoveWithoutOverlap | RouteError::MovedNowhere | RouteError::MovedFromElsewhere => {
            "movedFrom"
        }
        RouteError::NotServed => "code",
        RouteError::UnknownPartner | RouteError::OtherLanguage => "partner",
        RouteError::Past | RouteError::SameInstant => "from",
    })
}

fn code(aux_digit: Field<i64>, code: Field<String>, report: &mut Report) -> Option<LinkCode> {
    let (at_digit, at_code) = (Pointer::root().field("auxDigit"), Pointer::root().field("code"));
    let given = report.optional_string(code, &at_code);
    let digits = given.as_deref().and_then(|code| report.read(&at_code, TwoDigits::new(code)));
    let number = report.required(aux_digit, &at_digit)?;
    let Some(aux_digit) = AuxDigit::from_number(number) else {
        report.add(&at_digit, "aux_digit", "must be 0, 1, 2 or 3");
        return None;
    };
    let link = LinkCode::new(aux_digit, digits);
    if link.is_none() && given.is_none() {
        report.add(&at_code, "required", "is required with aux digits 0 and 3");
    } else if link.is_none() && digits.is_some() {
        report.add(&at_code, "code_not_allowed", "must be left out with aux digits 1 and 2");
    }
    link.filter(|_| given.is_none() || digits.is_some())
}

fn handler(word: Field<String>, partner: Field<String>, report: &mut Report) -> Option<Handler> {
    let (at_word, at_partner) = (Pointer::root().field("handler"), Pointer::root().field("partner"));
    let given = report.optional_string(partner, &at_partner);
    let partner = given.as_deref().map(PartnerId::new);
    if let Some(Err(error)) = &partner {
        report.add(&at_partner, "partner_name_form", error);
    }
    let word = report.required(word, &at_word)?;
    let managed = match word.as_str() {
        "managed" => true,
        "forward" | "legacy" => false,
        _ => {
            report.add(&at_word, "unknown_handler", "must be managed, forward or legacy");
            return None;
        }
    };
    if managed && given.is_some() {
        report.add(&at_partner, "partner_not_allowed", "must be left out where the gateway answers itself");
    } else if !managed && given.is_none() {
        report.add(&at_partner, "required", "is required where a partner answers");
    }
    Handler::read(&word, partner.and_then(Result::ok))
}

//! The first version of the published contract (GPD v1): a flat list of notices, of which the instalments
//! make one plan, with one debtor, one validity date and one rule after the due date for all.

use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;
use serde_json::Value;

use super::contract::{Contract, Examples, Moment};
use super::model::PageInfo;
use super::parse::{Context, NewPosition};
use super::{ALL, Naming, TRANSFERS, notification_fee, paid, report, transfers};
use crate::api::openapi::{Heading, Method, Routes};
use crate::api::problem::Violation;
use crate::domain::position::Position;
use crate::domain::status::Status;
use crate::store::Shapes;

mod examples;
mod model;
pub mod read;
mod render;

pub(super) use examples::{option_with_history as unpaid_example, paid as paid_example};
pub(in crate::api) use model::PositionRequest;
pub(in crate::api) use render::many;
pub(super) use render::notice;

/// What marking a notice as paid answers, as it is documented.
pub(super) type PaidNotice = model::OptionResponse<'static>;

/// Many positions, as they are documented.
pub(in crate::api) type ManyPositions = model::PositionsModel<'static>;

/// The first version.
pub struct V1;

/// Its heading in the documentation.
pub const HEADING: Heading = (
    "Debt positions v1",
    "Debt positions as a flat list of notices (GPD v1): whole payments, and the instalments of one plan.",
);

impl Contract for V1 {
    const SHAPES: Shapes = Shapes::Flat;
    const HEADING: Heading = HEADING;
    const SUFFIX: &'static str = "V1";

    type Request = PositionRequest;
    type WithDebtor = model::PositionModel<'static>;
    type WithHistory = model::PositionResponse<'static>;
    type Page = model::PositionsPage<'static>;

    fn examples() -> Examples {
        examples::examples()
    }

    fn read(body: Value, context: &Context<'_>) -> Result<NewPosition, Vec<Violation>> {
        read::new_position(body, context)
    }

    fn with_debtor(code: StatusCode, position: &Position, now: Timestamp) -> Response {
        render::with_debtor(code, position, now)
    }

    fn with_history(position: &Position, moment: Moment) -> Response {
        render::with_history(position, moment)
    }

    fn page(positions: &[Position], info: PageInfo, moment: Moment) -> Response {
        render::page(positions, info, moment)
    }

    fn status_word(status: Status) -> &'static str {
        status.word()
    }
}

/// The endpoints that all versions have, and those that only this one has.
pub fn routes() -> Routes {
    let paid = "/organizations/{organizationfiscalcode}/paymentoptions/paids/{nav}";
    let all_transfers = format!("{ALL}/{TRANSFERS}");
    let report = "/organizations/{organizationfiscalcode}/paymentoptions/{iuv}/transfers/{transfer}/report";
    super::one::<V1>(super::routes::<V1>(), Naming::Transfers)
        .on(Method::Patch, (HEADING.0, &all_transfers), transfers::handler, transfers::doc())
        .on(Method::Post, (HEADING.0, paid), paid::handler, paid::doc())
        .on(
            Method::Put,
            (HEADING.0, NOTIFICATION_FEE),
            notification_fee::handler,
            notification_fee::doc("V1"),
        )
        .on(Method::Post, (HEADING.0, report), report::handler, report::doc())
}

const NOTIFICATION_FEE: &str = "/organizations/{organizationfiscalcode}/paymentoptions/{nav}/notificationfee";

/// What the platform for notifications (SEND) calls, at the address it knows.
pub fn send_routes() -> Routes {
    let at = (HEADING.0, NOTIFICATION_FEE);
    Routes::default().on(Method::Put, at, notification_fee::handler, notification_fee::doc("Send"))
}

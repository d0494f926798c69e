//! The third version of the published contract (GPD v3): each payment option has its own debtor, dates and
//! instalments. An option of several instalments is a plan, one of a single instalment a whole payment.
//!
//! Invalidation is not in the published file of this version; here it works as in the first.

use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;
use serde_json::Value;

use super::contract::{Contract, Examples, Moment};
use super::model::PageInfo;
use super::parse::{Context, NewPosition};
use crate::api::openapi::form::{form, words};
use crate::api::openapi::{Heading, Routes};
use crate::api::problem::Violation;
use crate::domain::position::Position;
use crate::domain::status::{InstalmentStatus, Status};
use crate::store::Shapes;

mod examples;
mod model;
mod read;
mod render;

/// The third version.
pub struct V3;

/// Its heading in the documentation.
pub const HEADING: Heading = (
    "Debt positions v3",
    "Debt positions with payment options (GPD v3), each with its own debtor, dates and instalments.",
);

impl Contract for V3 {
    const SHAPES: Shapes = Shapes::Every;
    const HEADING: Heading = HEADING;
    const SUFFIX: &'static str = "V3";

    type Request = model::PositionRequest;
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

    /// Whether a position was cancelled or has expired is one word here, and so is whether its payment is
    /// accounted for.
    fn status_word(status: Status) -> &'static str {
        match status {
            Status::Invalid | Status::Expired => "UNPAYABLE",
            Status::Paid | Status::Reported => Status::Paid.word(),
            Status::Draft | Status::Published | Status::Valid | Status::PartiallyPaid => status.word(),
        }
    }
}

/// The endpoints that all versions have.
pub fn routes() -> Routes {
    super::routes::<V3>()
}

/// The words of this version for what a position is.
enum PositionWord {}
form!(
    PositionWord,
    "v3.PositionStatus",
    words(
        ["DRAFT", "PUBLISHED", "VALID", "UNPAYABLE", "PARTIALLY_PAID", "PAID"],
        "What a position is now, derived from what has happened to it.",
    )
);
form!(
    InstalmentStatus,
    "v3.InstalmentStatus",
    words(
        ["UNPAID", "PAID", "PARTIALLY_REPORTED", "REPORTED", "UNPAYABLE", "EXPIRED"],
        "What an instalment is now, derived from what has happened to it and to its siblings.",
    )
);

//! What differs from one version of the published contract to the next.

use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;
use serde_json::Value;
use utoipa::ToSchema;

use super::model::PageInfo;
use super::parse::{Context, NewPosition};
use crate::api::openapi::Heading;
use crate::api::problem::{Problem, Violation};
use crate::domain::hold::HoldPolicy;
use crate::domain::position::Position;
use crate::domain::status::Status;
use crate::store::Shapes;

/// A version of the contract: how positions are written down. What may be done to them, and what is
/// refused, is the same in all.
pub trait Contract: 'static {
    /// Which positions this version can express.
    const SHAPES: Shapes;

    /// Its heading in the documentation.
    const HEADING: Heading;

    /// What names of its operations end in.
    const SUFFIX: &'static str;

    /// The body of a creation or an update, as it is documented.
    type Request: ToSchema;

    /// The position with its debtors, as it is documented.
    type WithDebtor: ToSchema;

    /// The position with its history, as it is documented.
    type WithHistory: ToSchema;

    /// The page of the list, as it is documented.
    type Page: ToSchema;

    /// An example of each body.
    fn examples() -> Examples;

    /// Reads the body of a creation or an update; on failure says everything that is wrong with it.
    fn read(body: Value, context: &Context<'_>) -> Result<NewPosition, Vec<Violation>>;

    /// Whether this version can express a stored position; its list leaves out those that it cannot.
    fn admits(position: &Position) -> Result<(), Inexpressible> {
        match Self::SHAPES {
            Shapes::Flat if !position.is_flat() => Err(Inexpressible),
            Shapes::Flat | Shapes::Every => Ok(()),
        }
    }

    /// What create, update, publish and invalidate answer: the position with its debtors.
    fn with_debtor(code: StatusCode, position: &Position, now: Timestamp) -> Response;

    /// What reading answers: the position with its history.
    fn with_history(position: &Position, moment: Moment) -> Response;

    /// What the list answers: a page of positions, each as reading answers it.
    fn page(positions: &[Position], info: PageInfo, moment: Moment) -> Response;

    /// The word of a status; several statuses may have one word.
    fn status_word(status: Status) -> &'static str;
}

/// The same position in each body that shows one.
pub struct Examples {
    /// As a creation has it.
    pub request: Value,
    /// As a creation answers it.
    pub with_debtor: Value,
    /// As reading answers it.
    pub with_history: Value,
}

/// When something is told, and how long a payment under way holds a position then.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// The instant.
    pub now: Timestamp,
    /// The hold.
    pub hold: HoldPolicy,
}

/// A position that a version of the contract cannot express.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this version of the contract cannot express the position")]
pub struct Inexpressible;

impl From<Inexpressible> for Problem {
    fn from(_: Inexpressible) -> Self {
        Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "The debt position has payment plans that this version does not support",
            "not_expressible",
            "The position has several payment plans, or options with debtors or dates of their own: use \
             version 3 of the API for it.",
        )
    }
}

//! The first version of the published contract (GPD v1): a flat list of notices, of which the instalments
//! make one plan, with one debtor, one validity date and one rule after the due date for all.

use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{patch, post, put};
use jiff::Timestamp;
use serde_json::Value;

use super::contract::{Contract, Moment};
use super::model::PageInfo;
use super::parse::{Context, NewPosition};
use super::{ALL, TRANSFERS, notification_fee, paid, report, transfers};
use crate::api::Api;
use crate::api::problem::Violation;
use crate::domain::position::Position;
use crate::domain::status::Status;
use crate::store::Shapes;

mod model;
pub mod read;
mod render;

pub(in crate::api) use render::many;
pub(super) use render::notice;

/// The first version.
pub struct V1;

impl Contract for V1 {
    const SHAPES: Shapes = Shapes::Flat;

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
pub fn router() -> Router<Arc<Api>> {
    let paid = "/organizations/{organizationfiscalcode}/paymentoptions/paids/{nav}";
    let report = "/organizations/{organizationfiscalcode}/paymentoptions/{iuv}/transfers/{transfer}/report";
    super::router::<V1>()
        .route(&format!("{ALL}/{TRANSFERS}"), super::one::<V1>().merge(patch(transfers::handler)))
        .route(paid, post(paid::handler))
        .route(NOTIFICATION_FEE, put(notification_fee::handler))
        .route(report, post(report::handler))
}

const NOTIFICATION_FEE: &str = "/organizations/{organizationfiscalcode}/paymentoptions/{nav}/notificationfee";

/// What the platform for notifications (SEND) calls, at the address it knows.
pub fn send_router() -> Router<Arc<Api>> {
    Router::new().route(NOTIFICATION_FEE, put(notification_fee::handler))
}

//! `POST …/station-maintenances`: a broker announces that a station will not be there.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::model::{MaintenanceModel, example};
use super::terms::{self, Asked, CreateRequest, Invalid};
use super::{doc as doc_of, known_broker, put};
use crate::api::Api;
use crate::api::access::Access;
use crate::api::body::JsonBody;
use crate::api::openapi::{Answer, Doc};
use crate::api::problem::Problem;
use crate::domain::governance::Wish;
use crate::domain::maintenance::Maintenance;

/// Answers 201 with the maintenance; 400, 404 or 409.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    Path(code): Path<String>,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let broker = known_broker(&access, &code)?;
    let bounds = (access.now, api.admin.maintenance_notice.0);
    let Asked { station, window, stand_in } = terms::creation(body, (&broker, &access.registry), bounds)?;
    let id = number(api.randomness.number(), api.randomness.number());
    let wanted = Maintenance { id, broker, station, window, stand_in };
    put(&api, &access, (&wanted, Wish::Create), |known| {
        (StatusCode::CREATED, Json(MaintenanceModel::new(known, access.now))).into_response()
    })
    .await
}

/// A number out of two random ones: one that JavaScript can hold, of too many to meet another by chance.
fn number(one: u64, other: u64) -> i64 {
    i64::try_from((one ^ other.rotate_left(26)) & ((1 << 53) - 1)).unwrap_or_default()
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let body = json!({
        "start_date_time": "2026-12-01T10:00:00+01:00", "end_date_time": "2026-12-01T13:00:00+01:00",
        "stand_in": false, "station_code": "99000040017_01",
    });
    doc_of("createStationMaintenance", "Announce a maintenance of a station")
        .about(
            "A broker has 36 hours in a year of Italy, for all its stations together. Beyond them the node \
             stands in, whatever was asked. A station has one maintenance at a time.",
        )
        .takes::<CreateRequest>(body)
        .answers(StatusCode::CREATED, Answer::json::<MaintenanceModel>("The maintenance.", example()))
        .refuses([Invalid::example().into(), overlap()])
}

/// How it is refused that a station has two at a time.
pub(super) fn overlap() -> Problem {
    Problem::new(
        StatusCode::CONFLICT,
        "Conflict",
        "maintenance_overlap",
        "The station has another maintenance in that time.",
    )
}

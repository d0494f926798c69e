//! `POST …/station-maintenances/{maintenance}/finish`: the station is there again before its time.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::BROKER;
use crate::api::Api;
use crate::api::access::Access;
use crate::api::apiconfig::maintenances::model::{MaintenanceModel, example};
use crate::api::apiconfig::maintenances::{MissingMaintenance, UnknownBroker, found, known_broker, put};
use crate::api::openapi::{Answer, Doc, form};
use crate::api::problem::Problem;
use crate::domain::governance::Wish;
use crate::domain::maintenance::NotInProgress;

/// Answers 200 with the maintenance; 404, or 409 if it is not in progress.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    Path((code, id)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let broker = known_broker(&access, &code)?;
    let ended = found(&api, &broker, &id).await?.finished(access.now)?;
    put(&api, &access, (&ended, Wish::Replace), |known| {
        Json(MaintenanceModel::new(known, access.now)).into_response()
    })
    .await
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let number = form::text("^[0-9]{1,19}$", "A number.", "4711");
    Doc::new("finishMaintenance", "End a maintenance of a station now")
        .about("It ends at the next quarter of an hour; the hours that are saved are the broker's again.")
        .path(BROKER, form::example_text("99000040017"), "Code of the broker.")
        .path("maintenance", number, "Number of the maintenance.")
        .answers(StatusCode::OK, Answer::json::<MaintenanceModel>("The maintenance.", example()))
        .refuses([UnknownBroker.into(), MissingMaintenance.into(), NotInProgress.into()])
}

impl From<NotInProgress> for Problem {
    fn from(_: NotInProgress) -> Self {
        Problem::new(
            StatusCode::CONFLICT,
            "Conflict",
            "maintenance_not_in_progress",
            "The maintenance is not in progress: it is still to begin, or it has ended.",
        )
    }
}

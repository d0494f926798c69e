//! `GET …/station-maintenances/{maintenanceid}`: one of them.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;

use super::model::{MaintenanceModel, example};
use super::{doc_of_one, found, known_broker};
use crate::api::Api;
use crate::api::access::Access;
use crate::api::openapi::{Answer, Doc};
use crate::api::problem::Problem;

/// Answers 200 with the maintenance; 404, also if it is another broker's.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    Path((code, id)): Path<(String, String)>,
) -> Result<Json<MaintenanceModel>, Problem> {
    let broker = known_broker(&access, &code)?;
    let known = found(&api, &broker, &id).await?;
    Ok(Json(MaintenanceModel::new(&known, access.now)))
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    doc_of_one("getStationMaintenance", "Read a maintenance of a station")
        .answers(StatusCode::OK, Answer::json::<MaintenanceModel>("The maintenance.", example()))
}

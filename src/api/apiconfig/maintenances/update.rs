//! `PUT …/station-maintenances/{maintenanceid}`: a broker changes what it announced.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::create::overlap;
use super::model::{MaintenanceModel, example};
use super::terms::{self, Invalid, Over, UpdateRequest};
use super::{doc_of_one, found, known_broker, put};
use crate::api::Api;
use crate::api::access::Access;
use crate::api::body::JsonBody;
use crate::api::openapi::{Answer, Doc};
use crate::api::problem::Problem;
use crate::domain::governance::Wish;

/// Answers 200 with the maintenance; 400, 404 or 409.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    Path((code, id)): Path<(String, String)>,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let broker = known_broker(&access, &code)?;
    let known = found(&api, &broker, &id).await?;
    let change = terms::change(body)?;
    let wanted = known.changed(&change, access.now, api.admin.maintenance_notice.0);
    let wanted = wanted.map_err(|errors| terms::refusal(&errors))?;
    put(&api, &access, (&wanted, Wish::Replace), |known| {
        Json(MaintenanceModel::new(known, access.now)).into_response()
    })
    .await
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    doc_of_one("updateStationMaintenance", "Change a maintenance of a station")
        .about(
            "From a quarter of an hour before it begins only the end can change, and not into the past. Before, \
             a new beginning leaves the same notice as that of a new maintenance.",
        )
        .takes::<UpdateRequest>(json!({ "end_date_time": "2026-12-01T14:00:00+01:00" }))
        .answers(StatusCode::OK, Answer::json::<MaintenanceModel>("The maintenance.", example()))
        .refuses([Invalid::example().into(), overlap(), Over.into()])
}

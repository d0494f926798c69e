//! `GET /iban-labels`: what accounts can be chosen for.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::json;

use super::failed;
use crate::api::Api;
use crate::api::apiconfig::ibans::model::{LabelModel, LabelsModel};
use crate::api::openapi::{Answer, Doc};
use crate::api::problem::Problem;

/// Answers 200 with all of them.
pub(super) async fn handler(State(api): State<Arc<Api>>) -> Result<Json<LabelsModel>, Problem> {
    let purposes = api.store.purposes().await.map_err(failed)?;
    Ok(Json(LabelsModel { labels: purposes.iter().map(LabelModel::new).collect() }))
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let answer =
        json!({ "labels": [{ "name": "ACA", "description": "The account of payments in stand-in" }] });
    Doc::new("listAccountLabels", "List what accounts can be chosen for")
        .answers(StatusCode::OK, Answer::json::<LabelsModel>("All of them, by name.", answer))
}

//! `GET /stations/{stationcode}`: a station.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::doc_of;
use super::model::{StationModel, example_read};
use crate::api::Api;
use crate::api::apiconfig::names::Named;
use crate::api::apiconfig::refusal::{Thing, failed};
use crate::api::openapi::{Answer, Doc};
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;
use crate::domain::ids::StationCode;

/// Answers 200 with what is known of it, or 404.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    Named(code): Named<String>,
) -> Result<Response, Problem> {
    let missing = || Thing::Station.missing();
    let code = StationCode::new(&code).map_err(|_| missing())?;
    let found = api.store.registered_station(&code).await.map_err(failed)?.ok_or_else(missing)?;
    let broker = api.store.registered_broker(&found.facts.broker).await.map_err(failed)?;
    Ok(unkept(Json(StationModel::new(&found.facts, broker.as_ref())).into_response()))
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let answer = Answer::json::<StationModel>("The station, without any password.", example_read());
    doc_of("getStation", "Read a station").answers(StatusCode::OK, answer)
}

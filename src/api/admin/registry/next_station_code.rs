//! `GET /admin/v1/brokers/{broker}/next-station-code`: the code that the next station of a broker can have.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::BROKER;
use crate::api::Api;
use crate::api::apiconfig::names::Named;
use crate::api::apiconfig::refusal::{Thing, failed};
use crate::api::openapi::{Answer, Doc, form};
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;
use crate::domain::ids::BrokerCode;
use crate::domain::registry::station::next_code;

/// A code that no station has.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = NextStationCode)]
struct NextCode {
    /// The code.
    station_code: String,
}

/// All codes of a broker are taken.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the broker has 99 stations")]
struct NoneFree;

/// Answers 200 with the code, 404, or 409 if the broker has 99 stations.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    Named(code): Named<String>,
) -> Result<Response, Problem> {
    let broker = BrokerCode::new(&code).map_err(|_| Thing::Broker.missing())?;
    let census = api.store.census().await.map_err(failed)?;
    if !census.brokers.contains_key(&broker) {
        return Err(Thing::Broker.missing());
    }
    let next = next_code(&broker, census.stations.keys()).ok_or(NoneFree)?;
    Ok(unkept(Json(NextCode { station_code: next.to_string() }).into_response()))
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let example = json!({ "stationCode": "99000020018_03" });
    Doc::new("readNextStationCode", "Find the code that the next station of a broker can have")
        .about("Nothing is kept for the caller: who registers first has it.")
        .path(BROKER, form::example_text("99000020018"), "Code of the broker.")
        .answers(StatusCode::OK, Answer::json::<NextCode>("The code.", example))
        .refuses([Thing::Broker.missing(), NoneFree.into()])
}

impl From<NoneFree> for Problem {
    fn from(_: NoneFree) -> Self {
        Problem::new(
            StatusCode::CONFLICT,
            "Conflict",
            "no_station_code_left",
            "The broker has 99 stations, which is as many as there are codes.",
        )
    }
}

//! `GET /creditorinstitutions/{creditorinstitutioncode}/stations`: the stations of an institution.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::model::{StationOfInstitution, StationsOfInstitution};
use crate::api::Api;
use crate::api::apiconfig::institutions::doc_of;
use crate::api::apiconfig::names::Named;
use crate::api::apiconfig::refusal::{Thing, failed};
use crate::api::openapi::{Answer, Doc};
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;

/// Answers 200 with the stations of an institution, or 404.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    Named(code): Named<String>,
) -> Result<Response, Problem> {
    let census = api.store.census().await.map_err(failed)?;
    if !census.institutions.keys().any(|ec| ec.as_str() == code) {
        return Err(Thing::Institution.missing());
    }
    let own = census.served().filter(|(relation, ..)| relation.ec.as_str() == code);
    let stations = own.map(|(relation, station, _)| {
        StationOfInstitution::new(relation, &station.facts, census.broker_of(&station.facts))
    });
    Ok(unkept(Json(StationsOfInstitution { stations: stations.collect() }).into_response()))
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let example = json!({ "stations": [{
        "station_code": "99000020018_01", "enabled": true, "broker_description": "Varco demo", "version": 2,
        "is_connection_sync": true, "aux_digit": 3, "segregation_code": 2, "mod4": false, "broadcast": false,
        "aca": true, "stand_in": true, "spontaneous_payment": false,
    }] });
    doc_of("getStationsCreditorInstitution", "List the stations of a creditor institution")
        .answers(StatusCode::OK, Answer::json::<StationsOfInstitution>("The stations.", example))
}

//! `GET /admin/v1/creditor-institutions/{ec}/segregation-codes`: the codes that can still be given to a station.
//!
//! It tells codes only: not whose the others are.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::doc_of;
use crate::api::Api;
use crate::api::apiconfig::names::Named;
use crate::api::apiconfig::refusal::{Thing, failed};
use crate::api::openapi::{Answer, Doc};
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;
use crate::domain::notice_number::{AuxDigit, TwoDigits};
use crate::domain::registry::relation::free_segregation_codes;

/// The codes that are free.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SegregationCodes)]
struct Codes {
    /// Two digits each, in order.
    available_codes: Vec<String>,
}

/// Answers 200 with the codes, or 404.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    Named(code): Named<String>,
) -> Result<Response, Problem> {
    let census = api.store.census().await.map_err(failed)?;
    if !census.institutions.keys().any(|ec| ec.as_str() == code) {
        return Err(Thing::Institution.missing());
    }
    let own = census.relations.iter().filter(|relation| relation.ec.as_str() == code);
    let links = own.flat_map(|relation| relation.codes.links().collect::<Vec<_>>());
    let used = links.filter(|link| link.aux_digit() == AuxDigit::Three).filter_map(|link| link.code());
    let used: BTreeSet<TwoDigits> = used.collect();
    let available_codes = free_segregation_codes(&used).iter().map(ToString::to_string).collect();
    Ok(unkept(Json(Codes { available_codes }).into_response()))
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let example = json!({ "availableCodes": ["00", "01", "03"] });
    doc_of("readFreeSegregationCodes", "List the segregation codes that an institution can still give")
        .answers(StatusCode::OK, Answer::json::<Codes>("The codes.", example))
        .refuses([Thing::Institution.missing()])
}

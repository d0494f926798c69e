//! `GET /creditorinstitutions/{creditorinstitutioncode}/encodings`: what stands for an institution.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::model::{EncodingsModel, example};
use crate::api::Api;
use crate::api::apiconfig::institutions::doc_of;
use crate::api::apiconfig::names::Named;
use crate::api::apiconfig::refusal::{Thing, failed};
use crate::api::openapi::{Answer, Doc};
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;

/// Answers 200 with the codes of an institution, or 404.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    Named(code): Named<String>,
) -> Result<Response, Problem> {
    let census = api.store.census().await.map_err(failed)?;
    if !census.institutions.keys().any(|ec| ec.as_str() == code) {
        return Err(Thing::Institution.missing());
    }
    let own = census.encodings.iter().filter(|(ec, _)| ec.as_str() == code);
    let encodings = own.map(|(_, encoding)| encoding.into()).collect();
    Ok(unkept(Json(EncodingsModel { encodings }).into_response()))
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let answer = Answer::json::<EncodingsModel>("The codes.", json!({ "encodings": [example()] }));
    doc_of("getCreditorInstitutionEncodings", "List the codes of an institution in printed notices")
        .answers(StatusCode::OK, answer)
}

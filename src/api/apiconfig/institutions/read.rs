//! `GET /creditorinstitutions/{creditorinstitutioncode}`: a creditor institution.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::doc_of;
use super::model::{InstitutionModel, example};
use crate::api::Api;
use crate::api::apiconfig::names::Named;
use crate::api::apiconfig::refusal::{Thing, failed};
use crate::api::openapi::{Answer, Doc};
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;
use crate::domain::fiscal_code::FiscalCode;

/// Answers 200 with what is known of it, or 404.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    Named(code): Named<String>,
) -> Result<Response, Problem> {
    let missing = || Thing::Institution.missing();
    let code = FiscalCode::new(&code).map_err(|_| missing())?;
    let facts = api.store.registered_institution(&code).await.map_err(failed)?.ok_or_else(missing)?;
    Ok(unkept(Json(InstitutionModel::from(&facts)).into_response()))
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let answer = Answer::json::<InstitutionModel>("The creditor institution.", example());
    doc_of("getCreditorInstitution", "Read a creditor institution").answers(StatusCode::OK, answer)
}

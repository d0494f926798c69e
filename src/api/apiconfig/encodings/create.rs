//! `POST /creditorinstitutions/{creditorinstitutioncode}/encodings`: a code more for an institution.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::model::{EncodingModel, EncodingRequest, example, read};
use super::proposal;
use crate::api::Api;
use crate::api::access::Access;
use crate::api::apiconfig::institutions::doc_of;
use crate::api::apiconfig::names::Named;
use crate::api::apiconfig::reading::Invalid;
use crate::api::apiconfig::refusal::{Thing, failed};
use crate::api::body::JsonBody;
use crate::api::openapi::{Answer, Doc};
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::governance::Wish;
use crate::store::Wanted;

/// Answers 201 with the code, 400, 404 or 409.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    Named(code): Named<String>,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let missing = || Thing::Institution.missing();
    let ec = FiscalCode::new(&code).map_err(|_| missing())?;
    let encoding = read(body)?;
    api.store.registered_institution(&ec).await.map_err(failed)?.ok_or_else(missing)?;
    let proposals = [proposal(&ec, &encoding, Wish::Create, Some(encoding.wanted()))];
    let written = Thing::Encoding.change(&api, &access, &proposals).await?;
    let created = || (StatusCode::CREATED, Json(EncodingModel::from(&encoding))).into_response();
    Ok(unkept(written.answer(|_| created())))
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let answer = Answer::json::<EncodingModel>("The code.", example());
    doc_of("createCreditorInstitutionEncoding", "Add a code of an institution in printed notices")
        .about("The QR code of an institution is its fiscal code, and is made with it.")
        .takes::<EncodingRequest>(example())
        .answers(StatusCode::CREATED, answer)
        .answers(StatusCode::ACCEPTED, Answer::waiting())
        .refuses([Invalid::example("/code_type").into(), Thing::Encoding.exists()])
}

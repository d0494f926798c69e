//! `DELETE /creditorinstitutions/{creditorinstitutioncode}/encodings/{encodingcode}`: a code less.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::proposal;
use crate::api::Api;
use crate::api::access::Access;
use crate::api::apiconfig::institutions::doc_of;
use crate::api::apiconfig::names::Named;
use crate::api::apiconfig::refusal::{Thing, failed};
use crate::api::openapi::{Answer, Doc, form};
use crate::api::problem::Problem;
use crate::domain::governance::Wish;

/// Answers 200, or 404.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    Named((code, digits)): Named<(String, String)>,
) -> Result<Response, Problem> {
    let thing = Thing::Encoding;
    let census = api.store.census().await.map_err(failed)?;
    let named = census.encodings.iter().find(|(ec, one)| ec.as_str() == code && one.code() == digits);
    let (ec, encoding) = named.ok_or_else(|| thing.missing())?;
    let proposals = [proposal(ec, encoding, Wish::Remove, None)];
    let written = thing.change(&api, &access, &proposals).await?;
    Ok(written.answer(|_| StatusCode::OK.into_response()))
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    doc_of("deleteCreditorInstitutionEncoding", "Remove a code of an institution in printed notices")
        .path("encodingcode", form::example_text("99000010019"), "The digits of the code.")
        .answers(StatusCode::OK, Answer::empty("It is gone."))
        .answers(StatusCode::ACCEPTED, Answer::waiting())
        .refuses([Thing::Encoding.missing()])
}

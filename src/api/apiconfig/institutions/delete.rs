//! `DELETE /creditorinstitutions/{creditorinstitutioncode}`: a creditor institution leaves.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::{doc_of, proposal};
use crate::api::Api;
use crate::api::access::Access;
use crate::api::apiconfig::names::Named;
use crate::api::apiconfig::refusal::Thing;
use crate::api::openapi::{Answer, Doc};
use crate::api::problem::Problem;
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::governance::Wish;

/// Answers 200, 404, or 409 while something hangs on it.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    Named(code): Named<String>,
) -> Result<Response, Problem> {
    let thing = Thing::Institution;
    let code = FiscalCode::new(&code).map_err(|_| thing.missing())?;
    let proposals = [proposal(&code, Wish::Remove, None)];
    let written = thing.change(&api, &access, &proposals).await?;
    Ok(written.answer(|_| StatusCode::OK.into_response()))
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    doc_of("deleteCreditorInstitution", "Remove a creditor institution")
        .about("It can be removed only while nothing hangs on it; the refusal names what does.")
        .answers(StatusCode::OK, Answer::empty("It is gone."))
        .answers(StatusCode::ACCEPTED, Answer::waiting())
        .refuses([Thing::Institution.in_use()])
}

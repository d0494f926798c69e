//! `DELETE /creditorinstitutions/{creditorinstitutioncode}/stations/{stationcode}`: a station no longer serves.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::{doc_of_one, proposal};
use crate::api::Api;
use crate::api::access::Access;
use crate::api::apiconfig::names::Named;
use crate::api::apiconfig::refusal::Thing;
use crate::api::openapi::{Answer, Doc};
use crate::api::problem::Problem;
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::governance::Wish;
use crate::domain::ids::StationCode;

/// Answers 200, or 404.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    Named((code, station)): Named<(String, String)>,
) -> Result<Response, Problem> {
    let thing = Thing::Relation;
    let ec = FiscalCode::new(&code).map_err(|_| thing.missing())?;
    let station = StationCode::new(&station).map_err(|_| thing.missing())?;
    let written = thing.change(&api, &access, &[proposal(&ec, &station, Wish::Remove, None)]).await?;
    Ok(written.answer(|_| StatusCode::OK.into_response()))
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    doc_of_one("deleteCreditorInstitutionStation", "Have a station no longer serve a creditor institution")
        .about("Its notices cannot be paid from then on, unless another station is given their code.")
        .answers(StatusCode::OK, Answer::empty("It is gone."))
        .answers(StatusCode::ACCEPTED, Answer::waiting())
}

//! `DELETE /stations/{stationcode}`: a station leaves.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::{doc_of, proposal};
use crate::api::Api;
use crate::api::access::Access;
use crate::api::apiconfig::names::Named;
use crate::api::apiconfig::refusal::{Thing, failed};
use crate::api::openapi::{Answer, Doc};
use crate::api::problem::Problem;
use crate::domain::governance::Wish;
use crate::domain::ids::StationCode;

/// Answers 200, 404, or 409 while it serves somebody.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    Named(code): Named<String>,
) -> Result<Response, Problem> {
    let thing = Thing::Station;
    let code = StationCode::new(&code).map_err(|_| thing.missing())?;
    let found = api.store.registered_station(&code).await.map_err(failed)?.ok_or_else(|| thing.missing())?;
    let proposals = [proposal(&code, &found.facts.broker, Wish::Remove, None)];
    let written = thing.change(&api, &access, &proposals).await?;
    Ok(written.answer(|_| StatusCode::OK.into_response()))
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    doc_of("deleteStation", "Remove a station")
        .about("It can be removed only while it serves nobody.")
        .answers(StatusCode::OK, Answer::empty("It is gone."))
        .answers(StatusCode::ACCEPTED, Answer::waiting())
        .refuses([Thing::Station.in_use()])
}

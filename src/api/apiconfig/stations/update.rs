//! `PUT /stations/{stationcode}`: a station is described anew.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::body::StationRequest;
use super::model::{StationModel, example, example_read};
use super::request::{self, read};
use super::{doc_of, proposal};
use crate::api::Api;
use crate::api::access::Access;
use crate::api::apiconfig::names::Named;
use crate::api::apiconfig::reading::Invalid;
use crate::api::apiconfig::refusal::{Thing, failed};
use crate::api::body::JsonBody;
use crate::api::openapi::{Answer, Doc};
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;
use crate::domain::governance::Wish;
use crate::domain::ids::StationCode;
use crate::store::Wanted;

/// Answers 200 with what is known of it now, 400 or 404.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    Named(code): Named<String>,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let thing = Thing::Station;
    let code = StationCode::new(&code).map_err(|_| thing.missing())?;
    let found = api.store.registered_station(&code).await.map_err(failed)?.ok_or_else(|| thing.missing())?;
    let owner = found.facts.broker;
    let facts = read(body, request::Named::Known(&code, &owner))?;
    let broker = api.store.registered_broker(&owner).await.map_err(failed)?;
    let proposals = [proposal(&code, &owner, Wish::Replace, Some(facts.wanted()))];
    let written = thing.change(&api, &access, &proposals).await?;
    Ok(unkept(written.answer(|_| Json(StationModel::new(&facts, broker.as_ref())).into_response())))
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let answer = Answer::json::<StationModel>("What is known of it now.", example_read());
    doc_of("updateStation", "Change a station")
        .takes::<StationRequest>(example())
        .answers(StatusCode::OK, answer)
        .answers(StatusCode::ACCEPTED, Answer::waiting())
        .refuses([Invalid::example("/port").into()])
}

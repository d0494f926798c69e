//! `POST /stations`: a station is registered.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::body::StationRequest;
use super::model::{StationModel, example, example_read};
use super::proposal;
use super::request::{Named, read};
use crate::api::Api;
use crate::api::access::Access;
use crate::api::apiconfig::reading::Invalid;
use crate::api::apiconfig::refusal::{Thing, failed};
use crate::api::body::JsonBody;
use crate::api::openapi::{Answer, Doc};
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;
use crate::domain::access::Tenant;
use crate::domain::governance::Wish;
use crate::store::Wanted;

/// Answers 201 with what was registered, 400, 404 or 409.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let facts = read(body, Named::New)?;
    let proposals = [proposal(&facts.code, &facts.broker, Wish::Create, Some(facts.wanted()))];
    access.about(&Tenant::Broker(facts.broker.clone()))?;
    let broker = api.store.registered_broker(&facts.broker).await.map_err(failed)?;
    let broker = broker.ok_or_else(|| Thing::Broker.missing())?;
    let written = Thing::Station.change(&api, &access, &proposals).await?;
    let created = || (StatusCode::CREATED, Json(StationModel::new(&facts, Some(&broker)))).into_response();
    Ok(unkept(written.answer(|_| created())))
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let answer = Answer::json::<StationModel>("What was registered.", example_read());
    Doc::new("createStation", "Register a station of a broker")
        .about(
            "Its code is that of its broker, an underscore and two digits. No password is kept: that of the station \
             is forgotten at once, that of a proxy is refused.",
        )
        .takes::<StationRequest>(example())
        .answers(StatusCode::CREATED, answer)
        .answers(StatusCode::ACCEPTED, Answer::waiting())
        .refuses([
            Invalid::example("/station_code").into(),
            Thing::Broker.missing(),
            Thing::Station.exists(),
        ])
}

//! `POST /brokers`: a broker is registered.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::model::{BrokerModel, BrokerRequest, example, read};
use super::proposal;
use crate::api::Api;
use crate::api::access::Access;
use crate::api::apiconfig::reading::Invalid;
use crate::api::apiconfig::refusal::Thing;
use crate::api::body::JsonBody;
use crate::api::openapi::{Answer, Doc};
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;
use crate::domain::governance::Wish;
use crate::store::Wanted;

/// Answers 201 with what was registered, 400 or 409.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let facts = read(body, None)?;
    let proposals = [proposal(&facts.code, Wish::Create, Some(facts.wanted()))];
    let written = Thing::Broker.change(&api, &access, &proposals).await?;
    let created = || (StatusCode::CREATED, Json(BrokerModel::from(&facts))).into_response();
    Ok(unkept(written.answer(|_| created())))
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let answer = Answer::json::<BrokerModel>("What was registered.", example());
    Doc::new("createBroker", "Register a broker")
        .takes::<BrokerRequest>(example())
        .answers(StatusCode::CREATED, answer)
        .answers(StatusCode::ACCEPTED, Answer::waiting())
        .refuses([Invalid::example("/description").into(), Thing::Broker.exists()])
}

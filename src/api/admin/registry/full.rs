//! `POST /admin/v1/creditor-institutions/full`: an institution that is its own broker, in one commit.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::api::Api;
use crate::api::access::Access;
use crate::api::apiconfig::brokers::{self, model as broker};
use crate::api::apiconfig::institutions::{self, model as institution};
use crate::api::apiconfig::reading::{Invalid, Reading};
use crate::api::apiconfig::refusal::Thing;
use crate::api::body::JsonBody;
use crate::api::openapi::{Answer, Doc};
use crate::api::positions::field::{Field, Shape};
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;
use crate::domain::governance::Wish;
use crate::domain::registry::{BrokerFacts, InstitutionFacts};
use crate::store::Wanted;

/// An institution and its broker, as callers write them.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FullInstitutionEdit)]
struct FullRequest {
    /// The institution.
    #[serde(default)]
    #[schema(value_type = institution::InstitutionRequest, required)]
    creditor_institution: Field<institution::InstitutionRequest>,
    /// The broker.
    #[serde(default)]
    #[schema(value_type = broker::BrokerRequest, required)]
    broker: Field<broker::BrokerRequest>,
}

impl Shape for FullRequest {
    const IS_OBJECT: bool = true;
}

/// An institution and its broker.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FullInstitution)]
struct FullModel {
    /// The institution.
    creditor_institution: institution::InstitutionModel,
    /// The broker.
    broker: broker::BrokerModel,
}

fn read(body: Value) -> Result<(InstitutionFacts, BrokerFacts), Invalid> {
    let (mut reading, request) = Reading::of::<FullRequest>(body);
    let read = |reading: &mut Reading, request| institution::facts(reading, request, None);
    let ec = reading.within("creditorInstitution", request.creditor_institution, read);
    let read = |reading: &mut Reading, request| broker::facts(reading, request, None);
    let broker = reading.within("broker", request.broker, read);
    reading.end(ec.zip(broker))
}

/// Answers 201 with both, 400 or 409: then neither is registered.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let (ec, broker) = read(body)?;
    let proposals = [
        institutions::proposal(&ec.ec, Wish::Create, Some(ec.wanted())),
        brokers::proposal(&broker.code, Wish::Create, Some(broker.wanted())),
    ];
    let written = Thing::Institution.change(&api, &access, &proposals).await?;
    let both = FullModel { creditor_institution: (&ec).into(), broker: (&broker).into() };
    Ok(unkept(written.answer(|_| (StatusCode::CREATED, Json(both)).into_response())))
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let example = || json!({ "creditorInstitution": institution::example(), "broker": broker::example() });
    Doc::new("createFullInstitution", "Register a creditor institution and a broker at once")
        .about("Both or neither: an institution that runs its own stations is a broker too.")
        .takes::<FullRequest>(example())
        .answers(StatusCode::CREATED, Answer::json::<FullModel>("What was registered.", example()))
        .answers(StatusCode::ACCEPTED, Answer::waiting())
        .refuses([Invalid::example("/broker/description").into(), Thing::Institution.exists()])
}

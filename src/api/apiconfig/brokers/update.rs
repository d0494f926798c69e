//! `PUT /brokers/{brokercode}`: a broker is described anew.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::model::{BrokerModel, BrokerRequest, example, read};
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
use crate::domain::access::{Permission, Tenant};
use crate::domain::governance::Wish;
use crate::domain::ids::BrokerCode;
use crate::store::Wanted;

/// Answers 200 with what is known of it now, 400 or 404.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    Named(code): Named<String>,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let thing = Thing::Broker;
    let code = BrokerCode::new(&code).map_err(|_| thing.missing())?;
    let facts = read(body, Some(&code))?;
    let known = api.store.registered_broker(&code).await.map_err(failed)?.ok_or_else(|| thing.missing())?;
    if known.enabled != facts.enabled {
        // Who is switched off must not switch itself on again.
        access.may(Permission::RegistryManage, &Tenant::Broker(code.clone()))?;
    }
    let proposals = [proposal(&code, Wish::Replace, Some(facts.wanted()))];
    let written = thing.change(&api, &access, &proposals).await?;
    Ok(unkept(written.answer(|_| Json(BrokerModel::from(&facts)).into_response())))
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let answer = Answer::json::<BrokerModel>("What is known of it now.", example());
    doc_of("updateBroker", "Change a broker")
        .takes::<BrokerRequest>(example())
        .about("Whether it is enabled is for the operator to say.")
        .answers(StatusCode::OK, answer)
        .answers(StatusCode::ACCEPTED, Answer::waiting())
        .refuses([Invalid::example("/description").into()])
}

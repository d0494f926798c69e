//! `GET /brokers/{brokercode}`: a broker.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::doc_of;
use super::model::{BrokerModel, example};
use crate::api::Api;
use crate::api::apiconfig::names::Named;
use crate::api::apiconfig::refusal::{Thing, failed};
use crate::api::openapi::{Answer, Doc};
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;
use crate::domain::ids::BrokerCode;

/// Answers 200 with what is known of it, or 404.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    Named(code): Named<String>,
) -> Result<Response, Problem> {
    let missing = || Thing::Broker.missing();
    let code = BrokerCode::new(&code).map_err(|_| missing())?;
    let facts = api.store.registered_broker(&code).await.map_err(failed)?.ok_or_else(missing)?;
    Ok(unkept(Json(BrokerModel::from(&facts)).into_response()))
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let answer = Answer::json::<BrokerModel>("The broker.", example());
    doc_of("getBroker", "Read a broker").answers(StatusCode::OK, answer)
}

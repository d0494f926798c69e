//! `GET /routing/routes/{route}`: one route.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::model::{RouteModel, Stands, route_example};
use super::refusal::Missing;
use super::{doc_of_route, held_route};
use crate::api::Api;
use crate::api::access::Access;
use crate::api::apiconfig::names::Named;
use crate::api::openapi::{Answer, Doc};
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;
use crate::store::RouteRecord;

/// Answers 200 with the route; 404.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    Named(id): Named<String>,
) -> Result<Response, Problem> {
    let record = held_route(&api.store, &access, &id).await?;
    Ok(unkept(shown(&api, &access, &record).await?))
}

/// A route among those of the same notices.
pub(super) async fn shown(api: &Api, access: &Access, record: &RouteRecord) -> Result<Response, Problem> {
    let all = api.store.route_records().await.map_err(Missing::from)?;
    let stands = Stands::of(&all, access.now);
    Ok(Json(RouteModel::new(record, &stands)).into_response())
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let answer = Answer::json::<RouteModel<'static>>("The route.", route_example());
    doc_of_route("readRoute", "Read a route").answers(StatusCode::OK, answer)
}

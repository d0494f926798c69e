//! `GET /routing/partners/{partner}`: one system behind the gateway.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::model::{PartnerModel, partner_example};
use super::refusal::Missing;
use super::{doc_of_partner, held_partner};
use crate::api::Api;
use crate::api::access::Access;
use crate::api::apiconfig::names::Named;
use crate::api::openapi::{Answer, Doc};
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;

/// Answers 200 with the partner, never with its password; 404.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    Named(id): Named<String>,
) -> Result<Response, Problem> {
    answer(&api, &access, StatusCode::OK, &id).await
}

/// The partner as it is now.
pub(super) async fn answer(
    api: &Api,
    access: &Access,
    status: StatusCode,
    id: &str,
) -> Result<Response, Problem> {
    let record = held_partner(&api.store, access, id).await?;
    let routes = api.store.route_records().await.map_err(Missing::from)?;
    let partner = PartnerModel::new(&record, &routes, access.now);
    Ok(unkept((status, Json(partner)).into_response()))
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let answer = Answer::json::<PartnerModel<'static>>("The partner.", partner_example());
    doc_of_partner("readPartner", "Read a system behind the gateway").answers(StatusCode::OK, answer)
}

//! `GET …/delegations/{delegation}`: one of them.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::model::{self, DelegationModel};
use super::{Side, doc_of_one, held};
use crate::api::Api;
use crate::api::access::Access;
use crate::api::openapi::{Answer, Doc};
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;

/// Answers 200 with one of a creditor institution; 404.
pub(super) async fn of_institution(
    State(api): State<Arc<Api>>,
    access: Access,
    Path((ec, id)): Path<(String, String)>,
) -> Result<Response, Problem> {
    answer(&api, &access, (Side::Institution, &ec, &id)).await
}

/// Answers 200 with one to a broker; 404.
pub(super) async fn of_broker(
    State(api): State<Arc<Api>>,
    access: Access,
    Path((broker, id)): Path<(String, String)>,
) -> Result<Response, Problem> {
    answer(&api, &access, (Side::Broker, &broker, &id)).await
}

async fn answer(
    api: &Api,
    access: &Access,
    (side, code, id): (Side, &str, &str),
) -> Result<Response, Problem> {
    let found = held(&api.store, side, (code, id)).await?;
    Ok(unkept(Json(DelegationModel::new(&found, access.now)).into_response()))
}

/// What is said of it.
pub(super) fn doc(side: Side) -> Doc {
    let answer = Answer::json::<DelegationModel<'static>>("The delegation.", model::example());
    doc_of_one(side, ("readDelegation", "Read a delegation")).answers(StatusCode::OK, answer)
}

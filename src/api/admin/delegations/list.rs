//! `GET …/delegations`: what is delegated, and what was.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::model::{self, DelegationModel, DelegationsModel};
use super::{Side, all_of, doc_of};
use crate::api::Api;
use crate::api::access::Access;
use crate::api::openapi::{Answer, Doc};
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;

/// Answers 200 with those of a creditor institution.
pub(super) async fn of_institution(
    State(api): State<Arc<Api>>,
    access: Access,
    Path(ec): Path<String>,
) -> Result<Response, Problem> {
    answer(&api, &access, (Side::Institution, &ec)).await
}

/// Answers 200 with those to a broker.
pub(super) async fn of_broker(
    State(api): State<Arc<Api>>,
    access: Access,
    Path(broker): Path<String>,
) -> Result<Response, Problem> {
    answer(&api, &access, (Side::Broker, &broker)).await
}

async fn answer(api: &Api, access: &Access, (side, code): (Side, &str)) -> Result<Response, Problem> {
    let found = all_of(&api.store, side, code).await?;
    let delegations = found.iter().map(|one| DelegationModel::new(one, access.now)).collect();
    Ok(unkept(Json(DelegationsModel { delegations }).into_response()))
}

/// What is said of it.
pub(super) fn doc(side: Side) -> Doc {
    let about = match side {
        Side::Institution => "What the creditor institution has offered to brokers.",
        Side::Broker => "What creditor institutions have offered to the broker.",
    };
    let answer =
        Answer::json::<DelegationsModel<'static>>(about, json!({ "delegations": [model::example()] }));
    doc_of(side, ("listDelegations", "List delegations")).answers(StatusCode::OK, answer)
}

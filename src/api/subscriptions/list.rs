//! `GET …/subscriptions`: who is told.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::holder::{Family, Holder, failed};
use super::model::{SubscriptionModel, SubscriptionsModel};
use super::{doc as doc_of, examples};
use crate::api::Api;
use crate::api::openapi::{Answer, Doc};
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;

/// Answers 200 with all that the caller may see.
pub(super) async fn handler(State(api): State<Arc<Api>>, holder: Holder) -> Result<Response, Problem> {
    let mut found = api.store.subscriptions_of(&holder.owner).await.map_err(failed)?;
    found.retain(|one| holder.sees(one));
    let now = api.clock.now();
    let subscriptions = found.iter().map(|one| SubscriptionModel::new(one, now)).collect();
    Ok(unkept(Json(SubscriptionsModel { subscriptions }).into_response()))
}

/// What is said of it.
pub(super) fn doc(family: Family) -> Doc {
    let answer = Answer::json::<SubscriptionsModel<'static>>(
        "Those that tell of nothing that the key may not see.",
        json!({ "subscriptions": [examples::subscription()] }),
    );
    doc_of(family, ("listSubscriptions", "List subscriptions")).answers(StatusCode::OK, answer)
}

//! `PATCH …/subscriptions/{subscription}`: its owner changes it, or switches it off or on.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::holder::{Family, Held, MissingSubscription, failed};
use super::model::SubscriptionModel;
use super::terms::{self, ChangeRequest, Invalid};
use super::{doc_of_one, examples};
use crate::api::Api;
use crate::api::body::JsonBody;
use crate::api::openapi::{Answer, Doc};
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;

/// Answers 200 with the subscription as it is now; 400 or 404.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    Held(one): Held,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let change = terms::change(body, &*api.webhooks.check)?;
    let now = api.clock.now();
    let changed = api.store.change_subscription(&one.id, &change, now).await.map_err(failed)?;
    let changed = changed.ok_or(MissingSubscription)?;
    Ok(unkept(Json(SubscriptionModel::new(&changed, now)).into_response()))
}

/// What is said of it.
pub(super) fn doc(family: Family) -> Doc {
    let answer = Answer::json::<SubscriptionModel<'static>>(
        "The subscription as it is now.",
        examples::subscription(),
    );
    doc_of_one(family, ("changeSubscription", "Change a subscription"))
        .about(
            "What is left out stays. One that was switched off, or that a failing endpoint switched off, goes \
             on where it was when it is enabled.",
        )
        .takes::<ChangeRequest>(json!({ "enabled": true }))
        .answers(StatusCode::OK, answer)
        .refuses([Invalid::example().into()])
}

//! `GET …/subscriptions/{subscription}`: one of them, and how its endpoint does.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::holder::{Family, Held};
use super::model::SubscriptionModel;
use super::{doc_of_one, examples};
use crate::api::Api;
use crate::api::openapi::{Answer, Doc};
use crate::api::positions::render::unkept;

/// Answers 200 with the subscription, never with its secret.
pub(super) async fn handler(State(api): State<Arc<Api>>, Held(one): Held) -> Response {
    unkept(Json(SubscriptionModel::new(&one, api.clock.now())).into_response())
}

/// What is said of it.
pub(super) fn doc(family: Family) -> Doc {
    let answer = Answer::json::<SubscriptionModel<'static>>("The subscription.", examples::subscription());
    doc_of_one(family, ("readSubscription", "Read a subscription")).answers(StatusCode::OK, answer)
}

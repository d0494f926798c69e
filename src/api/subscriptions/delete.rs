//! `DELETE …/subscriptions/{subscription}`: nothing is sent any more, and its log goes.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;

use super::doc_of_one;
use super::holder::{Family, Held, MissingSubscription, failed};
use crate::api::Api;
use crate::api::openapi::{Answer, Doc};
use crate::api::problem::Problem;

/// Answers 204.
pub(super) async fn handler(State(api): State<Arc<Api>>, Held(one): Held) -> Result<StatusCode, Problem> {
    let deleted = api.store.delete_subscription(&one.id, api.clock.now()).await.map_err(failed)?;
    if deleted { Ok(StatusCode::NO_CONTENT) } else { Err(MissingSubscription.into()) }
}

/// What is said of it.
pub(super) fn doc(family: Family) -> Doc {
    doc_of_one(family, ("deleteSubscription", "Delete a subscription"))
        .about("Its deliveries and their log go with it; the events stay.")
        .answers(StatusCode::NO_CONTENT, Answer::empty("It is gone."))
}

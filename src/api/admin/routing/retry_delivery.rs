//! `POST /routing/deliveries/{delivery}/retry`: a receipt is sent to its partner now, and not when its turn comes.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::delivery_model::DELIVERY;
use super::refusal::{Missing, conflict};
use super::seen_letter;
use crate::api::Api;
use crate::api::access::Access;
use crate::api::apiconfig::names::Named;
use crate::api::openapi::{Answer, Doc, form};
use crate::api::problem::Problem;

/// Answers 202; 404, or 409 if the partner has it.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    Named(id): Named<String>,
) -> Result<Response, Problem> {
    let found = api.store.letter(&id).await.map_err(Missing::from)?;
    found.filter(|letter| seen_letter(&access, letter)).ok_or(Missing::Delivery)?;
    if !api.store.hurry_letter(&id, access.now).await.map_err(Missing::from)? {
        return Err(delivered());
    }
    Ok(StatusCode::ACCEPTED.into_response())
}

fn delivered() -> Problem {
    conflict("already_delivered", "The partner has the receipt.")
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    Doc::new("retryPartnerDelivery", "Send a receipt to its partner now")
        .path("delivery", form::example_text(DELIVERY), "The delivery.")
        .answers(
            StatusCode::ACCEPTED,
            Answer::empty("It is sent at once, behind earlier ones of its notice."),
        )
        .refuses([Missing::Delivery.into(), delivered()])
}

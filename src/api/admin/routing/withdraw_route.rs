//! `DELETE /routing/routes/{route}`: a route that is still to come is withdrawn.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::refusal::conflict;
use super::{doc_of_route, held_route, owner};
use crate::api::Api;
use crate::api::access::{Access, carry_out};
use crate::api::apiconfig::names::Named;
use crate::api::openapi::{Answer, Doc};
use crate::api::problem::Problem;
use crate::domain::governance::{Kind, Proposal, Wish};

/// Answers 204, or 202 if a second person is asked; 404 or 409.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    Named(id): Named<String>,
) -> Result<Response, Problem> {
    let tenant = owner(&held_route(&api.store, &access, &id).await?);
    let proposal = Proposal { kind: Kind::Route, tenant, target: id, wish: Wish::Remove, wanted: None };
    let written = carry_out(&api, &access, &[proposal]).await?;
    Ok(written.answer(|_| StatusCode::NO_CONTENT.into_response()))
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let detail = "The route holds, or held: it is not taken away, another one follows it.";
    doc_of_route("withdrawRoute", "Withdraw a route that is still to come")
        .answers(StatusCode::NO_CONTENT, Answer::empty("It is gone."))
        .answers(StatusCode::ACCEPTED, Answer::empty("It waits for a second person."))
        .refuses([conflict("route_in_force", detail)])
}

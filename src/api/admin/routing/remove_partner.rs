//! `DELETE /routing/partners/{partner}`: a system that no route ever named is taken away.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::refusal::conflict;
use super::{doc_of_partner, held_partner};
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
    let tenant = held_partner(&api.store, &access, &id).await?.partner.owner;
    let proposal = Proposal { kind: Kind::Partner, tenant, target: id, wish: Wish::Remove, wanted: None };
    let written = carry_out(&api, &access, &[proposal]).await?;
    Ok(written.answer(|_| StatusCode::NO_CONTENT.into_response()))
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let detail = "It cannot be removed while it has routes, planned or of before.";
    doc_of_partner("removePartner", "Remove a system behind the gateway")
        .about("One that a route names or named stays, for what it answered; switch it off instead.")
        .answers(StatusCode::NO_CONTENT, Answer::empty("It is gone."))
        .answers(StatusCode::ACCEPTED, Answer::empty("It waits for a second person."))
        .refuses([conflict("in_use", detail)])
}

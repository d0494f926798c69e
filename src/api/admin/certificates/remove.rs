//! `DELETE /certificates/{certificate}`: one that is not used is taken away, with its private key.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::held::{Held, conflict, doc_of_one, proposal, written};
use crate::api::Api;
use crate::api::openapi::{Answer, Doc};
use crate::api::problem::Problem;
use crate::domain::governance::Wish;

/// Answers 204; 202, 404 or 409.
pub(super) async fn handler(State(api): State<Arc<Api>>, held: Held) -> Result<Response, Problem> {
    written(&api, &held.access, StatusCode::OK, &[proposal(&held.one, Wish::Remove)]).await
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    doc_of_one("removeCertificate", "Take a certificate away")
        .about("With its private key, if no other certificate has it. What is used or revoked stays.")
        .answers(StatusCode::NO_CONTENT, Answer::empty("It is gone."))
        .answers(StatusCode::ACCEPTED, Answer::empty("It waits for a second person."))
        .refuses([conflict("in_use", "The certificate is in use: take it out of use first.")])
}

//! `POST /keys/{key}/revoke`: a key works no more, at once and for good.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::{doc_of_one, held};
use crate::api::Api;
use crate::api::access::{Access, carry_out};
use crate::api::openapi::{Answer, Doc};
use crate::api::problem::Problem;
use crate::domain::governance::{Kind, Proposal, Wish};
use crate::store::KeyWish;

use super::KeyError;

/// Answers 204, or 202 if a second person is asked; 404 or 409.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let record = held(&api.store, &access, &id).await?;
    let tenant = record.key.rights.owner.clone();
    let revoked_by = Some(access.actor.id.clone());
    let wish = KeyWish { revoked_by, ..KeyWish::of(record) };
    let wanted = Some(wish.into_json().map_err(KeyError::from)?);
    let proposal = Proposal { kind: Kind::Key, tenant, target: id, wish: Wish::Replace, wanted };
    let written = carry_out(&api, &access, &[proposal]).await?;
    Ok(written.answer(|_| StatusCode::NO_CONTENT.into_response()))
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    doc_of_one("revokeApiKey", "Revoke an API key")
        .about("It works no more from now on, and never again; on other instances within five seconds.")
        .answers(StatusCode::NO_CONTENT, Answer::empty("It is revoked."))
        .answers(StatusCode::ACCEPTED, Answer::empty("It waits for a second person."))
        .refuses([super::change::revoked()])
}

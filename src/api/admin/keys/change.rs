//! `PATCH /keys/{key}`: another label, other scopes, another end.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::body::{self, ChangeRequest, Invalid};
use super::limits::{self, TooWide};
use super::model::{self, KeyModel};
use super::{KeyError, doc_of_one, held};
use crate::api::Api;
use crate::api::access::{Access, Written, carry_out};
use crate::api::body::JsonBody;
use crate::api::openapi::{Answer, Doc};
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;
use crate::domain::governance::{Kind, Proposal, Wish};
use crate::store::KeyWish;

/// Answers 200 with the key as it is now, or 202 if a second person is asked; 400, 403, 404 or 409.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    Path(id): Path<String>,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let record = held(&api.store, &access, &id).await?;
    let changed = body::change(body, &record, access.now)?;
    limits::within(&api, &access, &changed.key).await?;
    let tenant = record.key.rights.owner.clone();
    let wish = KeyWish { key: changed.key, until: changed.until, ..KeyWish::of(record) };
    let wanted = Some(wish.into_json().map_err(KeyError::from)?);
    let proposal = Proposal { kind: Kind::Key, tenant, target: id.clone(), wish: Wish::Replace, wanted };
    let written = carry_out(&api, &access, &[proposal]).await?;
    if matches!(written, Written::Waiting(_)) {
        return Ok(written.answer(|_| StatusCode::OK.into_response()));
    }
    let record = held(&api.store, &access, &id).await?;
    Ok(unkept(Json(KeyModel::new(&record, access.now)).into_response()))
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let answer = Answer::json::<KeyModel<'static>>("The key as it is now.", model::example());
    doc_of_one("changeApiKey", "Change an API key")
        .about("What is left out stays. The owner never changes, nor do the secrets.")
        .takes::<ChangeRequest>(json!({ "label": "Ragioneria", "scopes": ["receipts"] }))
        .answers(StatusCode::OK, answer)
        .answers(StatusCode::ACCEPTED, Answer::empty("It waits for a second person."))
        .refuses([Invalid::example().into(), TooWide.into(), revoked()])
}

/// What is answered of a key that is revoked, for the document.
pub(super) fn revoked() -> Problem {
    let detail = "The API key is revoked for good; make another one.";
    Problem::new(StatusCode::CONFLICT, "Conflict", "key_revoked", detail)
}

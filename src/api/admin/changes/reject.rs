//! `POST /admin/v1/changes/{changeId}/reject`: a second person disagrees, and says why.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;

use super::act::{self, NoteRequest};
use super::doc_of_one;
use super::find::{ChangePath, find, may_decide};
use crate::api::Api;
use crate::api::access::Access;
use crate::api::body::JsonBody;
use crate::api::openapi::Doc;
use crate::api::problem::Problem;
use crate::store::ChangeAct;

/// Answers 200 with the change; 400 without a note; 403 to who has a hand in it.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    Path(path): Path<ChangePath>,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let note = act::note(body)?;
    let found = find(&api, &access, &path).await?;
    may_decide(&access, &found.change.proposals)?;
    let reject = ChangeAct::Reject(act::deciding(&api, &access, &found.change.proposals));
    Ok(act::act(&api, &access, (&found.change, &[reject]), Some(note)).await?)
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    doc_of_one("rejectChange", "Disagree with a change")
        .about(
            "By a person who neither drafted, edited nor submitted it. What is wished can be drafted anew.",
        )
        .takes::<NoteRequest>(json!({ "note": "L'IBAN non è quello della delibera" }))
        .answers(StatusCode::OK, act::answer("The change."))
        .refuses(act::not_a_decider())
        .refuses([act::not_now(), act::invalid_note()])
}

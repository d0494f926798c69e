//! `POST /admin/v1/changes/{changeId}/withdraw`: a change is taken back before it is carried out.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;

use super::act::{self, SaidRequest};
use super::doc_of_one;
use super::find::{ChangePath, find, may_write};
use crate::api::Api;
use crate::api::access::Access;
use crate::api::body::OptionalJsonBody;
use crate::api::openapi::Doc;
use crate::api::problem::Problem;
use crate::store::ChangeAct;

/// Answers 200 with the change; 409 if it is decided or done.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    Path(path): Path<ChangePath>,
    OptionalJsonBody(body): OptionalJsonBody,
) -> Result<Response, Problem> {
    let said = act::said(body, access.now)?;
    let found = find(&api, &access, &path).await?;
    may_write(&access, &found.change.proposals)?;
    Ok(act::act(&api, &access, (&found.change, &[ChangeAct::Withdraw]), said.note).await?)
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    doc_of_one("withdrawChange", "Take a change back")
        .about("A draft, a submitted change, or an approved one that is not carried out yet.")
        .may_take::<SaidRequest>(json!({ "note": "Non serve più" }))
        .answers(StatusCode::OK, act::answer("The change."))
        .refuses([act::not_now(), act::invalid()])
}

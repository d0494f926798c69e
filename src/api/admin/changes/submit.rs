//! `POST /admin/v1/changes/{changeId}/submit`: a draft is finished, and a second person is asked.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;

use super::act::{self, SaidRequest};
use super::doc_of_one;
use super::find::{ChangePath, find, may_write};
use super::limits;
use crate::api::Api;
use crate::api::access::Access;
use crate::api::body::OptionalJsonBody;
use crate::api::openapi::Doc;
use crate::api::problem::Problem;
use crate::domain::governance::change::Deciding;
use crate::store::ChangeAct;

/// Answers 200 with the change; 409 if it is no draft, or would not do what it was drafted for.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    Path(path): Path<ChangePath>,
    OptionalJsonBody(body): OptionalJsonBody,
) -> Result<Response, Problem> {
    let said = act::said(body, access.now)?;
    let found = find(&api, &access, &path).await?;
    may_write(&access, &found.change.proposals)?;
    limits::to_do(&api, &access, &found.change).await?;
    let submit = ChangeAct::Submit(said.effective_at);
    let acts = match act::deciding(&api, &access, &found.change.proposals) {
        // Where no second person is asked for, who submits it agrees to it.
        Deciding::Unasked => vec![submit, ChangeAct::Approve(Deciding::Unasked, None)],
        Deciding::AsPerson | Deciding::AsKey => vec![submit],
    };
    Ok(act::act(&api, &access, (&found.change, &acts), said.note).await?)
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    doc_of_one("submitChange", "Submit a draft")
        .about(
            "It then waits for a second person. Where the configuration asks for none, it is approved by this, and \
             carried out when its instant has come.",
        )
        .may_take::<SaidRequest>(json!({ "effectiveAt": "2026-12-01", "note": "Come da delibera" }))
        .answers(StatusCode::OK, act::answer("The change."))
        .refuses([act::not_now(), act::changed_since(), act::invalid()])
}

//! `POST /admin/v1/changes/{changeId}/approve`: a second person agrees.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;

use super::act::{self, SaidRequest};
use super::doc_of_one;
use super::find::{ChangePath, find, may_decide};
use super::limits;
use crate::api::Api;
use crate::api::access::Access;
use crate::api::body::OptionalJsonBody;
use crate::api::openapi::Doc;
use crate::api::problem::Problem;
use crate::store::ChangeAct;

/// Answers 200 with the change, which is carried out if its instant has come; 403 to who has a hand in it.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    Path(path): Path<ChangePath>,
    OptionalJsonBody(body): OptionalJsonBody,
) -> Result<Response, Problem> {
    let said = act::said(body, access.now)?;
    let found = find(&api, &access, &path).await?;
    may_decide(&access, &found.change.proposals)?;
    limits::to_do(&api, &access, &found.change).await?;
    let deciding = act::deciding(&api, &access, &found.change.proposals);
    let approve = ChangeAct::Approve(deciding, said.effective_at);
    Ok(act::act(&api, &access, (&found.change, &[approve]), said.note).await?)
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    doc_of_one("approveChange", "Agree to a change")
        .about(
            "By a person who neither drafted, edited nor submitted it. It holds from effectiveAt on; if that is left \
             out, from the instant that was asked for, or at once. If its things are not as they were when it was \
             drafted, it fails, and says why.",
        )
        .may_take::<SaidRequest>(json!({ "effectiveAt": "2026-12-01T00:00:00", "note": "Verificato" }))
        .answers(StatusCode::OK, act::answer("The change."))
        .refuses(act::not_a_decider())
        .refuses([act::not_now(), act::invalid()])
}

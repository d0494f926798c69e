//! `POST /admin/v1/changes/{changeId}/rollback`: what a change did is undone by another, under the same approval.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use serde_json::json;

use super::act::{self, ActError, NoteRequest};
use super::doc_of_one;
use super::find::{ChangePath, find, may_write};
use super::limits;
use super::model::EXAMPLE_ID;
use crate::api::Api;
use crate::api::access::{Access, WritesError};
use crate::api::body::JsonBody;
use crate::api::openapi::{Answer, AnswerHeader, Doc};
use crate::api::problem::Problem;
use crate::domain::governance::Proposal;
use crate::domain::governance::change::{Act, Deciding, undone};
use crate::store::{Change, ChangeAct, ChangeError, NewChange};

const LOCATION: AnswerHeader = AnswerHeader {
    name: "Location",
    about: "The change that undoes it.",
    example: "/admin/v1/changes/5f0c1a6e2b7d4c3f8a9b0c1d2e3f4a5b",
};

/// Answers 201 with the change that undoes it: it waits for a second person, or is done where none is asked for;
/// 409 if there is nothing to undo.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    Path(path): Path<ChangePath>,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let note = act::note(body)?;
    let change = find(&api, &access, &path).await?.change;
    may_write(&access, &change.proposals)?;
    limits::to_undo(&api, &access, &change).await?;
    // What is not carried out, or undone already, cannot be undone.
    change
        .course
        .with(Act::RollBack, access.now)
        .map_err(|error| ActError::from(ChangeError::from(error)))?;
    let proposals = undoing(&change);
    if proposals.is_empty() {
        return Err(nothing_to_undo());
    }
    let id = api.admin.secrets.id().map_err(|error| ActError::from(WritesError::from(error)))?;
    let new = NewChange { id: &id, proposals: &proposals, rolls_back: Some(&change.id) };
    let submit = ChangeAct::Submit(None);
    let then = match act::deciding(&api, &access, &proposals) {
        Deciding::Unasked => vec![submit, ChangeAct::Approve(Deciding::Unasked, None)],
        Deciding::AsPerson | Deciding::AsKey => vec![submit],
    };
    let kept = api.store.keep_change(&act::author(&access, Some(note)), new, &then).await;
    kept.map_err(ActError::from)?;
    act::carried_out(&api, &id).await.map_err(ActError::from)?;
    let place = HeaderValue::try_from(format!("/admin/v1/changes/{id}"));
    let mut answer = act::show(&api, &access, &ChangePath { change_id: id }, StatusCode::CREATED).await?;
    if let Ok(place) = place {
        answer.headers_mut().insert(header::LOCATION, place);
    }
    Ok(answer)
}

/// What a change is answered that left everything as it was.
fn nothing_to_undo() -> Problem {
    let detail = "The change has left everything as it was.";
    Problem::new(StatusCode::CONFLICT, "Conflict", "nothing_to_undo", detail)
}

/// What undoes a change: its proposals undone, the last first.
fn undoing(change: &Change) -> Vec<Proposal> {
    let made = change.made.as_deref().unwrap_or_default();
    let each = change.proposals.iter().zip(change.was.iter().zip(made)).rev();
    each.filter_map(|(proposal, (was, made))| undone(proposal, was.as_deref(), made.as_deref())).collect()
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let answer = act::answer("The change that undoes it, submitted or already carried out.").with(LOCATION);
    let answer: Answer = answer.leads_to("readChange", &[("changeId", "$response.body#/id")]);
    doc_of_one("rollBackChange", "Undo a change")
        .about(&format!(
            "Makes a change in which each thing is wished as it was before (such as {EXAMPLE_ID}), linked to this one. \
             If a thing was changed again since, the new change fails when it is carried out.",
        ))
        .takes::<NoteRequest>(json!({ "note": "Delibera annullata" }))
        .answers(StatusCode::CREATED, answer)
        .refuses([act::not_now(), nothing_to_undo(), act::invalid_note()])
}

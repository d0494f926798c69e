//! What submitting, approving and the rest have in common.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::find::{ChangePath, FindError, Found, find};
use super::model::{ChangeModel, example};
use crate::api::Api;
use crate::api::access::{Access, WritesError};
use crate::api::openapi::Answer;
use crate::api::openapi::form::MaybeMoment;
use crate::api::positions::field::{Field, Shape};
use crate::api::positions::render::unkept;
use crate::api::positions::rows::{Pointer, Report};
use crate::api::problem::{Problem, Violation};
use crate::domain::access::{ActorKind, Denied};
use crate::domain::dates::WholeDay;
use crate::domain::governance::change::{Deciding, NotADecider, NotNow, State};
use crate::domain::governance::{Author, Proposal};
use crate::domain::text::Text;
use crate::store::{Change, ChangeAct, ChangeError, StoreError};

/// Why nothing was done with a change.
#[derive(Debug, thiserror::Error)]
pub(super) enum ActError {
    #[error(transparent)]
    Find(#[from] FindError),
    #[error(transparent)]
    Denied(#[from] Denied),
    #[error("the body is not what it must be")]
    Invalid(Vec<Violation>),
    #[error(transparent)]
    Change(#[from] ChangeError),
    #[error(transparent)]
    Writes(#[from] WritesError),
}

impl From<StoreError> for ActError {
    fn from(error: StoreError) -> Self {
        ActError::Find(error.into())
    }
}

/// What somebody says when they do something with a change.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ChangeDecision)]
pub(super) struct SaidRequest {
    /// From when it holds; at once if left out.
    #[serde(default)]
    #[schema(value_type = Option<MaybeMoment>)]
    effective_at: Field<String>,
    /// What is to be noted: 1 to 300 characters.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    note: Field<String>,
}

impl Shape for SaidRequest {
    const IS_OBJECT: bool = true;
}

/// The same, read.
#[derive(Default)]
pub(super) struct Said {
    pub effective_at: Option<Timestamp>,
    pub note: Option<Text<300>>,
}

/// Reads what somebody says; nothing has to be said. What holds from an instant on does so from one to come.
pub(super) fn said(body: Option<Value>, now: Timestamp) -> Result<Said, ActError> {
    let Some(body) = body else { return Ok(Said::default()) };
    let (mut report, root) = (Report::default(), Pointer::root());
    let field = Field::<SaidRequest>::deserialize(body).unwrap_or(Field::WrongType);
    let request = report.required(field, &root).unwrap_or_default();
    let place = root.field("effectiveAt");
    let effective_at = report.optional_date(request.effective_at, &place, WholeDay::FromStart);
    if effective_at.is_some_and(|from| from < now) {
        report.add(&place, "in_the_past", "must not be in the past");
    }
    let note = report.optional_text(request.note, &root.field("note"));
    let clean = report.is_clean();
    if clean { Ok(Said { effective_at, note }) } else { Err(ActError::Invalid(report.into_violations())) }
}

/// Why somebody does something with a change.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[schema(as = ChangeNote)]
pub(super) struct NoteRequest {
    /// What is to be noted: 1 to 300 characters.
    #[serde(default)]
    #[schema(value_type = String, required, min_length = 1, max_length = 300)]
    note: Field<String>,
}

impl Shape for NoteRequest {
    const IS_OBJECT: bool = true;
}

/// Reads a note that has to be there.
pub(super) fn note(body: Value) -> Result<Text<300>, ActError> {
    let (mut report, root) = (Report::default(), Pointer::root());
    let field = Field::<NoteRequest>::deserialize(body).unwrap_or(Field::WrongType);
    let request = report.required(field, &root);
    let note = request.and_then(|request| report.text(request.note, &root.field("note")));
    note.ok_or_else(|| ActError::Invalid(report.into_violations()))
}

/// The caller as the author of a step, with the note that they left.
pub(super) fn author(access: &Access, note: Option<Text<300>>) -> Author {
    let author = access.author();
    Author { reason: note.or_else(|| author.reason.clone()), ..author }
}

/// As what the caller decides: no second person is asked for where no kind asks for one.
pub(super) fn deciding(api: &Api, access: &Access, proposals: &[Proposal]) -> Deciding {
    if !proposals.iter().any(|proposal| api.admin.approval.asks_for(proposal.kind)) {
        return Deciding::Unasked;
    }
    match access.actor.kind {
        ActorKind::Person => Deciding::AsPerson,
        ActorKind::Key => Deciding::AsKey,
    }
}

/// Takes these steps with a change that was judged, carries it out if its instant has come, and shows it.
pub(super) async fn act(
    api: &Api,
    access: &Access,
    (change, acts): (&Change, &[ChangeAct]),
    note: Option<Text<300>>,
) -> Result<Response, ActError> {
    api.store.act_on_judged_change(&author(access, note), change, acts).await?;
    carried_out(api, &change.id).await?;
    show(api, access, &ChangePath { change_id: change.id.clone() }, StatusCode::OK).await
}

/// Carries a change out if its instant has come, and lets this instance see it.
pub(super) async fn carried_out(api: &Api, id: &str) -> Result<(), StoreError> {
    if api.store.apply_change(id, api.clock.now()).await? == Some(State::Applied) {
        api.refresh().await;
    }
    Ok(())
}

/// Shows a change as it stands now.
pub(super) async fn show(
    api: &Api,
    access: &Access,
    path: &ChangePath,
    status: StatusCode,
) -> Result<Response, ActError> {
    let found: Found = find(api, access, path).await?;
    Ok(unkept((status, Json(ChangeModel::new(&found))).into_response()))
}

/// The answer that shows a change.
pub(super) fn answer(about: &str) -> Answer {
    Answer::json::<ChangeModel>(about, example())
}

/// What a step that the state does not admit is answered.
pub(super) fn not_now() -> Problem {
    ActError::from(ChangeError::from(NotNow { state: State::Applied })).into()
}

/// What a decision is answered that is not the caller's.
pub(super) fn not_a_decider() -> [Problem; 2] {
    [NotADecider::SecondPersonNeeded, NotADecider::NotAPerson]
        .map(|why| ActError::from(ChangeError::from(why)).into())
}

/// What a wrong body is answered.
pub(super) fn invalid() -> Problem {
    let (pointer, message) = ("/effectiveAt".to_owned(), "must not be in the past".to_owned());
    ActError::Invalid(vec![Violation { pointer, code: "in_the_past", message }]).into()
}

/// What a body without a note is answered.
pub(super) fn invalid_note() -> Problem {
    let (pointer, message) = ("/note".to_owned(), "is required".to_owned());
    ActError::Invalid(vec![Violation { pointer, code: "required", message }]).into()
}

/// What a change is answered whose things are not as they were when it was drafted.
pub(super) fn changed_since() -> Problem {
    Problem::new(
        StatusCode::CONFLICT,
        "Conflict",
        "changed_since",
        "It was changed by somebody else since the change was drafted.",
    )
}

impl From<ActError> for Problem {
    fn from(error: ActError) -> Self {
        let forbidden = |code, detail| Problem::new(StatusCode::FORBIDDEN, "Forbidden", code, detail);
        match error {
            ActError::Find(error) => error.into(),
            ActError::Denied(denied) => denied.into(),
            ActError::Writes(error) => error.into(),
            ActError::Invalid(violations) => Problem::new(
                StatusCode::BAD_REQUEST,
                "Bad Request",
                "invalid_decision",
                "The body is not what it must be, for the reasons that violations gives.",
            )
            .with_violations(violations),
            ActError::Change(ChangeError::Missing) => FindError::Unknown.into(),
            ActError::Change(ChangeError::Store(error)) => FindError::from(error).into(),
            ActError::Change(ChangeError::Unfit(failure)) => WritesError::from(failure).into(),
            ActError::Change(ChangeError::NotNow(NotNow { state })) => Problem::new(
                StatusCode::CONFLICT,
                "Conflict",
                "not_in_state",
                format!("The state of the change does not admit that: it is {}.", state.word()),
            ),
            ActError::Change(ChangeError::NotADecider(NotADecider::SecondPersonNeeded)) => {
                forbidden("second_person_needed", "A change is decided on by somebody who has no hand in it.")
            }
            ActError::Change(ChangeError::NotADecider(NotADecider::NotAPerson)) => {
                forbidden("person_needed", "Only a person decides on a change, no API key.")
            }
        }
    }
}

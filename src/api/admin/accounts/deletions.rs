//! `…/iban-deletion-requests`: accounts that are to go on a day.
//!
//! On its day an account goes by itself, unless it is then the only one or notices name it that can still be
//! paid: then the request has failed, and says why.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{PartialSchema, ToSchema};

use super::terms::{Invalid, MissingAccount, known_institution};
use super::{doc as doc_of, failed, found};
use crate::api::Api;
use crate::api::access::{Access, WritesError, Written, carry_out};
use crate::api::apiconfig::ibans::model::{LocalInstant, local};
use crate::api::apiconfig::ibans::waits;
use crate::api::body::JsonBody;
use crate::api::openapi::form::{Moment, form, words};
use crate::api::openapi::{Answer, Doc, form};
use crate::api::positions::field::{Field, Shape};
use crate::api::positions::parse::report::{Coded, Pointer, Report};
use crate::api::positions::query::{self, BadQuery, word};
use crate::api::problem::{Problem, Violation};
use crate::domain::access::Tenant;
use crate::domain::account::deletion::{DayNotAhead, DeletionId, DeletionRequest, DeletionState, NotPending};
use crate::domain::dates::{self, WholeDay};
use crate::domain::governance::{Kind, Proposal, Wish};
use crate::domain::iban::Iban;
use crate::domain::rome;
use crate::store::{deletion_form, deletion_target};

/// What a request is now.
enum StateWord {}
form!(
    StateWord,
    "DeletionState",
    words(
        DeletionState::ALL.map(DeletionState::word),
        "PENDING: its day is to come; IN_PROGRESS: it has come; COMPLETED, FAILED, CANCELED: how it ended.",
    )
);

/// An account that is to go.
#[derive(Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = NewIbanDeletionRequest)]
struct NewRequest {
    /// An account of the creditor institution.
    #[serde(default)]
    #[schema(value_type = Iban, required)]
    iban_value: Field<String>,
    /// The Italian day on which it is to go: tomorrow or later.
    #[serde(default)]
    #[schema(value_type = Moment, required)]
    scheduled_execution_date: Field<String>,
}

impl Shape for NewRequest {
    const IS_OBJECT: bool = true;
}

/// A request that an account go.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = IbanDeletionRequest)]
struct RequestModel {
    /// Its id.
    id: String,
    /// The creditor institution.
    ci_code: String,
    /// The account.
    #[schema(value_type = Iban)]
    iban_value: String,
    /// The Italian day on which it is to go, or was.
    #[schema(value_type = LocalInstant)]
    scheduled_execution_date: String,
    /// When that was asked.
    #[schema(value_type = LocalInstant)]
    requested_at: String,
    /// What it is now.
    #[schema(value_type = StateWord)]
    status: &'static str,
    /// When it ended, if it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = LocalInstant)]
    ended_at: Option<String>,
    /// Why it failed, if it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    reason: Option<String>,
}

impl RequestModel {
    fn new(request: &DeletionRequest, today: Date) -> Self {
        let end = request.end.as_ref();
        RequestModel {
            id: request.id.as_str().to_owned(),
            ci_code: request.ec.to_string(),
            iban_value: request.iban.to_string(),
            scheduled_execution_date: local(request.scheduled),
            requested_at: local(request.requested_at),
            status: request.state(today).word(),
            ended_at: end.map(|end| local(end.at)),
            reason: end.and_then(|end| end.reason.clone()),
        }
    }
}

/// The requests of a creditor institution.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = IbanDeletionRequests)]
pub(super) struct RequestsModel {
    /// Each of them.
    requests: Vec<RequestModel>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ListQuery {
    iban_value: Option<String>,
    status: Option<String>,
}

/// Answers 200 with those of an account and a status, or all; 400 or 404.
pub(super) async fn list(
    State(api): State<Arc<Api>>,
    access: Access,
    Path(code): Path<String>,
    uri: Uri,
) -> Result<Json<RequestsModel>, Problem> {
    let ec = known_institution(&access, &code)?;
    let twice = BadQuery("A query parameter is there twice.");
    let Query(query) = Query::<ListQuery>::try_from_uri(&uri).map_err(|_| twice)?;
    let wrong = BadQuery("The query parameter status must be a status of deletion requests.");
    let status = word(query.status.as_deref(), None, |word| DeletionState::from_word(word).map(Some), wrong)?;
    let iban = query.iban_value.filter(|text| !text.is_empty());
    let today = rome::day(access.now);
    let mut requests = api.store.deletions_of(&ec).await.map_err(failed)?;
    requests.retain(|one| {
        status.is_none_or(|status| one.state(today) == status)
            && iban.as_ref().is_none_or(|iban| one.iban.as_str().eq_ignore_ascii_case(iban))
    });
    Ok(Json(RequestsModel { requests: requests.iter().map(|one| RequestModel::new(one, today)).collect() }))
}

/// Answers 201 with the request, 202 if it waits for a second person; 400, 404 or 409.
pub(super) async fn create(
    State(api): State<Arc<Api>>,
    access: Access,
    Path(code): Path<String>,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let ec = known_institution(&access, &code)?;
    let today = rome::day(access.now);
    let (iban, scheduled) = read(body, today)?;
    found(&api, &ec, iban.as_str()).await?;
    let id = DeletionId::drawn(api.randomness.number(), api.randomness.number());
    let request = DeletionRequest { id, ec, iban, scheduled, requested_at: access.now, end: None };
    let written = carry_out(&api, &access, &[proposed(&request, Wish::Create)]).await?;
    let model = RequestModel::new(&request, today);
    Ok(written.answer(|_| (StatusCode::CREATED, Json(model)).into_response()))
}

fn read(body: Value, today: Date) -> Result<(Iban, jiff::Timestamp), Invalid> {
    let (mut report, root) = (Report::default(), Pointer::root());
    let field = Field::<NewRequest>::deserialize(body).unwrap_or(Field::WrongType);
    let request = report.required(field, &root).unwrap_or_default();
    let at = root.field("ibanValue");
    let iban = report.required(request.iban_value, &at).and_then(|text| report.read(&at, Iban::kept(&text)));
    let at = root.field("scheduledExecutionDate");
    let day = report
        .required(request.scheduled_execution_date, &at)
        .and_then(|text| report.read(&at, dates::parse(&text, WholeDay::FromStart)));
    if let Some(day) = day {
        report.read(&at, DeletionRequest::judge_day(day, today));
    }
    match (iban, day, report.is_clean()) {
        (Some(iban), Some(day), true) => Ok((iban, day)),
        _ => Err(Invalid(report.into_violations())),
    }
}

fn proposed(request: &DeletionRequest, wish: Wish) -> Proposal {
    Proposal {
        kind: Kind::IbanDeletion,
        tenant: Tenant::Institution(request.ec.clone()),
        target: deletion_target(request),
        wish,
        wanted: Some(deletion_form(request)),
    }
}

/// There is no such request of the creditor institution.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("no such request")]
struct MissingRequest;

/// Answers 204, 202 if that waits for a second person; 404, also if it is another's, or 409 if it is no longer
/// pending.
pub(super) async fn cancel(
    State(api): State<Arc<Api>>,
    access: Access,
    Path((code, id)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let ec = known_institution(&access, &code)?;
    let requests = api.store.deletions_of(&ec).await.map_err(failed)?;
    let request = requests.iter().find(|one| one.id.as_str() == id).ok_or(MissingRequest)?;
    let canceled = request.canceled(access.now)?;
    let written: Result<Written, WritesError> =
        carry_out(&api, &access, &[proposed(&canceled, Wish::Replace)]).await;
    Ok(written?.answer(|_| StatusCode::NO_CONTENT.into_response()))
}

fn example() -> Value {
    json!({
        "id": "000102030405060708090a0b0c0d0e0f", "ciCode": "99000010019",
        "ibanValue": "IT80Z0599903600000000001001",
        "scheduledExecutionDate": "2026-12-01T00:00:00+01:00", "requestedAt": "2026-11-22T11:00:00+01:00",
        "status": "PENDING",
    })
}

/// What is said of the list.
pub(super) fn doc_of_list() -> Doc {
    let answer = json!({ "requests": [example()] });
    doc_of("listIbanDeletionRequests", "List which accounts are to go, and what became of that")
        .query(
            "ibanValue",
            form::or_empty(form::example_text("IT80Z0599903600000000001001")),
            "Only of this account.",
        )
        .query("status", form::or_empty(StateWord::schema()), "Only those of this status.")
        .answers(StatusCode::OK, Answer::json::<RequestsModel>("The latest first.", answer))
        .refuses([query::WRONG.into()])
}

/// What is said of the creation.
pub(super) fn doc_of_create() -> Doc {
    let body = json!({ "ibanValue": "IT80Z0599903600000000001001", "scheduledExecutionDate": "2026-12-01" });
    let pointer = "/scheduledExecutionDate".to_owned();
    let wrong = Violation { pointer, code: DayNotAhead.code(), message: DayNotAhead.to_string() };
    doc_of("createIbanDeletionRequest", "Ask that an account go on a day")
        .about(
            "On that day it goes by itself, unless it is then the only account of the creditor institution or \
             notices name it that can still be paid: then the request has failed, and says why.",
        )
        .takes::<NewRequest>(body)
        .answers(StatusCode::CREATED, Answer::json::<RequestModel>("The request.", example()))
        .answers(StatusCode::ACCEPTED, waits())
        .refuses([Invalid(vec![wrong]).into(), Invalid::example_of_iban().into(), MissingAccount.into(), pending()])
}

/// What is said of the cancellation.
pub(super) fn doc_of_cancel() -> Doc {
    let id = form::text("^[0-9a-f]{32}$", "The id of a request.", "000102030405060708090a0b0c0d0e0f");
    doc_of("cancelIbanDeletionRequest", "Call off that an account go")
        .path("request", id, "The request.")
        .answers(StatusCode::NO_CONTENT, Answer::empty("The account stays."))
        .answers(StatusCode::ACCEPTED, waits())
        .refuses([MissingRequest.into(), NotPending.into()])
}

/// How it is refused that an account is to go twice.
fn pending() -> Problem {
    let why = "The account is already to be deleted on a day: call that request off first.";
    Problem::new(StatusCode::CONFLICT, "Conflict", "deletion_pending", why)
}

impl Coded for DayNotAhead {
    fn code(&self) -> &'static str {
        "scheduled_date_passed"
    }
}

impl From<MissingRequest> for Problem {
    fn from(_: MissingRequest) -> Self {
        Problem::new(
            StatusCode::NOT_FOUND,
            "Not Found",
            "unknown_deletion_request",
            "The creditor institution has no such request.",
        )
    }
}

impl From<NotPending> for Problem {
    fn from(_: NotPending) -> Self {
        Problem::new(
            StatusCode::CONFLICT,
            "Conflict",
            "deletion_not_pending",
            "The request is no longer pending: its day has come, or it has ended.",
        )
    }
}

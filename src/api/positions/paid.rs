//! `POST …/paymentoptions/paids/{nav}`: the creditor says that a notice was paid another way.
//!
//! From then on nobody can pay it through the node. Should a receipt arrive all the same, it is kept
//! and told apart as a second payment.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::PartialSchema;

use super::ORGANIZATION;
use super::contract::Moment;
use super::field::Field;
use super::if_match::{IfMatch, Stale};
use super::orders::PaidElsewhereRequest;
use super::parse::report::{Pointer, Report};
use super::{NavPath, unknown_notice, v1};
use crate::api::Api;
use crate::api::auth::Organization;
use crate::api::body::OptionalJsonBody;
use crate::api::openapi::{Answer, Doc, IF_MATCH, form};
use crate::api::problem::{Problem, Violation};
use crate::domain::dates::WholeDay;
use crate::domain::notice_number::NoticeNumber;
use crate::domain::segregation::ForeignNotice;
use crate::domain::update::{NotMarkable, mark_paid_elsewhere};
use crate::store::{NoticeName, StoreError};

/// Why a notice cannot be marked as paid.
#[derive(Debug, thiserror::Error)]
pub(super) enum PaidError {
    #[error("no such notice")]
    Unknown,
    #[error(transparent)]
    Foreign(#[from] ForeignNotice),
    #[error(transparent)]
    Stale(#[from] Stale),
    #[error("the payment date cannot be read")]
    Invalid(Vec<Violation>),
    #[error(transparent)]
    Refused(#[from] NotMarkable),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Answers 200 with the payment option; 400, 404, or 409 once it is paid.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    Organization(ec, scope): Organization,
    (Path(path), wanted): (Path<NavPath>, IfMatch),
    OptionalJsonBody(body): OptionalJsonBody,
) -> Result<Response, Problem> {
    let now = api.clock.now();
    let number = NoticeNumber::new(&path.nav).map_err(|_| PaidError::Unknown)?;
    let paid_at = paid_at(body, now).map_err(PaidError::Invalid)?;
    let name = NoticeName::Number(number);
    let marked = api.store.change_notice(&ec, &name, |position, number| {
        scope.admits(position)?;
        wanted.check(position)?;
        mark_paid_elsewhere(position, number, paid_at, now).map_err(PaidError::from)
    });
    let (position, number) = marked.await.map_err(PaidError::from)?.ok_or(PaidError::Unknown)??;
    Ok(v1::notice(StatusCode::OK, &position, &number, Moment { now, hold: api.hold }))
}

/// When it was paid: now, unless the caller says when.
fn paid_at(body: Option<Value>, now: Timestamp) -> Result<Timestamp, Vec<Violation>> {
    let Some(body) = body else { return Ok(now) };
    let mut report = Report::default();
    let (root, at) = (Pointer::root(), Pointer::root().field("paymentDate"));
    let field = Field::<PaidElsewhereRequest>::deserialize(body).unwrap_or(Field::WrongType);
    let request = report.optional(field, &root).unwrap_or_default();
    let paid_at = report.optional_date(request.payment_date, &at, WholeDay::FromStart);
    if paid_at.is_some_and(|paid_at| paid_at > now) {
        report.add(&at, IN_FUTURE, "must not be in the future");
    }
    if report.is_clean() { Ok(paid_at.unwrap_or(now)) } else { Err(report.into_violations()) }
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let future = Violation {
        pointer: "/paymentDate".into(),
        code: IN_FUTURE,
        message: "must not be in the future".into(),
    };
    let answer = Answer::json::<v1::PaidNotice>("The payment option with its history.", v1::paid_example());
    Doc::new("markPaidV1", "Mark a payment option as paid elsewhere")
        .about("From then on nobody can pay it through the node; no receipt of the node is expected.")
        .organization(ORGANIZATION)
        .path("nav", NoticeNumber::schema(), "Notice number of the payment option.")
        .header(IF_MATCH, form::entity_tags(), "The version of the position that is meant, as ETag gave it.")
        .may_take::<PaidElsewhereRequest>(json!({ "paymentDate": "2026-11-20T09:30:00" }))
        .answers(StatusCode::OK, answer)
        .refuses([
            PaidError::Unknown.into(),
            PaidError::Invalid(vec![future]).into(),
            ForeignNotice.into(),
            Stale.into(),
            PaidError::Refused(NotMarkable::Paid).into(),
        ])
}

const IN_FUTURE: &str = "payment_date_in_future";

impl From<PaidError> for Problem {
    fn from(error: PaidError) -> Self {
        match error {
            PaidError::Unknown | PaidError::Refused(NotMarkable::Unknown) => unknown_notice(),
            PaidError::Foreign(foreign) => foreign.into(),
            PaidError::Stale(stale) => stale.into(),
            PaidError::Invalid(violations) => Problem::new(
                StatusCode::BAD_REQUEST,
                "BAD REQUEST",
                "invalid_payment",
                "The payment cannot be noted, for the reasons that violations gives.",
            )
            .with_violations(violations),
            PaidError::Refused(reason @ (NotMarkable::Paid | NotMarkable::PaidByAnotherOption)) => {
                Problem::new(
                    StatusCode::CONFLICT,
                    "Existing related payment found",
                    "payment_found",
                    format!("The payment option stays as it is: {reason}."),
                )
            }
            PaidError::Store(error) => {
                Problem::internal("The pay call for a payment option is failed", &error)
            }
        }
    }
}

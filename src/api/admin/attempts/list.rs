//! `GET …/creditor-institutions/{ec}/routing/attempts`: payments at old systems, the latest first.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde_json::json;

use super::model::{AttemptModel, AttemptsModel, example};
use crate::api::Api;
use crate::api::access::Access;
use crate::api::apiconfig::names::Named;
use crate::api::inbox::params::{LIMIT, LIMITS, Params};
use crate::api::openapi::{Answer, Doc, form};
use crate::api::positions::query::BadQuery;
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::notice_number::NoticeNumber;
use crate::domain::segregation::Segregation;
use crate::store::{AttemptPlace, AttemptQuery, StoreError};

/// Why attempts cannot be listed.
#[derive(Debug, thiserror::Error)]
enum ListError {
    #[error("no such creditor institution")]
    UnknownInstitution,
    #[error(transparent)]
    Query(#[from] BadQuery),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Answers 200 with the page, which may be empty; 400 if a parameter is wrong, 404 for an institution that is not
/// registered.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    Named(ec): Named<String>,
    uri: Uri,
) -> Result<Response, Problem> {
    let known = FiscalCode::new(&ec).ok().filter(|ec| access.registry.institution(ec).is_some());
    let ec = known.ok_or(ListError::UnknownInstitution)?;
    let query = read(&uri, ec).map_err(ListError::from)?;
    let (attempts, next) = api.store.attempts(&query).await.map_err(ListError::from)?;
    let (scope, validity) = (access.notices(&query.ec), api.admin.token_validity.0);
    // A page of a partner may have fewer than were asked for.
    let shown = attempts.into_iter().filter(|attempt| is_shown(&scope, &attempt.notice));
    let attempts = shown.map(|attempt| AttemptModel::new(attempt, validity, access.now)).collect();
    let next_cursor = next.as_ref().map(write_place);
    Ok(unkept(Json(AttemptsModel { attempts, next_cursor }).into_response()))
}

/// What a notice of a partner is for is not known here: who may see some services only sees none of these.
fn is_shown(scope: &Segregation, notice: &NoticeNumber) -> bool {
    scope.domains().is_none() && scope.allows(notice)
}

fn read(uri: &Uri, ec: FiscalCode) -> Result<AttemptQuery, BadQuery> {
    let params = Params::read(uri)?;
    let cursor = BadQuery("The query parameter cursor must be a nextCursor of an answer.");
    Ok(AttemptQuery { ec, after: params.word("cursor", read_place, cursor)?, limit: params.limit()? })
}

/// Where a walk goes on: the microsecond, the number, and the reference.
fn write_place(place: &AttemptPlace) -> String {
    format!("{}.{}.{}", place.began_at.as_microsecond(), place.number, place.iuv)
}

fn read_place(text: &str) -> Option<AttemptPlace> {
    let (at, rest) = text.split_once('.')?;
    let (number, iuv) = rest.split_once('.')?;
    let began_at = Timestamp::from_microsecond(at.parse().ok()?).ok()?;
    let sound = !iuv.is_empty() && iuv.len() <= 35 && iuv.bytes().all(|b| b.is_ascii_graphic());
    sound.then_some(AttemptPlace { began_at, iuv: iuv.to_owned(), number: number.parse().ok()? })
}

/// A place, to show what it looks like.
const CURSOR: &str = "1795341600000000.1.02000000000100055";

/// What is said of it.
pub(super) fn doc() -> Doc {
    let page =
        Answer::json::<AttemptsModel>("The page, which may be empty.", json!({ "attempts": [example()] }));
    Doc::new("listRoutingAttempts", "List payments at old systems")
        .about(
            "Each activation of a notice at a partner that speaks the old primitives is an attempt, and so is each \
             RPT that such a partner sends by itself. It says how the payment stands there, and what the node was \
             told that the partner did not say. A partner of the institution reads what is delegated to it; a page \
             of it may have fewer than limit, and another one behind it.",
        )
        .path("ec", form::institution(), "The creditor institution.")
        .query("limit", form::number(LIMITS, LIMIT), "How many a page has.")
        .query("cursor", form::example_text(CURSOR), "Where to go on, as nextCursor gave it.")
        .answers(StatusCode::OK, page)
        .refuses([ListError::UnknownInstitution.into()])
}

impl From<ListError> for Problem {
    fn from(error: ListError) -> Self {
        match error {
            ListError::UnknownInstitution => Problem::new(
                StatusCode::NOT_FOUND,
                "Not Found",
                "unknown_institution",
                "No creditor institution with the fiscal code of the path is registered here.",
            ),
            ListError::Query(error) => error.into(),
            ListError::Store(error) => Problem::internal("Internal Server Error", &error),
        }
    }
}

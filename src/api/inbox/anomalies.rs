//! `GET …/anomalies`: what waits for a person, the longest first; or what was put to rest, or all.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde_json::json;
use utoipa::PartialSchema;

use super::desk::Desk;
use super::model::{AnomaliesPage, AnomalyModel, AnomalyWord, anomaly_example};
use super::params::{LIMIT, LIMITS, Params};
use super::{Side, doc_of};
use crate::api::Api;
use crate::api::openapi::{Answer, Doc, form};
use crate::api::positions::query::{self, BadQuery};
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;
use crate::domain::anomaly::AnomalyKind;
use crate::store::{AnomalyPlace, AnomalyQuery, AnomalyState, StoreError};

/// Why anomalies cannot be listed.
#[derive(Debug, thiserror::Error)]
pub(super) enum AnomaliesError {
    #[error(transparent)]
    Query(#[from] BadQuery),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Answers 200 with the page; 400 if a parameter is wrong.
pub(super) async fn handler(State(api): State<Arc<Api>>, desk: Desk, uri: Uri) -> Result<Response, Problem> {
    let query = read(&uri, desk).map_err(AnomaliesError::from)?;
    let found = api.store.list_anomalies(&query).await.map_err(AnomaliesError::from)?;
    let page = AnomaliesPage {
        anomalies: found.anomalies.iter().map(AnomalyModel::from).collect(),
        next_cursor: found.next.as_ref().map(write_place),
    };
    Ok(unkept(Json(page).into_response()))
}

fn read(uri: &Uri, desk: Desk) -> Result<AnomalyQuery, BadQuery> {
    let params = Params::read(uri)?;
    let state = BadQuery("The query parameter state must be open, resolved or all.");
    let kind = BadQuery("The query parameter kind must be a kind of anomalies.");
    let cursor = BadQuery("The query parameter cursor must be a nextCursor of an answer.");
    let (from, until) = params.interval("from", "to")?;
    Ok(AnomalyQuery {
        feed: desk.feed,
        scope: desk.scope,
        state: query::word(params.one("state")?, AnomalyState::Open, state_of, state)?,
        kinds: params.words("kind", AnomalyKind::from_word, kind)?,
        from: from.unwrap_or(Timestamp::MIN),
        until: until.unwrap_or(Timestamp::MAX),
        notice: params.notice()?,
        receipt: params.receipt_id()?,
        limit: params.limit()?,
        after: query::word(params.one("cursor")?, None, |text| read_place(text).map(Some), cursor)?,
    })
}

fn state_of(word: &str) -> Option<AnomalyState> {
    match word {
        "open" => Some(AnomalyState::Open),
        "resolved" => Some(AnomalyState::Resolved),
        "all" => Some(AnomalyState::All),
        _ => None,
    }
}

/// Writes a place: the microsecond, a dot, and the id, which is plain.
fn write_place(place: &AnomalyPlace) -> String {
    format!("{}.{}", place.opened_at.as_microsecond(), place.id)
}

/// Reads what [`write_place`] wrote; none for anything else.
fn read_place(text: &str) -> Option<AnomalyPlace> {
    let (at, id) = text.split_once('.')?;
    let opened_at = Timestamp::from_microsecond(at.parse().ok()?).ok()?;
    let plain = id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let place = AnomalyPlace { opened_at, id: id.to_owned() };
    // One spelling for each place, so that nothing is read that was not written here.
    (plain && write_place(&place) == text).then_some(place)
}

/// What is said of it.
pub(super) fn doc(side: Side) -> Doc {
    let moment = || form::or_empty(form::Moment::schema());
    doc_of(side, "listAnomalies", "List what did not fit")
        .about("What waits longest comes first.")
        .query(
            "state",
            form::or_empty(form::words(["open", "resolved", "all"], "Whether it waits; open if left out.")),
            "Whether a person has to look; open unless told otherwise.",
        )
        .query("kind", form::or_empty(AnomalyWord::schema()), "Only of that kind; may come again.")
        .query("from", moment(), "Only what was opened from then.")
        .query("to", moment(), "Only what was opened until then; a day is whole.")
        .query(
            "noticeNumber",
            form::or_empty(form::text("^[0-9]{18}$", "18 digits.", "302000000000100055")),
            "Only about that notice.",
        )
        .query(
            "receiptId",
            form::text(r"^[^\x00-\x1f\x7f-\x9f]*$", "An id.", "1f2e3d4c5b6a79880011223344556677"),
            "Only about the receipt of that id.",
        )
        .query("limit", form::number(LIMITS, LIMIT), "How many a page has.")
        .query(
            "cursor",
            form::example_text("1795343400000000.5f0c1a6e2b7d4c3f8a9b0c1d2e3f4a5b"),
            "Where to go on, as nextCursor gave it.",
        )
        .answers(
            StatusCode::OK,
            Answer::json::<AnomaliesPage>(
                "The page, which may be empty.",
                json!({ "anomalies": [anomaly_example()] }),
            ),
        )
        .refuses([query::WRONG.into()])
}

impl From<AnomaliesError> for Problem {
    fn from(error: AnomaliesError) -> Self {
        match error {
            AnomaliesError::Query(error) => error.into(),
            AnomaliesError::Store(error) => Problem::internal("INTERNAL SERVER ERROR", &error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_found_again_and_nothing_else_is_one() {
        let opened_at = Timestamp::from_microsecond(-5).unwrap();
        let place = AnomalyPlace { opened_at, id: "before-12".to_owned() };
        assert_eq!(read_place(&write_place(&place)), Some(place));
        for wrong in ["", "1", "x.a", "+1.a", "01.a", "1.a b", "1.à"] {
            assert_eq!(read_place(wrong), None, "{wrong}");
        }
    }
}

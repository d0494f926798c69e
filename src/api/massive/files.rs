//! `GET …/debtpositions/files`: the files that a broker sent for a creditor institution, by the day.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::civil::{Date, Time};
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use super::{Brokered, KEPT, Massive, file_id, may_see};
use crate::api::positions::rows::{BadQuery, number, word};
use crate::api::problem::Problem;
use crate::domain::rome;
use crate::store::{StoreError, UploadPage};

/// The header that carries the place where the next page begins, in requests and answers.
const CONTINUATION: &str = "x-continuation-token";

/// The most days from the first to the last.
const DAYS: i32 = 7;

/// Why files cannot be listed.
#[derive(Debug, thiserror::Error)]
pub(super) enum FilesError {
    #[error(transparent)]
    Query(#[from] BadQuery),
    #[error("the days are too long ago")]
    Gone,
    #[error(transparent)]
    Store(#[from] StoreError),
}

#[derive(Deserialize)]
struct FilesQuery {
    from: Option<String>,
    to: Option<String>,
    size: Option<String>,
}

/// A page of names (`FileIdListResponse`).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FileIds {
    file_ids: Vec<String>,
    size: usize,
    has_more: bool,
}

/// Answers 200 with the names in the order in which the files came; 400, or 410 for days too long ago.
pub(super) async fn handler(
    State(massive): State<Arc<Massive>>,
    whose: Brokered,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let scope = whose.scope.clone();
    let mut page = read(&uri, &headers, whose, massive.api.clock.now())?;
    let wanted = usize::try_from(page.limit).unwrap_or(usize::MAX);
    // One more, to know whether there are more.
    page.limit += 1;
    let mut found = massive.api.store.uploads(&page).await.map_err(FilesError::from)?;
    let has_more = found.len() > wanted;
    found.truncate(wanted);
    // A page may be short of what other callers of the broker sent.
    let file_ids: Vec<String> = found
        .iter()
        .filter(|upload| may_see(&scope, upload))
        .map(|upload| file_id(&upload.broker, &upload.ec, &upload.id))
        .collect();
    let mut response = Json(FileIds { size: file_ids.len(), file_ids, has_more }).into_response();
    if let Some(last) = found.last().filter(|_| has_more)
        && let Ok(token) = HeaderValue::try_from(token(last.received_at, &last.id))
    {
        response.headers_mut().insert(CONTINUATION, token);
    }
    Ok(response)
}

fn read(
    uri: &Uri,
    headers: &HeaderMap,
    Brokered { ec, broker, .. }: Brokered,
    now: Timestamp,
) -> Result<UploadPage, FilesError> {
    let twice = BadQuery("A query parameter is there twice.");
    let Query(query) = Query::<FilesQuery>::try_from_uri(uri).map_err(|_| twice)?;
    let size = BadQuery("The query parameter size must be a whole number from 100 to 500.");
    let limit = number(query.size.as_deref(), 100, 100..=500, size)?;
    let (from, to) = days(query.from.as_deref(), query.to.as_deref(), rome::day(now))?;
    let far = BadQuery("The query parameters from and to are too far away.");
    let midnight = |day: Date| rome::instant(day.to_datetime(Time::midnight())).ok_or(far);
    let until = midnight(to.checked_add(1.day()).map_err(|_| far)?)?;
    if now.duration_since(until) > KEPT {
        return Err(FilesError::Gone);
    }
    let after = match headers.get(CONTINUATION) {
        Some(value) => Some(
            value
                .to_str()
                .ok()
                .and_then(read_token)
                .ok_or(BadQuery("The header x-continuation-token must be the one of the page before."))?,
        ),
        None => None,
    };
    Ok(UploadPage { ec, broker, from: midnight(from)?, until, after, limit })
}

/// The first and the last day; a bound that is left out is as far away as it may be;
/// without either, the last is today.
fn days(from: Option<&str>, to: Option<&str>, today: Date) -> Result<(Date, Date), BadQuery> {
    let wrong = BadQuery("The query parameters from and to must be days such as 2026-12-31.");
    let day = |text: &str| text.parse::<Date>().ok().map(Some);
    let (from, to) = (word(from, None, day, wrong)?, word(to, None, day, wrong)?);
    let far = BadQuery("The query parameters from and to must be at most 7 days apart, in this order.");
    let (from, to) = match (from, to) {
        (None, None) => (today.saturating_sub(DAYS.days()), today),
        (Some(from), None) => (from, from.saturating_add(DAYS.days())),
        (None, Some(to)) => (to.saturating_sub(DAYS.days()), to),
        (Some(from), Some(to)) => (from, to),
    };
    let apart = (to - from).get_days();
    if (0..=DAYS).contains(&apart) { Ok((from, to)) } else { Err(far) }
}

fn token(at: Timestamp, id: &str) -> String {
    URL_SAFE_NO_PAD.encode(format!("{} {id}", at.as_microsecond()))
}

fn read_token(token: &str) -> Option<(Timestamp, String)> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
    let (at, id) = text.split_once(' ')?;
    Some((Timestamp::from_microsecond(at.parse().ok()?).ok()?, id.to_owned()))
}

impl From<FilesError> for Problem {
    fn from(error: FilesError) -> Self {
        match error {
            FilesError::Query(error) => error.into(),
            FilesError::Gone => Problem::new(
                StatusCode::GONE,
                "Gone",
                "upload_gone",
                "Files are listed for 60 days from the day on which they were received.",
            ),
            FilesError::Store(error) => Problem::internal("INTERNAL SERVER ERROR", &error),
        }
    }
}

//! What endpoints read from the query string.

use std::collections::HashMap;
use std::ops::RangeInclusive;

use axum::extract::Query;
use axum::http::{StatusCode, Uri};
use serde::Deserialize;

use crate::api::problem::Problem;

/// A query parameter that cannot be read, and what it must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadQuery(pub &'static str);

/// A wrong parameter, to show how that is refused.
pub const WRONG: BadQuery = TO_PUBLISH;

const TO_PUBLISH: BadQuery = BadQuery("The query parameter toPublish must be true or false.");

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PublicationQuery {
    to_publish: Option<String>,
}

/// What the caller says of publication, if anything. The published service reads the word in any case, and some
/// languages write their own `True`.
pub fn to_publish(uri: &Uri) -> Result<Option<bool>, BadQuery> {
    let Query(query) = Query::<PublicationQuery>::try_from_uri(uri).map_err(|_| TO_PUBLISH)?;
    match query.to_publish.map(|word| word.to_ascii_lowercase()).as_deref() {
        None | Some("") => Ok(None),
        Some("false") => Ok(Some(false)),
        Some("true") => Ok(Some(true)),
        Some(_) => Err(TO_PUBLISH),
    }
}

/// Whether a parameter of that name is `true`; `false` if it is left out.
pub fn flag(uri: &Uri, name: &str) -> Result<bool, BadQuery> {
    let wrong = BadQuery("A query parameter that must be true or false is something else.");
    let query = Query::<HashMap<String, String>>::try_from_uri(uri).map_err(|_| wrong)?;
    match query.get(name).map(String::as_str) {
        None | Some("" | "false") => Ok(false),
        Some("true") => Ok(true),
        Some(_) => Err(wrong),
    }
}

/// A whole number within bounds; the default if it is left out.
pub fn number(
    text: Option<&str>,
    default: u32,
    bounds: RangeInclusive<u32>,
    wrong: BadQuery,
) -> Result<u32, BadQuery> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(default) };
    text.parse().ok().filter(|number| bounds.contains(number)).ok_or(wrong)
}

/// One of some words; the default if it is left out.
pub fn word<T>(
    text: Option<&str>,
    default: T,
    read: impl Fn(&str) -> Option<T>,
    wrong: BadQuery,
) -> Result<T, BadQuery> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(default) };
    read(text).ok_or(wrong)
}

impl From<BadQuery> for Problem {
    fn from(error: BadQuery) -> Self {
        Problem::new(StatusCode::BAD_REQUEST, "BAD REQUEST", "query_parameter", error.0)
    }
}

//! `ETag` and `If-Match` of definitions: a caller says which definition it means to replace (RFC 9110, 13.1.1).
//!
//! The tag is the digest of the definition. It is compared under the lock that the change is made under: of two
//! callers with one tag, one wins.

use axum::http::{HeaderValue, header};
use axum::response::Response;

use super::refusal::stale;
use crate::api::openapi::AnswerHeader;
use crate::api::positions::if_match::IfMatch;
use crate::api::problem::Problem;

/// The version of a definition.
pub(in crate::api) const TAG: AnswerHeader = AnswerHeader {
    name: "ETag",
    about: "The version of the definition, for If-Match; every change makes another.",
    example: "\"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\"",
};

/// What the caller may replace: what is there, if it is what the caller means. Nothing can be meant where nothing
/// is.
pub(in crate::api) fn meant(condition: &IfMatch, tag: Option<&str>) -> Result<(), Problem> {
    match tag {
        Some(tag) if condition.names(&quoted(tag)) => Ok(()),
        None if condition.is_open() => Ok(()),
        _ => Err(stale()),
    }
}

fn quoted(tag: &str) -> String {
    format!("\"{tag}\"")
}

/// The answer with the tag of what it shows.
pub(in crate::api) fn tagged(mut response: Response, tag: Option<&str>) -> Response {
    if let Some(tag) = tag.and_then(|tag| HeaderValue::try_from(quoted(tag)).ok()) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

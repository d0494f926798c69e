//! `If-Match`: a caller says which version of a position it means to change (RFC 9110, 13.1.1).
//!
//! The entity tag is the version of the position, which every change makes one greater, a payment too.
//! It is compared under the lock that the change is made under: of two callers with one tag, one wins.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{StatusCode, header};

use crate::api::problem::Problem;
use crate::domain::position::Position;

/// The entity tag of a position.
pub fn entity_tag(position: &Position) -> String {
    format!("\"{}\"", position.history.version)
}

/// Which versions the caller means; none if any will do.
pub struct IfMatch(Option<Vec<String>>);

/// The position has another version than the caller means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the position has another entity tag")]
pub struct Stale;

impl<S: Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let mut fields = parts.headers.get_all(header::IF_MATCH).iter().peekable();
        if fields.peek().is_none() {
            return Ok(IfMatch(None));
        }
        // What cannot be read is no tag of ours: then no version is meant.
        let texts = fields.filter_map(|field| field.to_str().ok());
        let tags = texts.flat_map(|text| text.split(',')).map(|tag| tag.trim().to_owned());
        Ok(IfMatch(Some(tags.collect())))
    }
}

impl IfMatch {
    /// Whether any version will do.
    pub fn is_open(&self) -> bool {
        self.0.is_none()
    }

    /// Whether a version is meant that has this tag. A weak tag never matches: it promises too little.
    pub fn names(&self, own: &str) -> bool {
        self.0.as_ref().is_none_or(|tags| tags.iter().any(|tag| tag == own || tag == "*"))
    }

    /// Refuses a position of another version.
    pub fn check(&self, position: &Position) -> Result<(), Stale> {
        if self.names(&entity_tag(position)) { Ok(()) } else { Err(Stale) }
    }
}

impl From<Stale> for Problem {
    fn from(_: Stale) -> Self {
        Problem::new(
            StatusCode::PRECONDITION_FAILED,
            "Precondition Failed",
            "stale_version",
            "The position has changed since: none of the entity tags in If-Match is its own; read it again.",
        )
    }
}

//! What the endpoints of partners and routes refuse alike.

use axum::http::StatusCode;

use crate::api::problem::{Problem, Violation};
use crate::store::StoreError;

/// What is not shown.
#[derive(Debug, thiserror::Error)]
pub(super) enum Missing {
    #[error("no such partner of a tenant of the caller")]
    Partner,
    #[error("no such route of a tenant of the caller")]
    Route,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Missing> for Problem {
    fn from(missing: Missing) -> Self {
        let (code, detail) = match missing {
            Missing::Partner => ("unknown_partner", "There is no partner of that name."),
            Missing::Route => ("unknown_route", "There is no route of that name."),
            Missing::Store(error) => return Problem::internal("Internal Server Error", &error),
        };
        Problem::new(StatusCode::NOT_FOUND, "Not Found", code, detail)
    }
}

/// A body that cannot be carried out.
#[derive(Debug, thiserror::Error)]
#[error("the body cannot be carried out")]
pub(super) struct Invalid(pub Vec<Violation>);

impl Invalid {
    /// One that shows what it looks like.
    pub(super) fn example(pointer: &str) -> Self {
        let (pointer, message) = (pointer.to_owned(), "is required".to_owned());
        Invalid(vec![Violation { pointer, code: "required", message }])
    }
}

impl From<Invalid> for Problem {
    fn from(Invalid(violations): Invalid) -> Self {
        Problem::new(
            StatusCode::BAD_REQUEST,
            "Bad Request",
            "invalid_routing",
            "The request cannot be carried out, for the reasons that violations gives.",
        )
        .with_violations(violations)
    }
}

/// A rule about other things, to show what it looks like.
pub(super) fn conflict(code: &'static str, detail: &'static str) -> Problem {
    Problem::new(StatusCode::CONFLICT, "Conflict", code, detail)
}

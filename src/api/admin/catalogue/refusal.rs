//! What the endpoints of the catalogue refuse alike.

use axum::http::StatusCode;

use crate::api::Api;
use crate::api::access::{Access, WritesError, Written, carry_out};
use crate::api::problem::{Problem, Violation};
use crate::catalogue::definition::Wrong;
use crate::domain::catalogue::stage::{Act, NotNow, State};
use crate::domain::governance::Proposal;
use crate::store::{StoreError, WriteError};

/// What is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(in crate::api) enum Missing {
    #[error("no such category")]
    Category,
    #[error("no such service")]
    Service,
    #[error("no such offering")]
    Offering,
    #[error("no such schema")]
    Schema,
    #[error("no such act")]
    Act,
}

impl From<Missing> for Problem {
    fn from(missing: Missing) -> Self {
        let (code, detail) = match missing {
            Missing::Category => ("unknown_category", "There is no such category."),
            Missing::Service => ("unknown_service", "You see no service of this name."),
            Missing::Offering => {
                ("unknown_offering", "The creditor institution does not offer a service of this name.")
            }
            Missing::Schema => ("unknown_schema", "There is no such schema."),
            Missing::Act => ("unknown_act", "What can be done is to publish, suspend, resume or end."),
        };
        Problem::new(StatusCode::NOT_FOUND, "Not Found", code, detail)
    }
}

/// A definition that cannot be carried out.
#[derive(Debug, thiserror::Error)]
#[error("the definition cannot be carried out")]
pub(in crate::api) struct Invalid(pub Vec<Violation>);

impl Invalid {
    /// One that shows what it looks like.
    pub(in crate::api) fn example(pointer: &str, code: &'static str, message: &str) -> Self {
        Invalid(vec![Violation { pointer: pointer.into(), code, message: message.into() }])
    }
}

impl From<Vec<Wrong>> for Invalid {
    fn from(wrong: Vec<Wrong>) -> Self {
        let violation = |Wrong { pointer, code, message }: Wrong| Violation { pointer, code, message };
        Invalid(wrong.into_iter().map(violation).collect())
    }
}

impl From<Invalid> for Problem {
    fn from(Invalid(violations): Invalid) -> Self {
        Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "Unprocessable Entity",
            "invalid_definition",
            "The definition cannot be carried out, for the reasons that violations gives.",
        )
        .with_violations(violations)
    }
}

/// What was asked is not done with something in that state.
pub(in crate::api) fn not_now(refused: NotNow) -> Problem {
    let why = match refused.state {
        State::Draft => "It was not published yet.",
        State::Published => "It is published already.",
        State::Suspended => "It is suspended: resume it.",
        State::Ended => "It has ended, for good.",
    };
    Problem::new(StatusCode::CONFLICT, "Conflict", "not_in_this_state", why)
}

/// One that shows what it looks like.
pub(in crate::api) fn example_of_not_now() -> Problem {
    not_now(NotNow { act: Act::Publish, state: State::Ended })
}

/// Somebody else has changed it since it was read.
pub(in crate::api) fn stale() -> Problem {
    Problem::new(
        StatusCode::PRECONDITION_FAILED,
        "Precondition Failed",
        "stale_version",
        "It has changed since: none of the entity tags in If-Match is its own; read it again.",
    )
}

/// A rule about other things, to show what it looks like.
pub(in crate::api) fn example_of_conflict(code: &'static str, detail: &'static str) -> Problem {
    Problem::new(StatusCode::CONFLICT, "Conflict", code, detail)
}

/// A failure of the store.
pub(in crate::api) fn failed(error: StoreError) -> Problem {
    Problem::internal("Internal Server Error", &error)
}

/// Carries proposals out, or keeps them for a second person.
pub(in crate::api) async fn carried(
    api: &Api,
    access: &Access,
    proposals: &[Proposal],
) -> Result<Written, Problem> {
    carry_out(api, access, proposals).await.map_err(|error| match error {
        WritesError::Refused(failure) => match failure.error {
            WriteError::Conflict(why) if why.code == "changed_since" => stale(),
            error => WritesError::Refused(crate::store::WriteFailure { error, ..failure }).into(),
        },
        other => other.into(),
    })
}

//! `POST …/debtpositions/{iupd}/invalidate`: the creditor cancels what is published or valid.
//!
//! Deviation from the published service: of a partly paid plan the unpaid rest can be cancelled. The position
//! stays partly paid; an update with `toPublish=true` puts the rest on offer again.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::contract::{Contract, Inexpressible};
use super::if_match::{IfMatch, Stale};
use super::{NamedPosition, Naming, doc_of_one, in_progress, unknown_position};
use crate::api::Api;
use crate::api::auth::Organization;
use crate::api::openapi::{Answer, Doc, ETAG, IF_MATCH, form};
use crate::api::problem::Problem;
use crate::domain::lifecycle::{self, NotInvalidable};
use crate::domain::position::Position;
use crate::domain::segregation::ForeignNotice;
use crate::domain::status::Status;
use crate::store::StoreError;

/// Why a position cannot be cancelled.
#[derive(Debug, thiserror::Error)]
pub(super) enum InvalidateError {
    #[error("no such position")]
    Unknown,
    #[error(transparent)]
    Foreign(#[from] ForeignNotice),
    #[error(transparent)]
    Stale(#[from] Stale),
    #[error(transparent)]
    Inexpressible(#[from] Inexpressible),
    #[error(transparent)]
    Refused(#[from] NotInvalidable),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Answers 200 with the cancelled position; 404, or 409 with the reason.
pub(super) async fn handler<C: Contract>(
    State(api): State<Arc<Api>>,
    Organization(ec, scope): Organization,
    NamedPosition(iupd): NamedPosition,
    wanted: IfMatch,
) -> Result<Response, Problem> {
    let now = api.clock.now();
    let change = |position: &mut Position| {
        scope.admits(position)?;
        wanted.check(position)?;
        C::admits(position)?;
        Ok::<(), InvalidateError>(lifecycle::invalidate(position, api.hold, now)?)
    };
    let changed = api.store.change_position(&ec, &iupd, change).await;
    let position = changed.map_err(InvalidateError::from)?.ok_or(InvalidateError::Unknown)?;
    let position = position?;
    Ok(C::with_debtor(StatusCode::OK, &position, now))
}

/// What is said of it.
pub(super) fn doc<C: Contract>() -> Doc {
    let answer = Answer::json::<C::WithDebtor>("The position as it is now.", C::examples().with_debtor);
    doc_of_one::<C>("invalidatePosition", Naming::Iupd, "Invalidate a debt position")
        .about("The creditor cancels a position that is on offer; of a partly paid plan the unpaid rest.")
        .header(IF_MATCH, form::entity_tags(), "The version that is meant, as ETag gave it.")
        .answers(StatusCode::OK, answer.with(ETAG))
        .refuses([
            InvalidateError::Stale(Stale).into(),
            ForeignNotice.into(),
            Inexpressible.into(),
            InvalidateError::Refused(NotInvalidable::Status(Status::Draft)).into(),
            InvalidateError::Refused(NotInvalidable::InProgress(in_progress::example())).into(),
        ])
}
const NOT_INVALIDABLE: &str = "Existing related payment found or not in invalidable state";

impl From<InvalidateError> for Problem {
    fn from(error: InvalidateError) -> Self {
        match error {
            InvalidateError::Unknown => unknown_position(),
            InvalidateError::Foreign(foreign) => foreign.into(),
            InvalidateError::Stale(stale) => stale.into(),
            InvalidateError::Inexpressible(error) => error.into(),
            InvalidateError::Refused(NotInvalidable::InProgress(reason)) => {
                in_progress::problem(NOT_INVALIDABLE, reason)
            }
            InvalidateError::Refused(
                reason @ (NotInvalidable::Status(_) | NotInvalidable::RestInvalidated),
            ) => Problem::new(
                StatusCode::CONFLICT,
                NOT_INVALIDABLE,
                "not_invalidable",
                format!("The position stays as it is: {reason}."),
            ),
            InvalidateError::Store(error) => {
                Problem::internal("The debt position invalidate is failed", &error)
            }
        }
    }
}

//! `DELETE …/debtpositions/{iupd}`: a position for which no money came goes, and frees its names.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use super::contract::Contract;
use super::if_match::{IfMatch, Stale};
use super::{NamedPosition, Naming, doc_of_one, in_progress, unknown_position};
use crate::api::Api;
use crate::api::auth::Organization;
use crate::api::openapi::{Answer, Doc, IF_MATCH, form};
use crate::api::problem::Problem;
use crate::domain::lifecycle::{NotDeletable, check_deletable};
use crate::domain::position::Position;
use crate::domain::segregation::ForeignNotice;
use crate::domain::status::Status;
use crate::store::StoreError;

/// Why a position cannot be deleted.
#[derive(Debug, thiserror::Error)]
pub(super) enum DeleteError {
    #[error("no such position")]
    Unknown,
    #[error(transparent)]
    Foreign(#[from] ForeignNotice),
    #[error(transparent)]
    Stale(#[from] Stale),
    #[error(transparent)]
    Refused(#[from] NotDeletable),
    #[error(transparent)]
    Store(#[from] StoreError),
}

const DELETED: &str = "The debt position was deleted.";

/// Answers 200 with a text, as the published service does; 404, or 409 once money was received.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    Organization(ec, scope): Organization,
    NamedPosition(iupd): NamedPosition,
    wanted: IfMatch,
) -> Result<Json<&'static str>, Problem> {
    let now = api.clock.now();
    let check = |position: &Position| {
        scope.admits(position)?;
        wanted.check(position)?;
        Ok::<(), DeleteError>(check_deletable(position, api.hold, now)?)
    };
    let deleted = api.store.delete_position(&ec, &iupd, now, check).await;
    let checked = deleted.map_err(DeleteError::from)?.ok_or(DeleteError::Unknown)?;
    checked?;
    Ok(Json(DELETED))
}

/// What is said of it.
pub(super) fn doc<C: Contract>(naming: Naming) -> Doc {
    let answer = Answer::json::<String>("A sentence that says so.", DELETED.into());
    doc_of_one::<C>("deletePosition", naming, "Delete a debt position")
        .header(IF_MATCH, form::entity_tags(), "The version that is meant, as ETag gave it.")
        .answers(StatusCode::OK, answer)
        .refuses([
            DeleteError::Stale(Stale).into(),
            ForeignNotice.into(),
            DeleteError::Refused(NotDeletable::Paid(Status::Paid)).into(),
            DeleteError::Refused(NotDeletable::InProgress(in_progress::example())).into(),
        ])
}

const PAYMENT_FOUND: &str = "Existing related payment found";

impl From<DeleteError> for Problem {
    fn from(error: DeleteError) -> Self {
        match error {
            DeleteError::Unknown => unknown_position(),
            DeleteError::Foreign(foreign) => foreign.into(),
            DeleteError::Stale(stale) => stale.into(),
            DeleteError::Refused(NotDeletable::InProgress(reason)) => {
                in_progress::problem(PAYMENT_FOUND, reason)
            }
            DeleteError::Refused(reason @ NotDeletable::Paid(_)) => Problem::new(
                StatusCode::CONFLICT,
                PAYMENT_FOUND,
                "payment_found",
                format!("The position stays as it is: {reason}."),
            ),
            DeleteError::Store(error) => Problem::internal("The debt position delete is failed", &error),
        }
    }
}

//! `POST …/debtpositions/{iupd}/publish`: a draft becomes payable.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::{NamedPosition, render, unknown_position};
use crate::api::Api;
use crate::api::auth::Organization;
use crate::api::problem::Problem;
use crate::domain::lifecycle::{self, NotPublishable};
use crate::store::StoreError;

/// Why a position cannot be published.
#[derive(Debug, thiserror::Error)]
pub(super) enum PublishError {
    #[error("no such position")]
    Unknown,
    #[error(transparent)]
    Refused(#[from] NotPublishable),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Answers 200 with the published position; 404, or 409 with the reason.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    Organization(ec): Organization,
    NamedPosition(iupd): NamedPosition,
) -> Result<Response, Problem> {
    let now = api.clock.now();
    let changed = api.store.change_position(&ec, &iupd, |position| lifecycle::publish(position, now)).await;
    let position = changed.map_err(PublishError::from)?.ok_or(PublishError::Unknown)?;
    let position = position.map_err(PublishError::from)?;
    Ok(render::with_debtor(StatusCode::OK, &position, now))
}

impl From<PublishError> for Problem {
    fn from(error: PublishError) -> Self {
        let conflict = |title, code, detail: String| Problem::new(StatusCode::CONFLICT, title, code, detail);
        match error {
            PublishError::Unknown => unknown_position(),
            PublishError::Refused(reason @ NotPublishable::NotDraft(_)) => conflict(
                "Existing related payment found or not in publishable state",
                "not_publishable",
                format!("The position stays as it is: {reason}."),
            ),
            PublishError::Refused(reason @ NotPublishable::DueDatePassed) => conflict(
                "Publish request occurred after the due date of a payment options has expired",
                "due_date_passed",
                format!("The position stays a draft: {reason}."),
            ),
            PublishError::Refused(reason @ NotPublishable::ValidityDatePassed) => conflict(
                "Publish request occurred after the validity date began",
                "validity_date_passed",
                format!("The position stays a draft: {reason}."),
            ),
            PublishError::Store(error) => Problem::internal("The debt position publish is failed", &error),
        }
    }
}

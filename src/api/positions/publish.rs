//! `POST …/debtpositions/{iupd}/publish`: a draft becomes payable.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::contract::{Contract, Inexpressible};
use super::if_match::{IfMatch, Stale};
use super::{NamedPosition, Naming, doc_of_one, unknown_position};
use crate::api::Api;
use crate::api::auth::Organization;
use crate::api::openapi::{Answer, Doc, ETAG, IF_MATCH, form};
use crate::api::problem::Problem;
use crate::domain::lifecycle::{self, NotPublishable};
use crate::domain::position::Position;
use crate::domain::segregation::ForeignNotice;
use crate::domain::status::Status;
use crate::store::StoreError;

/// Why a position cannot be published.
#[derive(Debug, thiserror::Error)]
pub(super) enum PublishError {
    #[error("no such position")]
    Unknown,
    #[error(transparent)]
    Foreign(#[from] ForeignNotice),
    #[error(transparent)]
    Stale(#[from] Stale),
    #[error(transparent)]
    Inexpressible(#[from] Inexpressible),
    #[error(transparent)]
    Refused(#[from] NotPublishable),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Answers 200 with the published position; 404, or 409 with the reason.
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
        Ok::<(), PublishError>(lifecycle::publish(position, now)?)
    };
    let changed = api.store.change_position(&ec, &iupd, change).await;
    let position = changed.map_err(PublishError::from)?.ok_or(PublishError::Unknown)?;
    let position = position?;
    Ok(C::with_debtor(StatusCode::OK, &position, now))
}

/// What is said of it.
pub(super) fn doc<C: Contract>() -> Doc {
    let answer = Answer::json::<C::WithDebtor>("The position as it is now.", C::examples().with_debtor);
    doc_of_one::<C>("publishPosition", Naming::Iupd, "Publish a debt position")
        .about("A draft becomes payable: at once, or from its validity date.")
        .header(IF_MATCH, form::entity_tags(), "The version that is meant, as ETag gave it.")
        .answers(StatusCode::OK, answer.with(ETAG))
        .refuses([
            PublishError::Stale(Stale).into(),
            ForeignNotice.into(),
            Inexpressible.into(),
            PublishError::Refused(NotPublishable::NotDraft(Status::Valid)).into(),
            PublishError::Refused(NotPublishable::DueDatePassed).into(),
            PublishError::Refused(NotPublishable::ValidityDatePassed).into(),
        ])
}

impl From<PublishError> for Problem {
    fn from(error: PublishError) -> Self {
        let conflict = |title, code, detail: String| Problem::new(StatusCode::CONFLICT, title, code, detail);
        match error {
            PublishError::Unknown => unknown_position(),
            PublishError::Foreign(foreign) => foreign.into(),
            PublishError::Stale(stale) => stale.into(),
            PublishError::Inexpressible(error) => error.into(),
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

//! `GET …/debtpositions/{iupd}`: one position, with its status as of now.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::contract::{Contract, Inexpressible, Moment};
use super::{NamedPosition, Naming, doc_of_one, unknown_position};
use crate::api::Api;
use crate::api::auth::Organization;
use crate::api::openapi::{Answer, Doc, ETAG};
use crate::api::problem::Problem;
use crate::domain::segregation::ForeignNotice;
use crate::store::StoreError;

/// Why a position cannot be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum ReadError {
    #[error("no such position")]
    Unknown,
    #[error(transparent)]
    Foreign(#[from] ForeignNotice),
    #[error(transparent)]
    Inexpressible(#[from] Inexpressible),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Answers 200 with the position, or 404.
pub(super) async fn handler<C: Contract>(
    State(api): State<Arc<Api>>,
    Organization(ec, scope): Organization,
    NamedPosition(iupd): NamedPosition,
) -> Result<Response, Problem> {
    let found = api.store.position(&ec, &iupd).await.map_err(ReadError::from)?;
    let position = found.ok_or(ReadError::Unknown)?;
    scope.admits(&position).map_err(ReadError::from)?;
    C::admits(&position).map_err(ReadError::from)?;
    Ok(C::with_history(&position, Moment { now: api.clock.now(), hold: api.hold }))
}

/// What is said of it.
pub(super) fn doc<C: Contract>(naming: Naming) -> Doc {
    let about = "The position with its history, as it is now; in version 1 without its debtor.";
    let answer = Answer::json::<C::WithHistory>(about, C::examples().with_history);
    doc_of_one::<C>("readPosition", naming, "Read a debt position")
        .answers(StatusCode::OK, answer.with(ETAG))
        .refuses([ForeignNotice.into(), Inexpressible.into()])
}

impl From<ReadError> for Problem {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Unknown => unknown_position(),
            ReadError::Foreign(foreign) => foreign.into(),
            ReadError::Inexpressible(error) => error.into(),
            ReadError::Store(error) => Problem::internal("INTERNAL SERVER ERROR", &error),
        }
    }
}

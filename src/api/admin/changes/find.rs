//! The change that a path names, for who may see it.

use axum::http::StatusCode;
use serde::Deserialize;

use crate::api::Api;
use crate::api::access::Access;
use crate::api::problem::Problem;
use crate::domain::access::{Denied, Permission, Tenant};
use crate::domain::governance::{Proposal, change};
use crate::store::{Change, ChangeStep, StoreError};

/// Why there is no change to work with.
#[derive(Debug, thiserror::Error)]
pub(super) enum FindError {
    #[error(transparent)]
    Denied(#[from] Denied),
    #[error("no such change")]
    Unknown,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The change that a path names.
#[derive(Deserialize)]
pub(super) struct ChangePath {
    #[serde(rename = "changeId")]
    pub change_id: String,
}

/// A change and what was done with it.
pub(super) struct Found {
    pub change: Change,
    pub steps: Vec<ChangeStep>,
}

/// The change, if it is for the caller: about tenants whose changes they may see, or drafted by themselves. Only
/// who sees everything learns that there is none.
pub(super) async fn find(api: &Api, access: &Access, path: &ChangePath) -> Result<Found, FindError> {
    let plain = path.change_id.bytes().all(|b| b.is_ascii_hexdigit());
    let found = if plain { api.store.change(&path.change_id).await? } else { None };
    let Some((change, steps)) = found else {
        access.may(Permission::ChangeRead, &Tenant::Gateway)?;
        return Err(FindError::Unknown);
    };
    if change.created_by != access.actor.id {
        for tenant in change.tenants() {
            access.may(Permission::ChangeRead, tenant)?;
        }
    }
    Ok(Found { change, steps })
}

/// Whether the caller may write what a change is about.
pub(super) fn may_write(access: &Access, proposals: &[Proposal]) -> Result<(), Denied> {
    for proposal in proposals {
        access.may(change::written_with(proposal), &proposal.tenant)?;
    }
    Ok(())
}

/// Whether the caller may decide on it: on changes of each tenant, and on such things.
pub(super) fn may_decide(access: &Access, proposals: &[Proposal]) -> Result<(), Denied> {
    for proposal in proposals {
        access.may(Permission::ChangeApprove, &proposal.tenant)?;
    }
    may_write(access, proposals)
}

/// What a change that is not there, or not for the caller, is answered.
pub(super) fn refusals() -> [Problem; 2] {
    [FindError::Unknown.into(), FindError::Denied(Denied).into()]
}

impl From<FindError> for Problem {
    fn from(error: FindError) -> Self {
        match error {
            FindError::Denied(denied) => denied.into(),
            FindError::Unknown => Problem::new(
                StatusCode::NOT_FOUND,
                "Not Found",
                "unknown_change",
                "There is no change of that id.",
            ),
            FindError::Store(error) => Problem::internal("Internal Server Error", &error),
        }
    }
}

//! Accounts whose day to go has come.

use jiff::Timestamp;

use crate::domain::access::Tenant;
use crate::domain::account::deletion::{DeletionOutcome, DeletionRequest};
use crate::domain::governance::{Author, Kind, Proposal, Wish};
use crate::store::{
    Store, StoreError, WriteError, WriteFailure, WriteMode, account_target, deletion_form, deletion_target,
};

/// Why an account stays that notices name.
const NAMED: &str = "Notices that can still be paid name the account: replace it in them, and ask again.";

/// Takes the accounts away whose day has come; returns how many requests ended. One that cannot go stays, and
/// its request has failed with the reason. Several instances may do this at once: each request ends once.
pub async fn carry_out_due(store: &Store, now: Timestamp) -> Result<usize, StoreError> {
    let mut ended = 0;
    for request in store.due_deletions(now).await? {
        if end(store, &request, now).await? {
            ended += 1;
        }
    }
    Ok(ended)
}

/// Ends a request; no if another instance did.
async fn end(store: &Store, request: &DeletionRequest, now: Timestamp) -> Result<bool, StoreError> {
    if store.is_account_named(&request.ec, &request.iban, now).await? {
        return close(store, request, (DeletionOutcome::Failed, Some(NAMED)), now).await;
    }
    let author = Author::gateway("deletions", now);
    let completed = ending(&request.ended(DeletionOutcome::Completed, now, None));
    match store.carry_out(&author, &[removal(request), completed], WriteMode::Commit).await {
        Ok(_) => Ok(true),
        Err(WriteFailure { index: 0, error: WriteError::Missing }) => {
            // Somebody else took it away: that is what was asked.
            close(store, request, (DeletionOutcome::Completed, None), now).await
        }
        Err(WriteFailure { index: 0, error: WriteError::Conflict(why) }) => {
            close(store, request, (DeletionOutcome::Failed, Some(&why.message)), now).await
        }
        Err(WriteFailure { error: WriteError::Store(error), .. }) => Err(error),
        Err(_) => Ok(false),
    }
}

/// Ends a request without a change of the account; no if another instance ended it.
async fn close(
    store: &Store,
    request: &DeletionRequest,
    (outcome, reason): (DeletionOutcome, Option<&str>),
    now: Timestamp,
) -> Result<bool, StoreError> {
    let ended = ending(&request.ended(outcome, now, reason.map(str::to_owned)));
    match store.carry_out(&Author::gateway("deletions", now), &[ended], WriteMode::Commit).await {
        Ok(_) => Ok(true),
        Err(WriteFailure { error: WriteError::Store(error), .. }) => Err(error),
        Err(_) => Ok(false),
    }
}

fn removal(request: &DeletionRequest) -> Proposal {
    Proposal {
        kind: Kind::Iban,
        tenant: Tenant::Institution(request.ec.clone()),
        target: account_target(&request.ec, &request.iban),
        wish: Wish::Remove,
        wanted: None,
    }
}

fn ending(request: &DeletionRequest) -> Proposal {
    Proposal {
        kind: Kind::IbanDeletion,
        tenant: Tenant::Institution(request.ec.clone()),
        target: deletion_target(request),
        wish: Wish::Replace,
        wanted: Some(deletion_form(request)),
    }
}

//! How the registry changes: proposals, carried out together in one commit with their audit.
//!
//! What a thing of some kind is, and which rules stand between it and the others, is known by its kind
//! ([`kinds`]). What is the same for all is here: the order of the writers, the wish against what is there,
//! and the audit.

pub(super) mod apply;
pub(super) mod changes;
mod every;
mod hands;
mod kinds;
pub(super) mod steps;

pub use every::Judged;

use crate::domain::governance::{Author, Carried, Conflict, Proposal, Wish};

use super::accounts::still_named;
use super::audit::{self, Act};
use super::dialect::{for_both_engines, on_engine};
use super::positions::until_no_conflict;
use super::{Store, StoreError};
pub use changes::{Change, ChangePage, ChangePlace, ChangeQuery, ChangeStep};
pub use steps::{ChangeAct, ChangeError, NewChange};

/// Whether a change is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WriteMode {
    /// It is.
    Commit,
    /// It is only tried: everything is judged, and nothing is kept.
    DryRun,
}

/// Why a kind does not take what is wished.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refused {
    /// A rule about the others.
    #[error(transparent)]
    Conflict(#[from] Conflict),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for Refused {
    fn from(source: sqlx::Error) -> Self {
        Refused::Store(StoreError::Database { during: "carry_out", source })
    }
}

/// Why a proposal was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// There is no such thing.
    #[error("there is no such thing")]
    Missing,
    /// It is there already.
    #[error("it is there already")]
    Exists,
    /// A rule about other things.
    #[error(transparent)]
    Conflict(Conflict),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// None of the proposals was carried out, because one could not be.
#[derive(Debug, thiserror::Error)]
#[error("proposal {index}: {error}")]
pub struct WriteFailure {
    /// Which, from 0.
    pub index: usize,
    /// Why.
    pub error: WriteError,
}

impl WriteFailure {
    pub(super) fn is_conflict(&self) -> bool {
        matches!(&self.error, WriteError::Store(error) if error.is_conflict())
    }
}

impl From<Refused> for WriteError {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Conflict(conflict) => WriteError::Conflict(conflict),
            Refused::Store(error) => WriteError::Store(error),
        }
    }
}

impl Store {
    /// Carries proposals out, all or none, in their order and in one commit with their audit. Returns how each
    /// thing was and how it is.
    pub async fn carry_out(
        &self,
        author: &Author,
        proposals: &[Proposal],
        mode: WriteMode,
    ) -> Result<Vec<Carried>, WriteFailure> {
        let named = self.removals_of_named(proposals, author.at).await;
        let named = named.map_err(|error| WriteFailure { index: 0, error: error.into() })?;
        if let Some(index) = named.first().copied() {
            return Err(WriteFailure { index, error: WriteError::Conflict(still_named()) });
        }
        until_no_conflict!(on_engine!(&self.pools, write, |pool, engine| {
            engine::carry_out(pool, author, proposals, mode).await
        }))
    }
}

/// Whether a wish can be fulfilled of what is there.
fn admitted(wish: Wish, before: Option<&str>) -> Result<(), WriteError> {
    match (wish, before) {
        (Wish::Create, Some(_)) => Err(WriteError::Exists),
        (Wish::Replace | Wish::Remove, None) => Err(WriteError::Missing),
        _ => Ok(()),
    }
}

/// The act of a proposal in the audit: its kind and what was wished.
fn action(proposal: &Proposal) -> String {
    format!("{}.{}", proposal.kind.name(), proposal.wish.name())
}

for_both_engines! {
    [audit, kinds]

    pub(super) async fn carry_out(
        pool: &Pool,
        author: &Author,
        proposals: &[Proposal],
        mode: WriteMode,
    ) -> Result<Vec<Carried>, WriteFailure> {
        let mut tx = begin(pool, BEGIN).await.map_err(failed(0))?;
        let carried = carry_out_within(&mut tx, author, proposals).await?;
        match mode {
            WriteMode::Commit => tx.commit().await.map_err(failed(proposals.len()))?,
            WriteMode::DryRun => tx.rollback().await.map_err(failed(proposals.len()))?,
        }
        Ok(carried)
    }

    /// The same within a transaction that holds no lock yet.
    pub(in crate::store) async fn carry_out_within(
        connection: &mut Connection,
        author: &Author,
        proposals: &[Proposal],
    ) -> Result<Vec<Carried>, WriteFailure> {
        let head = hold_audit(&mut *connection).await.map_err(failed(0))?;
        let mut carried = Vec::with_capacity(proposals.len());
        for (index, proposal) in proposals.iter().enumerate() {
            let one = carry_out_one(&mut *connection, author, proposal).await;
            carried.push(one.map_err(|error| WriteFailure { index, error })?);
        }
        let actions: Vec<String> = proposals.iter().map(action).collect();
        let acts = proposals.iter().zip(&actions).zip(&carried).map(|((proposal, action), carried)| Act {
            action,
            tenant: &proposal.tenant,
            target: &proposal.target,
            before: carried.before.as_deref(),
            after: carried.after.as_deref(),
        });
        let acts: Vec<Act<'_>> = acts.collect();
        record(connection, head, author, &acts).await.map_err(failed(proposals.len()))?;
        Ok(carried)
    }

    pub(super) async fn carry_out_one(
        connection: &mut Connection,
        author: &Author,
        proposal: &Proposal,
    ) -> Result<Carried, WriteError> {
        let before = read(&mut *connection, proposal.kind, &proposal.target).await?;
        admitted(proposal.wish, before.as_deref())?;
        write(&mut *connection, proposal, author.at).await?;
        let after = read(connection, proposal.kind, &proposal.target).await?;
        Ok(Carried { before, after })
    }
}

fn failed(index: usize) -> impl FnOnce(sqlx::Error) -> WriteFailure {
    move |error| WriteFailure { index, error: Refused::from(error).into() }
}

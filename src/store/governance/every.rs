//! Proposals of a list, each judged, so that everything that stands against the list is known at once.

use super::{WriteError, WriteMode, action};
use crate::domain::governance::{Author, Carried, Proposal};
use crate::store::accounts::still_named;
use crate::store::audit::{self, Act};
use crate::store::dialect::{for_both_engines, on_engine};
use crate::store::governance as one;
use crate::store::positions::until_no_conflict;
use crate::store::{Store, StoreError};

/// What became of each proposal of a list, in its order.
pub type Judged = Vec<Result<Carried, WriteError>>;

impl Store {
    /// Carries proposals out like [`Store::carry_out`], but goes on behind one that cannot be: nothing is kept
    /// if there is one, and the reasons of all are told. A reason may follow from the one before it.
    pub async fn carry_out_every(
        &self,
        author: &Author,
        proposals: &[Proposal],
        mode: WriteMode,
    ) -> Result<Judged, StoreError> {
        let named = self.removals_of_named(proposals, author.at).await?;
        let mode = if named.is_empty() { mode } else { WriteMode::DryRun };
        let mut judged: Judged = until_no_conflict!(on_engine!(&self.pools, write, |pool, engine| {
            engine::carry_out_every(pool, author, proposals, mode).await
        }))?;
        for index in named {
            if let Some(one) = judged.get_mut(index).filter(|one| one.is_ok()) {
                *one = Err(WriteError::Conflict(still_named()));
            }
        }
        Ok(judged)
    }
}

for_both_engines! {
    [audit, one]

    pub(super) async fn carry_out_every(
        pool: &Pool,
        author: &Author,
        proposals: &[Proposal],
        mode: WriteMode,
    ) -> Result<Judged, StoreError> {
        let failed = || StoreError::during("carry_out_every");
        let mut tx = begin(pool, BEGIN).await.map_err(failed())?;
        let head = hold_audit(&mut tx).await.map_err(failed())?;
        let mut judged: Judged = Vec::with_capacity(proposals.len());
        for proposal in proposals {
            match carry_out_one(&mut tx, author, proposal).await {
                Err(WriteError::Store(error)) => return Err(error),
                one => judged.push(one),
            }
        }
        if mode == WriteMode::DryRun || judged.iter().any(Result::is_err) {
            tx.rollback().await.map_err(failed())?;
            return Ok(judged);
        }
        let actions: Vec<String> = proposals.iter().map(action).collect();
        let acts = proposals.iter().zip(&actions).zip(judged.iter().flatten());
        let acts = acts.map(|((proposal, action), carried)| Act {
            action,
            tenant: &proposal.tenant,
            target: &proposal.target,
            before: carried.before.as_deref(),
            after: carried.after.as_deref(),
        });
        let acts: Vec<Act<'_>> = acts.collect();
        record(&mut tx, head, author, &acts).await.map_err(failed())?;
        tx.commit().await.map_err(failed())?;
        Ok(judged)
    }
}

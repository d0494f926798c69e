//! Whether what is stored is sound: every invariant, on every row, in one snapshot, while others write.
//!
//! Nothing is held in memory that grows with what is stored, but for a line for each feed.

mod feeds;
mod ledger;
mod positions;
mod receipts;
mod rows;

use std::time::Duration;

use crate::domain::invariants::{Invariant, Violation};

use super::audit::verify as audit;
use super::dialect::{for_both_engines, on_engine};
use super::{Store, StoreError};

/// Takes one violation after the other.
pub type Found<'a> = &'a mut (dyn FnMut(Violation) + Send);

/// How much was looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// Receipts.
    pub receipts: u64,
    /// Positions.
    pub positions: u64,
    /// Events of all feeds.
    pub events: u64,
}

/// A receipt that came while its notice was written is linked right after both commits: how long that may
/// take.
const LINK_WAIT: Duration = Duration::from_secs(2);

impl Store {
    /// Checks every invariant of all that is stored; each that is broken is handed to `found`. Waits two seconds if a receipt seems not to be linked to its notice, and looks once more.
    pub async fn verify(&self, found: Found<'_>) -> Result<Verified, StoreError> {
        let failed = || StoreError::during("verify");
        let (verified, unlinked) =
            on_engine!(&self.pools, read, |pool, engine| engine::all(pool, found).await).map_err(failed())?;
        if !unlinked.is_empty() {
            tokio::time::sleep(LINK_WAIT).await;
            let still = on_engine!(&self.pools, read, |pool, engine| engine::still_unlinked(pool).await);
            let still = still.map_err(failed())?;
            unlinked.into_iter().filter(|violation| still.contains(violation)).for_each(found);
        }
        Ok(verified)
    }
}

for_both_engines! {
    [audit, feeds, ledger, positions, receipts, rows]

    pub(in crate::store) async fn all(
        pool: &Pool,
        found: Found<'_>,
    ) -> Result<(Verified, Vec<Violation>), sqlx::Error> {
        let mut tx = begin(pool, BEGIN_SNAPSHOT).await?;
        sqlx::query(PLAN_WHOLE).execute(&mut *tx).await?;
        let receipts = each_notice(&mut tx, found).await?;
        told_receipts(&mut tx, found).await?;
        let positions = whole_positions(&mut tx, found).await?;
        told_positions(&mut tx, found).await?;
        let events = whole_feeds(&mut tx, found).await?;
        no_orphans(&mut tx, found).await?;
        let audited = whole_audit(&mut tx, &[]).await?;
        for breach in audited.breaches {
            found(Violation { invariant: Invariant::AuditIsAsWritten, subject: breach.to_string() });
        }
        let unlinked = unlinked(&mut tx).await?;
        Ok((Verified { receipts, positions, events }, unlinked))
    }

    pub(in crate::store) async fn still_unlinked(pool: &Pool) -> Result<Vec<Violation>, sqlx::Error> {
        let mut tx = begin(pool, BEGIN_SNAPSHOT).await?;
        unlinked(&mut tx).await
    }
}

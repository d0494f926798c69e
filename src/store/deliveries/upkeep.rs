//! How much waits, and the end of what is old.

use jiff::Timestamp;

use crate::store::dialect::{Pools, for_both_engines, on_engine};
use crate::store::rows::optional_instant;
use crate::store::{Store, StoreError};

/// How many deliveries are forgotten at once: receipts must not wait.
const PURGED_AT_ONCE: i64 = 250;

/// What waits to be delivered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backlog {
    /// Deliveries that are neither done nor given up.
    pub pending: i64,
    /// When the oldest event among them happened.
    pub oldest: Option<Timestamp>,
    /// Subscriptions that were disabled because their endpoints failed or are gone.
    pub disabled: i64,
}

impl Store {
    /// What waits now.
    pub async fn backlog(&self) -> Result<Backlog, StoreError> {
        let row = on_engine!(&self.pools, read, |pool, engine| engine::backlog(pool).await);
        let (pending, oldest, disabled) = row.map_err(StoreError::during("backlog"))?;
        Ok(Backlog { pending, oldest: optional_instant(oldest)?, disabled })
    }

    /// Gives back what a process took that has died. On SQLite only: there is no other process that could be
    /// sending. On PostgreSQL leases run out.
    pub async fn free_deliveries(&self) -> Result<(), StoreError> {
        const FREE: &str =
            "UPDATE delivery SET held_by = NULL, held_until = NULL WHERE held_until IS NOT NULL";
        let Pools::Sqlite { write, .. } = &self.pools else { return Ok(()) };
        sqlx::query(FREE).execute(write).await.map(drop).map_err(StoreError::during("free_deliveries"))
    }

    /// Forgets some deliveries, and their tries, that were done before an instant; `false` if none are left.
    pub async fn purge_deliveries(&self, before: Timestamp) -> Result<bool, StoreError> {
        on_engine!(&self.pools, write, |pool, engine| engine::purge(pool, before).await)
            .map_err(StoreError::during("purge_deliveries"))
    }
}

for_both_engines! {
    pub(super) async fn backlog(pool: &Pool) -> Result<(i64, Option<i64>, i64), sqlx::Error> {
        let (pending, oldest) = sqlx::query_as::<_, (i64, Option<i64>)>(
            "SELECT COUNT(*), MIN(e.occurred_at) FROM subscription s JOIN delivery d ON d.subscription = s.id \
             JOIN event e ON e.feed = d.feed AND e.seq = d.seq WHERE d.state = 'pending'",
        )
        .fetch_one(pool)
        .await?;
        let disabled = sqlx::query_scalar(
            "SELECT COUNT(*) FROM subscription s WHERE s.disabled_reason IN ('failing', 'gone')",
        )
        .fetch_one(pool)
        .await?;
        Ok((pending, oldest, disabled))
    }

    pub(super) async fn purge(pool: &Pool, before: Timestamp) -> Result<bool, sqlx::Error> {
        let mut tx = begin(pool, BEGIN).await?;
        let old: Vec<(String, String, i64)> = sqlx::query_as(
            "SELECT d.subscription, d.feed, d.seq FROM delivery d WHERE d.done_at <> 0 AND d.done_at < $1 \
             ORDER BY d.done_at LIMIT $2",
        )
        .bind(before.as_microsecond())
        .bind(PURGED_AT_ONCE)
        .fetch_all(&mut *tx)
        .await?;
        for (subscription, feed, seq) in &old {
            for delete in [
                "DELETE FROM delivery_attempt WHERE subscription = $1 AND feed = $2 AND seq = $3",
                "DELETE FROM delivery WHERE subscription = $1 AND feed = $2 AND seq = $3 AND done_at <> 0",
            ] {
                sqlx::query(delete).bind(subscription).bind(feed).bind(seq).execute(&mut *tx).await?;
            }
        }
        tx.commit().await?;
        Ok(!old.is_empty())
    }
}

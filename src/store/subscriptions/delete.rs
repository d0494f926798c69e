//! The end of a subscription.

use jiff::Timestamp;

use crate::domain::event::SubscriptionChange as Told;
use crate::domain::subscription::{DisabledReason, SubscriptionId};
use crate::store::dialect::{for_both_engines, on_engine};
use crate::store::positions::until_no_conflict;
use crate::store::{Store, StoreError};

use super::super::events;
use super::write;

/// How many deliveries, and how many lines of their log, are deleted at once.
const CLEARED_AT_ONCE: i64 = 1_000;

impl Store {
    /// Deletes a subscription with its deliveries; `false` if it is gone. Deliveries go some at a time,
    /// because receipts must not wait. Should this end early, nothing is sent any more, and it can be asked
    /// for again.
    pub async fn delete_subscription(&self, id: &SubscriptionId, now: Timestamp) -> Result<bool, StoreError> {
        let failed = || StoreError::during("delete_subscription");
        let stopped = on_engine!(&self.pools, write, |pool, engine| engine::stop(pool, id, now).await);
        stopped.map_err(failed())?;
        loop {
            let cleared = on_engine!(&self.pools, write, |pool, engine| engine::clear(pool, id).await);
            if cleared.map_err(failed())? == 0 {
                break;
            }
        }
        until_no_conflict!(on_engine!(&self.pools, write, |pool, engine| engine::delete(pool, id, now).await))
    }
}

for_both_engines! {
    [write, events]

    /// Stops what is sent, so that nothing is added while the rest goes.
    pub(super) async fn stop(pool: &Pool, id: &SubscriptionId, now: Timestamp) -> Result<(), sqlx::Error> {
        let mut connection = pool.acquire().await?;
        switch_off(&mut connection, id, DisabledReason::Deleted, now).await
    }

    /// Deletes some of its deliveries; returns how many rows went.
    pub(super) async fn clear(pool: &Pool, id: &SubscriptionId) -> Result<u64, sqlx::Error> {
        let mut tx = begin(pool, BEGIN).await?;
        let attempts = sqlx::query(
            "DELETE FROM delivery_attempt WHERE (subscription, feed, seq, attempt_no) IN (SELECT subscription, \
             feed, seq, attempt_no FROM delivery_attempt WHERE subscription = $1 LIMIT $2)",
        )
        .bind(id.as_str())
        .bind(CLEARED_AT_ONCE)
        .execute(&mut *tx)
        .await?;
        let deliveries = sqlx::query(
            "DELETE FROM delivery WHERE (subscription, feed, seq) IN (SELECT subscription, feed, seq \
             FROM delivery WHERE subscription = $1 LIMIT $2)",
        )
        .bind(id.as_str())
        .bind(CLEARED_AT_ONCE)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(attempts.rows_affected() + deliveries.rows_affected())
    }

    pub(super) async fn delete(
        pool: &Pool,
        id: &SubscriptionId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let failed = || StoreError::during("delete_subscription");
        let mut tx = begin(pool, BEGIN).await.map_err(failed())?;
        let Some(known) = stored(&mut tx, id).await? else { return Ok(false) };
        let deleted = sqlx::query("DELETE FROM subscription WHERE id = $1")
            .bind(id.as_str())
            .execute(&mut *tx)
            .await
            .map_err(failed())?;
        if deleted.rows_affected() == 0 {
            return Ok(false);
        }
        record(&mut tx, &[known.event(Told::Deleted, now)]).await.map_err(failed())?;
        tx.commit().await.map_err(failed())?;
        Ok(true)
    }
}

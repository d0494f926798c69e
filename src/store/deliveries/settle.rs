//! What came of deliveries, many to a commit.

use jiff::Timestamp;

use crate::domain::delivery::{Next, Turn};
use crate::domain::event::SubscriptionChange;
use crate::domain::subscription::{Disabled, DisabledReason, Subscription, SubscriptionId};
use crate::store::dialect::{for_both_engines, on_engine};
use crate::store::subscriptions::{SubscriptionRow, subscription_columns};
use crate::store::{Store, StoreError, events};

use super::{Settlement, Tried};

/// What was written of a try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// All of it.
    Kept,
    /// All of it, and the endpoint is disabled since.
    Disabled(DisabledReason),
    /// Nothing: somebody else holds the delivery now, or it is gone.
    LeaseLost,
}

/// A subscription, $1.
macro_rules! endpoint {
    ($lock:literal) => {
        concat!("SELECT ", subscription_columns!(), " FROM subscription s WHERE s.id = $1", $lock)
    };
}

/// The columns of a delivery after a try: its state, when it is due, and when it was done.
fn columns(tried: &Tried, now: Timestamp) -> (&'static str, i64, Option<i64>) {
    let now = now.as_microsecond();
    match tried.next {
        Next::Delivered => ("delivered", now, Some(now)),
        Next::Again(at) => ("pending", at.as_microsecond(), None),
        Next::Dead => ("dead", now, Some(now)),
    }
}

impl Store {
    /// Writes what came of tries; tells for each what was written.
    pub async fn settle_deliveries(&self, settlement: Settlement<'_>) -> Result<Vec<Written>, StoreError> {
        on_engine!(&self.pools, write, |pool, engine| engine::settle(pool, settlement).await)
    }
}

for_both_engines! {
    [events]

    /// How an endpoint fares; nobody else writes that meanwhile.
    const LOCK_ENDPOINT: &str = if LOCKS_ROWS { endpoint!(" FOR NO KEY UPDATE") } else { endpoint!("") };

    pub(super) async fn settle(pool: &Pool, settlement: Settlement<'_>) -> Result<Vec<Written>, StoreError> {
        let failed = || StoreError::during("settle_deliveries");
        // One order for all writers.
        let mut ids: Vec<&SubscriptionId> =
            settlement.tries.iter().map(|tried| &tried.name.subscription).collect();
        ids.sort_unstable();
        ids.dedup();
        let mut written = vec![Written::LeaseLost; settlement.tries.len()];
        let mut events = Vec::new();
        let mut tx = begin(pool, BEGIN).await.map_err(failed())?;
        for id in ids {
            let row: Option<SubscriptionRow> = sqlx::query_as(LOCK_ENDPOINT)
                .bind(id.as_str())
                .fetch_optional(&mut *tx)
                .await
                .map_err(failed())?;
            let Some(row) = row else { continue };
            let before = row.read()?;
            let mut after = before.clone();
            for (tried, written) in settlement.tries.iter().zip(&mut written) {
                if tried.name.subscription == *id {
                    *written = one(&mut tx, &mut after, tried, settlement).await.map_err(failed())?;
                }
            }
            if after != before {
                keep_endpoint(&mut tx, &after).await.map_err(failed())?;
            }
            if before.disabled.is_none() && after.disabled.is_some() {
                events.push(after.event(SubscriptionChange::Disabled, settlement.now));
            }
        }
        record(&mut tx, &events).await.map_err(failed())?;
        tx.commit().await.map_err(failed())?;
        Ok(written)
    }

    async fn one(
        connection: &mut Connection,
        subscription: &mut Subscription,
        tried: &Tried,
        settlement: Settlement<'_>,
    ) -> Result<Written, sqlx::Error> {
        let Settlement { patience, now, .. } = settlement;
        if !move_on(connection, tried, now).await? {
            return Ok(Written::LeaseLost);
        }
        log(connection, tried).await?;
        let (health, turn) = subscription.health.after(tried.ending, now, patience);
        subscription.health = health;
        match turn {
            Turn::None => {}
            Turn::Recovered => hurry(connection, &subscription.id, now).await?,
            Turn::Disabled(_) if subscription.disabled.is_some() => {}
            Turn::Disabled(reason) => {
                subscription.disabled = Some(Disabled { at: now, reason });
                return Ok(Written::Disabled(reason));
            }
        }
        Ok(Written::Kept)
    }

    /// Whether the delivery was still held by whoever tried it; then it is in its next state.
    async fn move_on(connection: &mut Connection, tried: &Tried, now: Timestamp) -> Result<bool, sqlx::Error> {
        let (state, next_at, done_at) = columns(tried, now);
        let moved = sqlx::query(
            "UPDATE delivery SET state = $5, next_at = $6, done_at = $7, attempts = attempts + 1, \
             logged = logged + 1, first_at = COALESCE(first_at, $8), held_by = NULL, held_until = NULL \
             WHERE subscription = $1 AND feed = $2 AND seq = $3 AND held_by = $4 AND state = 'pending'",
        )
        .bind(tried.name.subscription.as_str())
        .bind(&tried.name.feed)
        .bind(tried.name.seq)
        .bind(tried.holder)
        .bind(state)
        .bind(next_at)
        .bind(done_at)
        .bind(tried.at.as_microsecond())
        .execute(connection)
        .await?;
        Ok(moved.rows_affected() == 1)
    }

    async fn log(connection: &mut Connection, tried: &Tried) -> Result<(), sqlx::Error> {
        sqlx::query(
            "INSERT INTO delivery_attempt (subscription, feed, seq, attempt_no, at, took, status, error, response) \
             SELECT subscription, feed, seq, logged, $4, $5, $6, $7, $8 FROM delivery \
             WHERE subscription = $1 AND feed = $2 AND seq = $3",
        )
        .bind(tried.name.subscription.as_str())
        .bind(&tried.name.feed)
        .bind(tried.name.seq)
        .bind(tried.at.as_microsecond())
        .bind(i64::try_from(tried.took.as_micros()).unwrap_or(i64::MAX))
        .bind(tried.status.map(i64::from))
        .bind(tried.error.as_deref())
        .bind(tried.response.as_deref())
        .execute(connection)
        .await
        .map(drop)
    }

    /// Makes all due that waits for an endpoint which is back.
    async fn hurry(connection: &mut Connection, id: &SubscriptionId, now: Timestamp) -> Result<(), sqlx::Error> {
        sqlx::query(
            "UPDATE delivery SET next_at = $2 WHERE subscription = $1 AND state = 'pending' AND next_at > $2",
        )
        .bind(id.as_str())
        .bind(now.as_microsecond())
        .execute(connection)
        .await
        .map(drop)
    }

    async fn keep_endpoint(connection: &mut Connection, after: &Subscription) -> Result<(), sqlx::Error> {
        sqlx::query(
            "UPDATE subscription SET failing_since = $2, failures = $3, not_before = $4, disabled_at = $5, \
             disabled_reason = $6 WHERE id = $1",
        )
        .bind(after.id.as_str())
        .bind(after.health.failing_since.map(Timestamp::as_microsecond))
        .bind(after.health.failures)
        .bind(after.health.not_before.as_microsecond())
        .bind(after.disabled.map(|disabled| disabled.at.as_microsecond()))
        .bind(after.disabled.map(|disabled| disabled.reason.word()))
        .execute(connection)
        .await
        .map(drop)
    }
}

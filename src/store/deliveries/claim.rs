//! Who sends what: leases on deliveries that are due.

use jiff::Timestamp;

use crate::domain::delivery::DOWN_AFTER;
use crate::domain::subscription::{Subscription, SubscriptionId};
use crate::store::dialect::{for_both_engines, on_engine};
use crate::store::rows::optional_instant;
use crate::store::subscriptions::{SubscriptionRow, subscription_columns};
use crate::store::{Store, StoreError, events};

use super::{Claimed, DeliveryName, Hold, Room, share, too_long};

/// What is due at an instant: of each subject only the earliest, and none that is held.
macro_rules! is_due {
    ($now:literal, $too_long:literal) => {
        concat!(
            "d.state = 'pending' AND d.next_at <= ",
            $now,
            " AND (d.held_until IS NULL OR d.held_until < ",
            $now,
            " OR d.held_until > ",
            $too_long,
            ") AND NOT EXISTS (SELECT 1 FROM delivery p WHERE p.subscription = d.subscription \
             AND p.feed = d.feed AND p.subject = d.subject AND p.seq < d.seq AND p.state = 'pending')"
        )
    };
}

/// What is due of a subscription, $1, at an instant, $2; $3 is too long for a lease.
macro_rules! due {
    ($lock:literal) => {
        concat!(
            "SELECT d.feed, d.seq, d.attempts, d.first_at, e.receipt_key, e.occurred_at, e.body \
             FROM delivery d JOIN event e ON e.feed = d.feed AND e.seq = d.seq WHERE d.subscription = $1 AND ",
            is_due!("$2", "$3"),
            " ORDER BY d.next_at, d.feed, d.seq LIMIT $4",
            $lock
        )
    };
}

/// How often the endpoint of a subscription, $1, failed, if it may be sent something at an instant, $2.
macro_rules! failures {
    ($lock:literal) => {
        concat!(
            "SELECT failures FROM subscription WHERE id = $1 AND disabled_at IS NULL AND not_before <= $2",
            $lock
        )
    };
}

/// Some active subscriptions of which something is due at an instant, $1; those behind an id, $3, first.
pub(in crate::store) const DUE_ONES: &str = concat!(
    "SELECT ",
    subscription_columns!(),
    " FROM subscription s WHERE s.disabled_at IS NULL AND s.not_before <= $1 \
     AND EXISTS (SELECT 1 FROM delivery d WHERE d.subscription = s.id AND ",
    is_due!("$1", "$2"),
    ") ORDER BY CASE WHEN s.id > $3 THEN 0 ELSE 1 END, s.id LIMIT 64"
);

#[derive(sqlx::FromRow)]
struct DueRow {
    feed: String,
    seq: i64,
    attempts: i64,
    receipt_key: Option<String>,
    occurred_at: i64,
    body: String,
    first_at: Option<i64>,
}

impl DueRow {
    fn read(self, subscription: &SubscriptionId, holder: i64) -> Result<Claimed, StoreError> {
        Ok(Claimed {
            event_id: events::event_id(&self.feed, self.seq, self.occurred_at),
            name: DeliveryName { subscription: subscription.clone(), feed: self.feed, seq: self.seq },
            holder,
            attempts: self.attempts,
            first_at: optional_instant(self.first_at)?,
            receipt_key: self.receipt_key,
            body: self.body,
        })
    }
}

impl Store {
    /// Some active subscriptions that have deliveries to send now, those behind an id before the others, so
    /// that all have their turn.
    pub async fn due_subscriptions(
        &self,
        now: Timestamp,
        after: Option<&SubscriptionId>,
    ) -> Result<Vec<Subscription>, StoreError> {
        let after = after.map_or("", SubscriptionId::as_str);
        let rows = on_engine!(&self.pools, read, |pool, engine| engine::due_ones(pool, now, after).await);
        let rows = rows.map_err(StoreError::during("due_subscriptions"))?;
        rows.into_iter().map(SubscriptionRow::read).collect()
    }

    /// Takes deliveries of these subscriptions that are due. Subscriptions at which another instance is just
    /// now are left to it.
    pub async fn claim_deliveries(
        &self,
        subscriptions: &[Subscription],
        hold: Hold,
        room: Room,
    ) -> Result<Vec<Claimed>, StoreError> {
        on_engine!(&self.pools, write, |pool, engine| engine::claim(pool, subscriptions, hold, room).await)
    }

    /// Gives deliveries back that were not sent, so that another instance need not wait.
    pub async fn release_deliveries(&self, held: &[(DeliveryName, i64)]) -> Result<(), StoreError> {
        on_engine!(&self.pools, write, |pool, engine| engine::release(pool, held).await)
            .map_err(StoreError::during("release_deliveries"))
    }
}

for_both_engines! {
    [share]

    /// What may be sent now, and no other instance is about to take.
    pub(in crate::store) const DUE_DELIVERIES: &str =
        if LOCKS_ROWS { due!(" FOR UPDATE OF d SKIP LOCKED") } else { due!("") };

    /// Nothing if another instance is about to take something for the same endpoint. New deliveries are made
    /// in the meantime.
    const LOCK_TO_CLAIM: &str =
        if LOCKS_ROWS { failures!(" FOR NO KEY UPDATE SKIP LOCKED") } else { failures!("") };

    pub(super) async fn due_ones(
        pool: &Pool,
        now: Timestamp,
        after: &str,
    ) -> Result<Vec<SubscriptionRow>, sqlx::Error> {
        let (now, too_long) = (now.as_microsecond(), too_long(now));
        sqlx::query_as(DUE_ONES).bind(now).bind(too_long).bind(after).fetch_all(pool).await
    }

    pub(super) async fn claim(
        pool: &Pool,
        subscriptions: &[Subscription],
        hold: Hold,
        room: Room,
    ) -> Result<Vec<Claimed>, StoreError> {
        let failed = || StoreError::during("claim_deliveries");
        let mut claimed = Vec::new();
        let mut tx = begin(pool, BEGIN).await.map_err(failed())?;
        for subscription in subscriptions {
            let left = room.total.saturating_sub(claimed.len());
            if left == 0 {
                break;
            }
            let id = &subscription.id;
            let free = room_at(&mut tx, id, hold, room.per_endpoint).await.map_err(failed())?;
            let most = i64::try_from(free.min(left)).unwrap_or(1);
            if most == 0 {
                continue;
            }
            let rows: Vec<DueRow> = sqlx::query_as(DUE_DELIVERIES)
                .bind(id.as_str())
                .bind(hold.now.as_microsecond())
                .bind(too_long(hold.now))
                .bind(most)
                .fetch_all(&mut *tx)
                .await
                .map_err(failed())?;
            for row in rows {
                if withdrawn(&mut tx, subscription, &row.feed, hold.now).await.map_err(failed())? {
                    withdraw(&mut tx, id, &row, hold).await.map_err(failed())?;
                    continue;
                }
                take(&mut tx, id, &row, hold).await.map_err(failed())?;
                claimed.push(row.read(id, hold.holder)?);
            }
        }
        tx.commit().await.map_err(failed())?;
        Ok(claimed)
    }

    /// How many more may be under way to an endpoint; locks its subscription.
    async fn room_at(
        connection: &mut Connection,
        id: &SubscriptionId,
        hold: Hold,
        per_endpoint: usize,
    ) -> Result<usize, sqlx::Error> {
        let failures: Option<i64> = sqlx::query_scalar(LOCK_TO_CLAIM)
            .bind(id.as_str())
            .bind(hold.now.as_microsecond())
            .fetch_optional(&mut *connection)
            .await?;
        let Some(failures) = failures else { return Ok(0) };
        let under_way: i64 = sqlx::query_scalar(
            "SELECT COUNT(*) FROM delivery d WHERE d.subscription = $1 AND d.held_until IS NOT NULL \
             AND d.held_until >= $2 AND d.held_until <= $3",
        )
        .bind(id.as_str())
        .bind(hold.now.as_microsecond())
        .bind(too_long(hold.now))
        .fetch_one(&mut *connection)
        .await?;
        let most = if failures >= DOWN_AFTER { 1 } else { per_endpoint };
        Ok(most.saturating_sub(usize::try_from(under_way).unwrap_or(usize::MAX)))
    }

    /// Gives up what was to be told and is no longer for the owner of the subscription.
    async fn withdraw(
        connection: &mut Connection,
        id: &SubscriptionId,
        row: &DueRow,
        hold: Hold,
    ) -> Result<(), sqlx::Error> {
        sqlx::query(
            "UPDATE delivery SET state = 'dead', done_at = $4 \
             WHERE subscription = $1 AND feed = $2 AND seq = $3",
        )
        .bind(id.as_str())
        .bind(&row.feed)
        .bind(row.seq)
        .bind(hold.now.as_microsecond())
        .execute(connection)
        .await
        .map(drop)
    }

    async fn take(
        connection: &mut Connection,
        id: &SubscriptionId,
        row: &DueRow,
        hold: Hold,
    ) -> Result<(), sqlx::Error> {
        sqlx::query(
            "UPDATE delivery SET held_by = $4, held_until = $5 \
             WHERE subscription = $1 AND feed = $2 AND seq = $3",
        )
        .bind(id.as_str())
        .bind(&row.feed)
        .bind(row.seq)
        .bind(hold.holder)
        .bind(hold.until.as_microsecond())
        .execute(connection)
        .await
        .map(drop)
    }

    pub(super) async fn release(pool: &Pool, held: &[(DeliveryName, i64)]) -> Result<(), sqlx::Error> {
        let mut tx = begin(pool, BEGIN).await?;
        for (name, holder) in held {
            sqlx::query(
                "UPDATE delivery SET held_by = NULL, held_until = NULL \
                 WHERE subscription = $1 AND feed = $2 AND seq = $3 AND held_by = $4",
            )
            .bind(name.subscription.as_str())
            .bind(&name.feed)
            .bind(name.seq)
            .bind(holder)
            .execute(&mut *tx)
            .await?;
        }
        tx.commit().await
    }
}

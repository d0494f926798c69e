//! From events to deliveries.

use jiff::Timestamp;

use super::share;
use crate::domain::event::Codes;
use crate::domain::subscription::Subscription;
use crate::store::dialect::{Bulk, for_both_engines, on_engine, runs};
use crate::store::{Store, StoreError};

/// How many events are looked at in one transaction: receipts must not wait.
const AT_ONCE: i64 = 256;

/// New deliveries. One that is there already stays as it is.
static INSERT: Bulk = Bulk::new(
    "INSERT INTO delivery (subscription, feed, seq, subject, next_at, state, attempts, logged) VALUES ",
    "(#,#,#,#,#,'pending',0,0)",
    " ON CONFLICT (subscription, feed, seq) DO NOTHING",
);

/// How far a subscription has come in a feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedPlace {
    /// The subscription's id.
    pub subscription: String,
    /// The feed.
    pub feed: String,
}

/// What became of some events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FannedOut {
    /// How many were looked at.
    pub events: i64,
    /// How many deliveries came of them.
    pub deliveries: usize,
}

#[derive(Debug, sqlx::FromRow)]
struct EventRow {
    seq: i64,
    kind: String,
    subject: String,
    codes: String,
}

macro_rules! place {
    ($lock:literal) => {
        concat!("SELECT fanned FROM subscription_feed WHERE subscription = $1 AND feed = $2", $lock)
    };
}

impl Store {
    /// Gives subscriptions a place, the beginning, in feeds where they have none. Who made a subscription for
    /// what comes has given it its places in the feeds of then.
    pub async fn open_places(&self, places: &[(&Subscription, &str)]) -> Result<(), StoreError> {
        if places.is_empty() {
            return Ok(());
        }
        on_engine!(&self.pools, write, |pool, engine| engine::open(pool, places).await)
            .map_err(StoreError::during("open_places"))
    }

    /// The places of active subscriptions behind which there are events.
    pub async fn places_behind(&self) -> Result<Vec<FeedPlace>, StoreError> {
        let rows = on_engine!(&self.pools, read, |pool, engine| engine::behind(pool).await);
        let rows = rows.map_err(StoreError::during("places_behind"))?;
        Ok(rows.into_iter().map(|(subscription, feed)| FeedPlace { subscription, feed }).collect())
    }

    /// Makes deliveries of the next events behind some places, and moves the places. Those that another
    /// instance moves are left to it.
    pub async fn fan_out(
        &self,
        places: &[(&Subscription, &str)],
        now: Timestamp,
    ) -> Result<FannedOut, StoreError> {
        on_engine!(&self.pools, write, |pool, engine| engine::fan_out(pool, places, now).await)
            .map_err(StoreError::during("fan_out"))
    }
}

for_both_engines! {
    [share]

    /// How far a subscription has come in a feed, if no other instance is about to move it.
    const LOCK_PLACE: &str = if LOCKS_ROWS { place!(" FOR UPDATE SKIP LOCKED") } else { place!("") };

    pub(super) async fn open(pool: &Pool, places: &[(&Subscription, &str)]) -> Result<(), sqlx::Error> {
        let mut tx = begin(pool, BEGIN).await?;
        for (subscription, feed) in places {
            sqlx::query(
                "INSERT INTO subscription_feed (subscription, feed, fanned) SELECT s.id, $2, 0 \
                 FROM subscription s WHERE s.id = $1 ON CONFLICT (subscription, feed) DO NOTHING",
            )
            .bind(subscription.id.as_str())
            .bind(*feed)
            .execute(&mut *tx)
            .await?;
        }
        tx.commit().await
    }

    pub(super) async fn behind(pool: &Pool) -> Result<Vec<(String, String)>, sqlx::Error> {
        sqlx::query_as(
            "SELECT f.subscription, f.feed FROM subscription s JOIN subscription_feed f \
             ON f.subscription = s.id JOIN event_head h ON h.feed = f.feed \
             WHERE s.disabled_at IS NULL AND h.last > f.fanned ORDER BY f.subscription, f.feed LIMIT 256",
        )
        .fetch_all(pool)
        .await
    }

    pub(super) async fn fan_out(
        pool: &Pool,
        places: &[(&Subscription, &str)],
        now: Timestamp,
    ) -> Result<FannedOut, sqlx::Error> {
        let mut done = FannedOut { events: 0, deliveries: 0 };
        let mut tx = begin(pool, BEGIN).await?;
        for (subscription, feed) in places {
            if done.events >= AT_ONCE {
                break;
            }
            let id = subscription.id.as_str();
            let fanned: Option<i64> =
                sqlx::query_scalar(LOCK_PLACE).bind(id).bind(*feed).fetch_optional(&mut *tx).await?;
            let Some(fanned) = fanned else { continue };
            let events: Vec<EventRow> = sqlx::query_as(
                "SELECT seq, type AS kind, subject, codes FROM event WHERE feed = $1 AND seq > $2 \
                 ORDER BY seq LIMIT $3",
            )
            .bind(*feed)
            .bind(fanned)
            .bind(AT_ONCE - done.events)
            .fetch_all(&mut *tx)
            .await?;
            let Some(last) = events.last() else { continue };
            // What happened while a broker did not serve the institution is not for it, not even later.
            let theirs = share(&mut tx, subscription, feed, now).await?;
            let theirs = |codes: &str| theirs.as_ref().is_some_and(|own| Codes::read(codes).admitted_by(own));
            let wants =
                |event: &&EventRow| theirs(&event.codes) && subscription.wants(&event.kind, &event.codes);
            let wanted: Vec<&EventRow> = events.iter().filter(wants).collect();
            insert(&mut tx, (id, feed), &wanted, now).await?;
            sqlx::query("UPDATE subscription_feed SET fanned = $3 WHERE subscription = $1 AND feed = $2")
                .bind(id)
                .bind(*feed)
                .bind(last.seq)
                .execute(&mut *tx)
                .await?;
            done.events += i64::try_from(events.len()).unwrap_or(AT_ONCE);
            done.deliveries += wanted.len();
        }
        tx.commit().await?;
        Ok(done)
    }

    async fn insert(
        connection: &mut Connection,
        (subscription, feed): (&str, &str),
        events: &[&EventRow],
        now: Timestamp,
    ) -> Result<(), sqlx::Error> {
        for run in runs(events) {
            let mut query = sqlx::query(INSERT.text(run.len()));
            for event in run {
                query = query
                    .bind(subscription)
                    .bind(feed)
                    .bind(event.seq)
                    .bind(event.subject.as_str())
                    .bind(now.as_microsecond());
            }
            query.execute(&mut *connection).await?;
        }
        Ok(())
    }
}

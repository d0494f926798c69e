//! How far each feed is published to another engine, and which process publishes it.
//!
//! What was published is noted behind the confirmation, so that a process that dies repeats and omits
//! nothing: the engine knows what it has by the ids of the events.

use jiff::{SignedDuration, Timestamp};

use crate::domain::event::Feed;

use super::dialect::{for_both_engines, on_engine};
use super::{Store, StoreError};

/// How long a process that says nothing more is taken to be alive.
const LEASE: SignedDuration = SignedDuration::from_secs(10);

/// Who publishes, and to what.
#[derive(Clone, Copy, Debug)]
pub struct Publishing<'a> {
    /// The name of the engine and of what in it.
    pub name: &'a str,
    /// A number that no other process has.
    pub worker: i64,
    /// What time it is.
    pub now: Timestamp,
}

/// How far a feed is published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// The feed.
    pub feed: Feed,
    /// The last event that was confirmed; 0 if none was.
    pub done: i64,
    /// Whether the one who asks may go on with it, or take it.
    pub free: bool,
}

impl Store {
    /// How far each feed is published of which at least one event was, or is about to be.
    pub async fn published(&self, who: Publishing<'_>) -> Result<Vec<Published>, StoreError> {
        let rows = on_engine!(&self.pools, read, |pool, engine| engine::all(pool, who.name).await);
        let rows = rows.map_err(StoreError::during("published"))?.into_iter();
        let read = |(feed, done, worker, held_until): (String, i64, i64, i64)| {
            let held =
                worker != who.worker && held_until >= micros(who.now) && held_until <= too_long(who.now);
            let feed = Feed::new(&feed).ok_or(StoreError::Corrupt { what: "feed" })?;
            Ok(Published { feed, done, free: !held })
        };
        rows.map(read).collect()
    }

    /// Takes a feed that nobody publishes, or goes on with it; the last event that was confirmed, or none
    /// if another has the feed.
    pub async fn claim_feed(&self, who: Publishing<'_>, feed: &Feed) -> Result<Option<i64>, StoreError> {
        on_engine!(&self.pools, write, |pool, engine| engine::claim(pool, who, feed).await)
            .map_err(StoreError::during("claim_feed"))
    }

    /// Takes note of the last events that were confirmed, in feeds that the process has. A feed that
    /// another has taken meanwhile is left to it.
    pub async fn note_published(
        &self,
        who: Publishing<'_>,
        confirmed: &[(Feed, i64)],
    ) -> Result<(), StoreError> {
        on_engine!(&self.pools, write, |pool, engine| engine::note(pool, who, confirmed).await)
            .map_err(StoreError::during("note_published"))
    }

    /// Gives back all feeds that the process has, so that another need not wait.
    pub async fn release_feeds(&self, who: Publishing<'_>) -> Result<(), StoreError> {
        on_engine!(&self.pools, write, |pool, engine| engine::release(pool, who).await)
            .map_err(StoreError::during("release_feeds"))
    }
}

fn micros(instant: Timestamp) -> i64 {
    instant.as_microsecond()
}

fn held_until(now: Timestamp) -> i64 {
    now.saturating_add(LEASE).map_or(i64::MAX, micros)
}

/// A lease far beyond its length was given by a clock that has since been set back.
fn too_long(now: Timestamp) -> i64 {
    now.saturating_add(LEASE + LEASE).map_or(i64::MAX, micros)
}

for_both_engines! {
    pub(super) async fn all(
        pool: &Pool,
        name: &str,
    ) -> Result<Vec<(String, i64, i64, i64)>, sqlx::Error> {
        sqlx::query_as("SELECT feed, done, worker, held_until FROM publisher WHERE name = $1")
            .bind(name)
            .fetch_all(pool)
            .await
    }

    pub(super) async fn claim(
        pool: &Pool,
        who: Publishing<'_>,
        feed: &Feed,
    ) -> Result<Option<i64>, sqlx::Error> {
        sqlx::query_scalar(
            "INSERT INTO publisher (name, feed, done, worker, held_until) VALUES ($1, $2, 0, $3, $4) \
             ON CONFLICT (name, feed) DO UPDATE SET worker = excluded.worker, held_until = excluded.held_until \
             WHERE publisher.worker = excluded.worker OR publisher.held_until < $5 OR publisher.held_until > $6 \
             RETURNING done",
        )
        .bind(who.name)
        .bind(feed.as_str())
        .bind(who.worker)
        .bind(held_until(who.now))
        .bind(micros(who.now))
        .bind(too_long(who.now))
        .fetch_optional(pool)
        .await
    }

    pub(super) async fn note(
        pool: &Pool,
        who: Publishing<'_>,
        confirmed: &[(Feed, i64)],
    ) -> Result<(), sqlx::Error> {
        let mut tx = begin(pool, BEGIN).await?;
        for (feed, done) in confirmed {
            sqlx::query(
                "UPDATE publisher SET done = $4, held_until = $5 WHERE name = $1 AND feed = $2 \
                 AND worker = $3 AND done < $4",
            )
            .bind(who.name)
            .bind(feed.as_str())
            .bind(who.worker)
            .bind(*done)
            .bind(held_until(who.now))
            .execute(&mut *tx)
            .await?;
        }
        tx.commit().await
    }

    pub(super) async fn release(pool: &Pool, who: Publishing<'_>) -> Result<(), sqlx::Error> {
        sqlx::query("UPDATE publisher SET held_until = 0 WHERE name = $1 AND worker = $2")
            .bind(who.name)
            .bind(who.worker)
            .execute(pool)
            .await
            .map(drop)
    }
}

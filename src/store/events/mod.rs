//! The outbox: events, written in the commit of the facts that they tell, and read in the order of the
//! commits.
//!
//! Whoever writes events locks the head of their feed as the last of all locks, and holds it until the
//! commit: so numbers are given out in the order of the commits and without a gap, and who has read up to
//! one has missed none before it.

mod body;
pub(super) mod untold;
mod watch;

use std::collections::BTreeMap;

use crate::domain::event::{Codes, Event, Feed};

use super::dialect::{BATCH, Bulk, NOBODY, filled, for_both_engines, on_engine, runs};
use super::receipts::decide::receipt_key;
use super::{Store, StoreError, sha256};
pub(super) use body::id as event_id;
pub use watch::{FeedWatch, Heads};

/// An event as it is kept and told.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct StoredEvent {
    /// The feed that it is of, by name.
    pub feed: String,
    /// Its number there, from 1.
    pub seq: i64,
    /// Its type, such as `varco.receipt.booked`.
    #[sqlx(rename = "type")]
    pub kind: String,
    /// What it happened to; events of one subject are told in order.
    pub subject: String,
    /// The segregation codes of the notices that it speaks of; see [`Codes`].
    pub codes: String,
    /// The key of the receipt that it tells of.
    pub receipt_key: Option<String>,
    /// When it happened, in microseconds UTC.
    pub occurred_at: i64,
    /// The CloudEvent as it is told to everybody.
    pub body: String,
    /// The digest of the chain before it and of its body.
    pub chain: String,
}

impl StoredEvent {
    /// The segregation codes of the notices that it speaks of.
    pub fn codes(&self) -> Codes {
        Codes::read(&self.codes)
    }

    /// The id of the event: that of its body.
    pub fn id(&self) -> String {
        body::id(&self.feed, self.seq, self.occurred_at)
    }
}

impl Store {
    /// The number of the last event of every feed that has one.
    pub async fn feed_heads(&self) -> Result<Heads, StoreError> {
        let heads = on_engine!(&self.pools, read, |pool, engine| engine::heads(pool).await);
        Ok(heads.map_err(StoreError::during("feed_heads"))?.into_iter().collect())
    }

    /// The events of a feed after one, in their order, at most so many.
    pub async fn events_after(
        &self,
        feed: &Feed,
        seq: i64,
        limit: u32,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        on_engine!(&self.pools, read, |pool, engine| engine::after(pool, feed, seq, limit).await)
            .map_err(StoreError::during("events_after"))
    }

    /// One event of a feed.
    pub async fn event(&self, feed: &Feed, seq: i64) -> Result<Option<StoredEvent>, StoreError> {
        let found = self.events_after(feed, seq.saturating_sub(1), 1).await?;
        Ok(found.into_iter().find(|event| event.seq == seq))
    }
}

/// What an event adds to the chain.
pub(super) fn link_chain(before: &str, body: &str) -> String {
    sha256(format!("{before}{}", sha256(body.as_bytes())).as_bytes())
}

pub(super) const EVENTS_AFTER: &str = "SELECT feed, seq, type, subject, codes, receipt_key, occurred_at, body, \
    chain FROM event WHERE feed = $1 AND seq > $2 ORDER BY seq LIMIT $3";

const BEGIN_FEED: &str =
    "INSERT INTO event_head (feed, last, chain) VALUES ($1, 0, '') ON CONFLICT DO NOTHING";

static INSERT_EVENTS: Bulk = Bulk::new(
    "INSERT INTO event (feed, seq, type, subject, codes, receipt_key, occurred_at, body, chain) VALUES ",
    "(#, #, #, #, #, #, #, #, #)",
    "",
);

static MOVE_HEADS: Bulk = Bulk::new(
    "WITH moved (feed, last, chain) AS (VALUES ",
    "(#, #, #)",
    ") UPDATE event_head SET last = moved.last, chain = moved.chain FROM moved \
     WHERE event_head.feed = moved.feed",
);

/// Where a feed stands: the number of its last event, and the chain up to it.
#[derive(Clone, Debug, Default)]
struct Head {
    last: i64,
    chain: String,
}

/// Numbers events from the heads on, and moves the heads.
fn numbered<'a>(
    events: &'a [Event],
    heads: &mut BTreeMap<&'a str, Head>,
) -> Result<Vec<StoredEvent>, sqlx::Error> {
    let mut rows = Vec::with_capacity(events.len());
    for event in events {
        let head = heads.entry(event.feed.as_str()).or_default();
        head.last += 1;
        let body = body::render(event, head.last).map_err(|error| sqlx::Error::Encode(error.into()))?;
        head.chain = link_chain(&head.chain, &body);
        let receipt = event.told.receipt();
        rows.push(StoredEvent {
            feed: event.feed.as_str().to_owned(),
            seq: head.last,
            kind: event.told.kind().to_owned(),
            subject: event.subject.to_string(),
            codes: event.codes.as_str().to_owned(),
            receipt_key: receipt.map(|receipt| receipt_key(&receipt.id, receipt.outcome)),
            occurred_at: event.at.as_microsecond(),
            body,
            chain: head.chain.clone(),
        });
    }
    Ok(rows)
}

for_both_engines! {
    static LOCK_HEADS: Bulk = Bulk::new("WITH wanted (feed) AS (VALUES ", "(#)", LOCK_HEADS_TAIL);

    /// Writes events in the transaction of what they tell: the last thing before its commit.
    pub(in crate::store) async fn record(
        connection: &mut Connection,
        events: &[Event],
    ) -> Result<(), sqlx::Error> {
        if events.is_empty() {
            return Ok(());
        }
        let mut heads: BTreeMap<&str, Head> =
            events.iter().map(|event| (event.feed.as_str(), Head::default())).collect();
        lock_heads(connection, &mut heads).await?;
        for rows in runs(&numbered(events, &mut heads)?) {
            let mut query = sqlx::query(INSERT_EVENTS.text(rows.len()));
            for row in rows {
                query = query
                    .bind(&row.feed)
                    .bind(row.seq)
                    .bind(&row.kind)
                    .bind(&row.subject)
                    .bind(&row.codes)
                    .bind(&row.receipt_key)
                    .bind(row.occurred_at)
                    .bind(&row.body)
                    .bind(&row.chain);
            }
            query.execute(&mut *connection).await?;
        }
        for heads in Vec::from_iter(&heads).chunks(BATCH).map(filled) {
            let mut query = sqlx::query(MOVE_HEADS.text(heads.len()));
            for head in heads {
                let (feed, last, chain) =
                    head.map_or((NOBODY, 0, ""), |(feed, head)| (feed, head.last, head.chain.as_str()));
                query = query.bind(feed).bind(last).bind(chain);
            }
            query.execute(&mut *connection).await?;
        }
        Ok(())
    }

    /// Makes the head of a feed, if it is not there.
    pub(in crate::store) async fn begin_feed(
        connection: &mut Connection,
        feed: &Feed,
    ) -> Result<(), sqlx::Error> {
        sqlx::query(BEGIN_FEED).bind(feed.as_str()).execute(connection).await.map(drop)
    }

    /// Locks the head of a feed until the end of the transaction, and makes it if it is missing.
    pub(in crate::store) async fn hold_feed(
        connection: &mut Connection,
        feed: &Feed,
    ) -> Result<(), sqlx::Error> {
        begin_feed(&mut *connection, feed).await?;
        lock_some(connection, &[feed.as_str()]).await.map(drop)
    }

    /// Locks the heads of these feeds, in one order for all writers, and reads them; makes those that are
    /// missing.
    async fn lock_heads(
        connection: &mut Connection,
        heads: &mut BTreeMap<&str, Head>,
    ) -> Result<(), sqlx::Error> {
        let feeds: Vec<&str> = heads.keys().copied().collect();
        for feeds in feeds.chunks(BATCH) {
            let mut found = lock_some(connection, feeds).await?;
            if found.len() < feeds.len() {
                for feed in feeds {
                    sqlx::query(BEGIN_FEED).bind(*feed).execute(&mut *connection).await?;
                }
                found = lock_some(connection, feeds).await?;
            }
            for (feed, last, chain) in found {
                if let Some(head) = heads.get_mut(feed.as_str()) {
                    *head = Head { last, chain };
                }
            }
        }
        Ok(())
    }

    async fn lock_some(
        connection: &mut Connection,
        feeds: &[&str],
    ) -> Result<Vec<(String, i64, String)>, sqlx::Error> {
        let feeds = filled(feeds);
        let mut query = sqlx::query_as(LOCK_HEADS.text(feeds.len()));
        for feed in feeds {
            query = query.bind(feed.copied().unwrap_or(NOBODY));
        }
        query.fetch_all(&mut *connection).await
    }

    pub(super) async fn heads(pool: &Pool) -> Result<Vec<(String, i64)>, sqlx::Error> {
        sqlx::query_as("SELECT feed, last FROM event_head WHERE last > 0").fetch_all(pool).await
    }

    pub(super) async fn after(
        pool: &Pool,
        feed: &Feed,
        seq: i64,
        limit: u32,
    ) -> Result<Vec<StoredEvent>, sqlx::Error> {
        sqlx::query_as(EVENTS_AFTER)
            .bind(feed.as_str())
            .bind(seq)
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await
    }
}

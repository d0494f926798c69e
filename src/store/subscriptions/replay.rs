//! Events that are sent again, whatever became of them before.

use jiff::Timestamp;

use crate::domain::event::Codes;
use crate::domain::subscription::{Subscription, SubscriptionOwner};
use crate::store::deliveries::share;
use crate::store::dialect::{Bulk, for_both_engines, on_engine, runs};
use crate::store::events::event_id;
use crate::store::positions::until_no_conflict;
use crate::store::{Store, StoreError};

/// How many events are looked at in one transaction: receipts must not wait.
const REPLAYED_AT_ONCE: i64 = 256;

/// Where a replay of an interval has come to.
#[derive(Clone, Debug, PartialEq, Eq)]
struct ReplayPlace {
    at: i64,
    seq: i64,
}

/// Which events are sent again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Replay {
    /// That one of a feed.
    One {
        /// The feed.
        feed: String,
        /// The event's number there.
        seq: i64,
        /// The event's id.
        id: String,
    },
    /// Those that happened in an interval.
    Between {
        /// From that instant on.
        from: Timestamp,
        /// Before that instant.
        until: Timestamp,
    },
}

#[derive(Debug, sqlx::FromRow)]
pub(super) struct ReplayedEvent {
    seq: i64,
    #[sqlx(rename = "type")]
    kind: String,
    subject: String,
    codes: String,
    occurred_at: i64,
}

impl Store {
    /// Puts the deliveries of events to a subscription back to where they wait and have not been tried, and
    /// makes those that are missing; returns how many. Only events that the subscription wants are among them.
    pub async fn replay(
        &self,
        subscription: &Subscription,
        replay: &Replay,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let failed = || StoreError::during("replay");
        let feeds = on_engine!(&self.pools, read, |pool, engine| engine::feeds(pool, subscription).await);
        let feeds = feeds.map_err(failed())?;
        match replay {
            Replay::One { feed, seq, id } if feeds.contains(feed) => {
                until_no_conflict!(on_engine!(&self.pools, write, |pool, engine| {
                    engine::one(pool, subscription, (feed, *seq, id), now).await.map_err(failed())
                }))
            }
            Replay::One { .. } => Ok(0),
            Replay::Between { from, until } => {
                let interval = (from.as_microsecond(), until.as_microsecond());
                let mut replayed = 0;
                for feed in &feeds {
                    replayed += self.replay_feed(subscription, feed, interval, now).await?;
                }
                Ok(replayed)
            }
        }
    }

    async fn replay_feed(
        &self,
        subscription: &Subscription,
        feed: &str,
        (from, until): (i64, i64),
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let mut place = ReplayPlace { at: from, seq: 0 };
        let mut replayed = 0;
        loop {
            let (count, last) = until_no_conflict!(on_engine!(&self.pools, write, |pool, engine| {
                let some = engine::some(pool, subscription, (feed, &place, until), now).await;
                some.map_err(StoreError::during("replay"))
            }))?;
            replayed += count;
            match last {
                Some(last) => place = last,
                None => return Ok(replayed),
            }
        }
    }
}

static PUT_BACK: Bulk = Bulk::new(
    "INSERT INTO delivery (subscription, feed, seq, subject, state, attempts, logged, next_at) VALUES ",
    "(#, #, #, #, 'pending', 0, 0, #)",
    " ON CONFLICT (subscription, feed, seq) DO UPDATE SET state = 'pending', attempts = 0, first_at = NULL, \
     next_at = excluded.next_at, held_by = NULL, held_until = NULL, done_at = NULL",
);

for_both_engines! {
    [share]

    /// The feeds of its owner that there are.
    pub(super) async fn feeds(pool: &Pool, one: &Subscription) -> Result<Vec<String>, sqlx::Error> {
        let statement = match one.owner {
            SubscriptionOwner::Organization(_) => "SELECT feed FROM event_head WHERE feed = $1",
            SubscriptionOwner::Broker(_) => {
                "SELECT feed FROM event_head WHERE feed IN (SELECT l.ec FROM station_link l \
                 JOIN station s ON s.station = l.station WHERE s.broker = $1 \
                 UNION SELECT d.ec FROM delegation d WHERE d.broker = $1 AND d.offered_at <> 0 \
                 AND d.accepted_at IS NOT NULL AND d.revoked_at IS NULL) ORDER BY feed"
            }
            SubscriptionOwner::Gateway => {
                "SELECT feed FROM event_head WHERE CAST($1 AS TEXT) = '' ORDER BY feed"
            }
        };
        sqlx::query_scalar(statement).bind(one.owner.code()).fetch_all(pool).await
    }

    pub(super) async fn one(
        pool: &Pool,
        subscription: &Subscription,
        (feed, seq, id): (&str, i64, &str),
        now: Timestamp,
    ) -> Result<u64, sqlx::Error> {
        let mut tx = begin(pool, BEGIN).await?;
        let mut events: Vec<ReplayedEvent> = sqlx::query_as(
            "SELECT seq, type, subject, codes, occurred_at FROM event WHERE feed = $1 AND seq = $2",
        )
        .bind(feed)
        .bind(seq)
        .fetch_all(&mut *tx)
        .await?;
        events.retain(|event| event_id(feed, event.seq, event.occurred_at) == id);
        let count = put_back(&mut tx, subscription, (feed, &events), now).await?;
        tx.commit().await?;
        Ok(count)
    }

    /// Goes a step through an interval; returns how many were put back, and the place that it came to unless it
    /// is at the end.
    pub(super) async fn some(
        pool: &Pool,
        subscription: &Subscription,
        (feed, place, until): (&str, &ReplayPlace, i64),
        now: Timestamp,
    ) -> Result<(u64, Option<ReplayPlace>), sqlx::Error> {
        let mut tx = begin(pool, BEGIN).await?;
        let events: Vec<ReplayedEvent> = sqlx::query_as(
            "SELECT seq, type, subject, codes, occurred_at FROM event WHERE feed = $1 AND occurred_at <> 0 \
             AND occurred_at >= $2 AND occurred_at < $3 AND (occurred_at > $2 OR seq > $4) \
             ORDER BY occurred_at, seq LIMIT $5",
        )
        .bind(feed)
        .bind(place.at)
        .bind(until)
        .bind(place.seq)
        .bind(REPLAYED_AT_ONCE)
        .fetch_all(&mut *tx)
        .await?;
        let count = put_back(&mut tx, subscription, (feed, &events), now).await?;
        tx.commit().await?;
        let last = events.last().map(|event| ReplayPlace { at: event.occurred_at, seq: event.seq });
        Ok((count, last))
    }

    async fn put_back(
        connection: &mut Connection,
        subscription: &Subscription,
        (feed, events): (&str, &[ReplayedEvent]),
        now: Timestamp,
    ) -> Result<u64, sqlx::Error> {
        let fanned: Option<i64> =
            sqlx::query_scalar("SELECT fanned FROM subscription_feed WHERE subscription = $1 AND feed = $2")
                .bind(subscription.id.as_str())
                .bind(feed)
                .fetch_optional(&mut *connection)
                .await?;
        let Some(theirs) = share(&mut *connection, subscription, feed, now).await? else { return Ok(0) };
        let theirs = |event: &&ReplayedEvent| Codes::read(&event.codes).admitted_by(&theirs);
        let wanted: Vec<&ReplayedEvent> = events
            .iter()
            .filter(theirs)
            .filter(|event| subscription.wants(&event.kind, &event.codes))
            .collect();
        // Those behind are still to come, and their deliveries are made then.
        let made = |event: &&&ReplayedEvent| fanned.is_some_and(|fanned| event.seq <= fanned);
        let past: Vec<&ReplayedEvent> = wanted.iter().filter(made).copied().collect();
        for run in runs(&past) {
            let mut query = sqlx::query(PUT_BACK.text(run.len()));
            for event in run {
                query = query
                    .bind(subscription.id.as_str())
                    .bind(feed)
                    .bind(event.seq)
                    .bind(&event.subject)
                    .bind(now.as_microsecond());
            }
            query.execute(&mut *connection).await?;
        }
        Ok(wanted.len() as u64)
    }
}

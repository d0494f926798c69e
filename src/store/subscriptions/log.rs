//! What has become of the events of a subscription.

use jiff::{SignedDuration, Timestamp};

use crate::domain::subscription::SubscriptionId;
use crate::store::dialect::{for_both_engines, on_engine};
use crate::store::events::event_id;
use crate::store::rows::{instant, optional_instant};
use crate::store::{Store, StoreError};

/// The most attempts that are shown of one delivery, the last ones.
const ATTEMPTS_SHOWN: i64 = 50;

/// What has become of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryState {
    /// It waits to be sent.
    Pending,
    /// The endpoint took it.
    Delivered,
    /// It was given up.
    Dead,
}

impl DeliveryState {
    /// All states.
    pub const ALL: [DeliveryState; 3] =
        [DeliveryState::Pending, DeliveryState::Delivered, DeliveryState::Dead];

    /// Its word.
    pub const fn word(self) -> &'static str {
        match self {
            DeliveryState::Pending => "pending",
            DeliveryState::Delivered => "delivered",
            DeliveryState::Dead => "dead",
        }
    }

    /// The state of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }
}

/// Where a walk through deliveries goes on: behind this event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryPlace {
    /// Its feed.
    pub feed: String,
    /// Its number.
    pub seq: i64,
}

/// Which deliveries are asked for. They come by feed, the latest event of each first.
#[derive(Clone, Debug)]
pub struct DeliveryPage {
    /// Whose.
    pub subscription: SubscriptionId,
    /// Only those in that state.
    pub state: Option<DeliveryState>,
    /// Only those behind this place.
    pub after: Option<DeliveryPlace>,
    /// How many at most.
    pub limit: u32,
}

/// A delivery with its log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedDelivery {
    /// The event.
    pub place: DeliveryPlace,
    /// What is told; none if the event is kept no more.
    pub event: Option<LoggedEvent>,
    /// What has become of it.
    pub state: DeliveryState,
    /// When it is sent again, if it waits.
    pub next_at: Option<Timestamp>,
    /// When the endpoint took it, or it was given up.
    pub done_at: Option<Timestamp>,
    /// Each time that it was sent, the last ones if they are many.
    pub attempts: Vec<LoggedAttempt>,
}

/// The event of a delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedEvent {
    /// Its id.
    pub id: String,
    /// Its type.
    pub kind: String,
    /// When it happened.
    pub at: Timestamp,
}

/// One time that an event was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedAttempt {
    /// Which time, from 1.
    pub number: i64,
    /// When it was sent.
    pub at: Timestamp,
    /// How long it took.
    pub took: SignedDuration,
    /// The status of the answer, if there was one.
    pub status: Option<i64>,
    /// Why there was none, or why it was no good.
    pub error: Option<String>,
    /// The beginning of the answer's body.
    pub response: Option<String>,
}

#[derive(sqlx::FromRow)]
pub(super) struct DeliveryRow {
    feed: String,
    seq: i64,
    state: String,
    next_at: i64,
    done_at: Option<i64>,
    #[sqlx(rename = "type")]
    kind: Option<String>,
    occurred_at: Option<i64>,
}

#[derive(sqlx::FromRow)]
pub(super) struct AttemptRow {
    attempt_no: i64,
    at: i64,
    took: i64,
    status: Option<i64>,
    error: Option<String>,
    response: Option<String>,
}

impl DeliveryRow {
    fn read(self, attempts: Vec<AttemptRow>) -> Result<LoggedDelivery, StoreError> {
        let state = DeliveryState::from_word(&self.state);
        let state = state.ok_or(StoreError::Corrupt { what: "state of a delivery" })?;
        let waits = (state == DeliveryState::Pending).then_some(self.next_at);
        let event = match self.kind.zip(self.occurred_at) {
            Some((kind, occurred_at)) => Some(LoggedEvent {
                id: event_id(&self.feed, self.seq, occurred_at),
                kind,
                at: instant(occurred_at)?,
            }),
            None => None,
        };
        Ok(LoggedDelivery {
            place: DeliveryPlace { feed: self.feed, seq: self.seq },
            event,
            state,
            next_at: optional_instant(waits)?,
            done_at: optional_instant(self.done_at)?,
            attempts: attempts.into_iter().rev().map(AttemptRow::read).collect::<Result<_, _>>()?,
        })
    }
}

impl AttemptRow {
    fn read(self) -> Result<LoggedAttempt, StoreError> {
        Ok(LoggedAttempt {
            number: self.attempt_no,
            at: instant(self.at)?,
            took: SignedDuration::from_micros(self.took),
            status: self.status,
            error: self.error,
            response: self.response,
        })
    }
}

impl Store {
    /// Deliveries of a subscription, each with its log.
    pub async fn deliveries(&self, page: &DeliveryPage) -> Result<Vec<LoggedDelivery>, StoreError> {
        let rows = on_engine!(&self.pools, read, |pool, engine| engine::page(pool, page).await);
        let rows = rows.map_err(StoreError::during("deliveries"))?;
        rows.into_iter().map(|(row, attempts)| row.read(attempts)).collect()
    }
}

/// A page of deliveries, in the order of the key backwards. Those that wait are few among all, and have no index
/// in that order: they are looked for first.
macro_rules! page {
    (pending, $place:literal) => {
        concat!(
            "WITH d AS MATERIALIZED (SELECT subscription, feed, seq, state, next_at, done_at FROM delivery \
             WHERE subscription = $1 AND state = 'pending') ",
            page!(@ "d", "", $place)
        )
    };
    ($state:literal, $place:literal) => {
        page!(@ "delivery d", $state, $place)
    };
    (@ $from:literal, $state:literal, $place:literal) => {
        concat!(
            "SELECT d.feed, d.seq, d.state, d.next_at, d.done_at, e.type, e.occurred_at FROM ",
            $from,
            " LEFT JOIN event e ON e.feed = d.feed AND e.seq = d.seq WHERE d.subscription = $1 ",
            $state,
            $place,
            "ORDER BY d.feed DESC, d.seq DESC LIMIT $2"
        )
    };
}

/// The statement for a page.
const fn statement(page: &DeliveryPage) -> &'static str {
    match (page.state, &page.after) {
        (None, None) => page!("", ""),
        (None, Some(_)) => page!("", "AND (d.feed, d.seq) < ($3, $4) "),
        (Some(DeliveryState::Pending), None) => page!(pending, ""),
        (Some(DeliveryState::Pending), Some(_)) => page!(pending, "AND (d.feed, d.seq) < ($3, $4) "),
        (Some(DeliveryState::Delivered), None) => page!("AND d.state = 'delivered' ", ""),
        (Some(DeliveryState::Delivered), Some(_)) => {
            page!("AND d.state = 'delivered' ", "AND (d.feed, d.seq) < ($3, $4) ")
        }
        (Some(DeliveryState::Dead), None) => page!("AND d.state = 'dead' ", ""),
        (Some(DeliveryState::Dead), Some(_)) => {
            page!("AND d.state = 'dead' ", "AND (d.feed, d.seq) < ($3, $4) ")
        }
    }
}

for_both_engines! {
    pub(super) async fn page(
        pool: &Pool,
        page: &DeliveryPage,
    ) -> Result<Vec<(DeliveryRow, Vec<AttemptRow>)>, sqlx::Error> {
        let mut tx = begin(pool, BEGIN_SNAPSHOT).await?;
        let mut query =
            sqlx::query_as(statement(page)).bind(page.subscription.as_str()).bind(i64::from(page.limit));
        if let Some(place) = &page.after {
            query = query.bind(&place.feed).bind(place.seq);
        }
        let rows: Vec<DeliveryRow> = query.fetch_all(&mut *tx).await?;
        let mut logged = Vec::with_capacity(rows.len());
        for row in rows {
            let attempts = attempts(&mut tx, page, &row).await?;
            logged.push((row, attempts));
        }
        Ok(logged)
    }

    async fn attempts(
        connection: &mut Connection,
        page: &DeliveryPage,
        row: &DeliveryRow,
    ) -> Result<Vec<AttemptRow>, sqlx::Error> {
        sqlx::query_as(
            "SELECT attempt_no, at, took, status, error, response FROM delivery_attempt \
             WHERE subscription = $1 AND feed = $2 AND seq = $3 ORDER BY attempt_no DESC LIMIT $4",
        )
        .bind(page.subscription.as_str())
        .bind(&row.feed)
        .bind(row.seq)
        .bind(ATTEMPTS_SHOWN)
        .fetch_all(connection)
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::StoreOptions;
    use crate::store::dialect::{Pools, explain};
    use sqlx::Row;

    #[tokio::test]
    async fn a_page_is_read_in_the_order_of_its_index_however_long_the_log_is() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("varco.db").display());
        let store = Store::open(&url, StoreOptions::default()).await.unwrap();
        store.migrate().await.unwrap();
        let Pools::Sqlite { read, .. } = &store.pools else { panic!("it is SQLite") };
        let subscription = SubscriptionId::drawn(1, 2);
        for state in [None, Some(DeliveryState::Delivered), Some(DeliveryState::Dead)] {
            for after in [None, Some(DeliveryPlace { feed: "gateway".into(), seq: 1 })] {
                let page = DeliveryPage {
                    subscription: subscription.clone(),
                    state,
                    after: after.clone(),
                    limit: 1,
                };
                let mut query = sqlx::query(explain(statement(&page))).bind(subscription.as_str()).bind(1);
                if let Some(place) = after {
                    query = query.bind(place.feed).bind(place.seq);
                }
                let rows = query.fetch_all(read).await.unwrap();
                for row in rows {
                    let step: String = row.get("detail");
                    assert!(step.starts_with("SEARCH"), "{state:?}: {step}");
                }
            }
        }
    }
}

//! Receipts of which no event tells, because a version from before events has booked them: they are told when
//! the schema is brought up to date. That version may also have come back for a while, or serve beside this
//! one: so not only institutions without a feed are looked at.

use crate::domain::anomaly::{AnomalyFacts, AnomalyKind};
use crate::domain::event::{Event, Feed};
use crate::store::anomalies::open::{self as anomalies, Opening};
use crate::store::dialect::{Pools, for_both_engines, on_engine};
use crate::store::receipts::told::{ReceiptTold, told_columns};
use crate::store::rows::instant;
use crate::store::{StoreError, events};

/// How many are told by one statement.
const PAGE: i64 = 256;

/// How long before the last event of a feed receipts are looked at, in microseconds: a week. Instances of both
/// versions do not serve side by side for longer.
const BESIDE: i64 = 7 * 86_400 * 1_000_000;

const INSTITUTIONS: &str = "SELECT c.ec FROM creditor_institution c ORDER BY c.ec";

const LAST: &str = "SELECT MAX(occurred_at) FROM event WHERE feed = $1 AND occurred_at <> 0";

/// Receipts without an event, and whether their anomaly is open already.
pub(in crate::store) const UNTOLD: &str = concat!(
    "SELECT ",
    told_columns!(),
    ", CASE WHEN EXISTS (SELECT 1 FROM anomaly a WHERE a.receipt_key = r.receipt_key AND a.ec = r.ec) \
         THEN TRUE ELSE FALSE END AS opened \
     FROM receipt r WHERE r.ec = $1 AND r.received_at <> 0 AND r.received_at >= $2 \
     AND (r.received_at > $3 OR r.receipt_key > $4) \
     AND NOT EXISTS (SELECT 1 FROM event e WHERE e.receipt_key = r.receipt_key AND e.feed = r.ec \
         AND e.receipt_key <> '' AND e.type = 'varco.receipt.booked') \
     ORDER BY r.received_at, r.receipt_key LIMIT $5"
);

/// Messages that were not booked, and that nobody has opened.
const UNOPENED: &str = "SELECT u.ec, u.digest, u.received_at FROM unbooked_message u WHERE NOT EXISTS \
    (SELECT 1 FROM anomaly a WHERE a.ec = u.ec AND a.anomaly_id = u.digest) ORDER BY u.digest LIMIT $1";

/// A receipt of which no event tells.
#[derive(sqlx::FromRow)]
struct Untold {
    #[sqlx(flatten)]
    receipt: ReceiptTold,
    opened: bool,
}

fn opening((ec, digest, received_at): (String, String, i64)) -> Result<Opening, StoreError> {
    let facts = AnomalyFacts {
        id: digest.clone(),
        kind: AnomalyKind::UnbookedMessage,
        receipt: None,
        notice: None,
        message_digest: Some(digest),
    };
    let feed = Feed::new(&ec).ok_or(StoreError::Corrupt { what: "unbooked message" })?;
    Ok(Opening { feed, facts, receipt_key: None, at: instant(received_at)? })
}

/// Tells every receipt that was not told, in the order in which they came, and opens what a version from before
/// anomalies has left; each institution in one transaction, so that it is told whole or not at all.
pub(in crate::store) async fn tell(pools: &Pools) -> Result<(), StoreError> {
    on_engine!(pools, write, |pool, engine| engine::tell_all(pool).await)
}

for_both_engines! {
    [events, anomalies]

    pub(super) async fn tell_all(pool: &Pool) -> Result<(), StoreError> {
        let failed = || StoreError::during("tell old receipts");
        let institutions: Vec<String> =
            sqlx::query_scalar(INSTITUTIONS).fetch_all(pool).await.map_err(failed())?;
        for feed in institutions.iter().filter_map(|ec| Feed::new(ec)) {
            let last: Option<i64> =
                sqlx::query_scalar(LAST).bind(feed.as_str()).fetch_one(pool).await.map_err(failed())?;
            let since = last.map_or(i64::MIN, |last| last.saturating_sub(BESIDE));
            let mut connection = pool.acquire().await.map_err(failed())?;
            let any = page(&mut connection, &feed, (since, &(since, String::new())), 1).await;
            drop(connection);
            if !any.map_err(failed())?.is_empty() {
                tell_one(pool, &feed, since).await?;
            }
        }
        open_messages(pool).await
    }

    /// Holds the head of the feed while it looks, so that of two instances only one tells.
    async fn tell_one(pool: &Pool, feed: &Feed, since: i64) -> Result<(), StoreError> {
        let failed = || StoreError::during("tell old receipts");
        let mut tx = begin(pool, BEGIN).await.map_err(failed())?;
        hold_feed(&mut tx, feed).await.map_err(failed())?;
        let mut after = (since, String::new());
        let mut any = false;
        loop {
            let found = page(&mut tx, feed, (since, &after), PAGE).await.map_err(failed())?;
            let Some(last) = found.last() else { break };
            after = (last.receipt.received_at, last.receipt.receipt_key.clone());
            let mut openings = Vec::new();
            let mut told: Vec<Event> = Vec::with_capacity(found.len());
            for Untold { receipt, opened } in found {
                openings.extend(if opened { None } else { receipt.opening(feed)? });
                told.push(receipt.booked(feed.clone())?);
            }
            told.extend(open_anomalies(&mut tx, &openings).await.map_err(failed())?);
            record(&mut tx, &told).await.map_err(failed())?;
            any = true;
        }
        // Another instance was faster.
        if !any {
            return Ok(());
        }
        tx.commit().await.map_err(failed())?;
        tracing::info!(feed = feed.as_str(), "receipts of before are told as events");
        Ok(())
    }

    async fn page(
        connection: &mut Connection,
        feed: &Feed,
        (since, after): (i64, &(i64, String)),
        limit: i64,
    ) -> Result<Vec<Untold>, sqlx::Error> {
        sqlx::query_as(UNTOLD)
            .bind(feed.as_str())
            .bind(since.max(after.0))
            .bind(after.0)
            .bind(&after.1)
            .bind(limit)
            .fetch_all(connection)
            .await
    }

    async fn open_messages(pool: &Pool) -> Result<(), StoreError> {
        let failed = || StoreError::during("open old messages");
        loop {
            let mut tx = begin(pool, BEGIN).await.map_err(failed())?;
            let found: Vec<(String, String, i64)> =
                sqlx::query_as(UNOPENED).bind(PAGE).fetch_all(&mut *tx).await.map_err(failed())?;
            if found.is_empty() {
                return Ok(());
            }
            let openings: Vec<Opening> = found.into_iter().map(opening).collect::<Result<_, _>>()?;
            let told = open_anomalies(&mut tx, &openings).await.map_err(failed())?;
            record(&mut tx, &told).await.map_err(failed())?;
            tx.commit().await.map_err(failed())?;
        }
    }
}

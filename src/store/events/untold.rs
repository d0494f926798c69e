//! Receipts that were booked before events were written: they are told once, when the schema is brought up
//! to date.

use crate::domain::event::{Event, Feed};
use crate::store::dialect::{Pools, for_both_engines, on_engine};
use crate::store::receipts::told::{ReceiptTold, told_columns};
use crate::store::{StoreError, events};

/// How many are told by one statement.
const PAGE: i64 = 256;

/// Institutions that have receipts and no feed.
const UNTOLD: &str = "SELECT c.ec FROM creditor_institution c \
    WHERE NOT EXISTS (SELECT 1 FROM event_head h WHERE h.feed = c.ec) \
    AND EXISTS (SELECT 1 FROM receipt r WHERE r.ec = c.ec) ORDER BY c.ec";

const NEXT: &str = concat!(
    "SELECT ",
    told_columns!(),
    " FROM receipt WHERE ec = $1 AND (received_at > $2 OR (received_at = $2 AND receipt_key > $3)) \
     ORDER BY received_at, receipt_key LIMIT $4"
);

/// Tells every receipt of the institutions that have no feed yet, in the order in which they came; each
/// institution in one transaction, so that it is told whole or not at all.
pub(in crate::store) async fn tell(pools: &Pools) -> Result<(), StoreError> {
    on_engine!(pools, write, |pool, engine| engine::tell_all(pool).await)
}

for_both_engines! {
    [events]

    pub(super) async fn tell_all(pool: &Pool) -> Result<(), StoreError> {
        let failed = || StoreError::during("tell old receipts");
        let untold: Vec<String> = sqlx::query_scalar(UNTOLD).fetch_all(pool).await.map_err(failed())?;
        for feed in untold.iter().filter_map(|ec| Feed::new(ec)) {
            let mut tx = begin(pool, BEGIN).await.map_err(failed())?;
            if !begin_feed(&mut tx, &feed).await.map_err(failed())? {
                continue;
            }
            let mut after = (i64::MIN, String::new());
            loop {
                let page: Vec<ReceiptTold> = sqlx::query_as(NEXT)
                    .bind(feed.as_str())
                    .bind(after.0)
                    .bind(&after.1)
                    .bind(PAGE)
                    .fetch_all(&mut *tx)
                    .await
                    .map_err(failed())?;
                let Some(last) = page.last() else { break };
                after = (last.received_at, last.receipt_key.clone());
                let told = page.into_iter().map(|receipt| receipt.booked(feed.clone()));
                let told: Vec<Event> = told.collect::<Result<_, _>>()?;
                record(&mut tx, &told).await.map_err(failed())?;
            }
            tx.commit().await.map_err(failed())?;
            tracing::info!(feed = feed.as_str(), "receipts of before are told as events");
        }
        Ok(())
    }
}

//! Each receipt has its event and its message, and each event of a receipt has its receipt.

use futures_util::TryStreamExt;
use serde::Deserialize;

use crate::domain::anomaly::AnomalyKind;
use crate::domain::invariants::{Invariant, Violation};
use crate::domain::receipt::{ReceiptClass, ReceiptOutcome};

use super::super::dialect::for_both_engines;
use super::super::receipts::decide::receipt_key;
use super::super::sha256;
use super::Found;

/// A receipt with the event that tells of it.
#[derive(sqlx::FromRow)]
struct Row {
    ec: String,
    receipt_key: String,
    receipt_id: String,
    executed: bool,
    class: String,
    amount: i64,
    shares: Option<i64>,
    raw: Vec<u8>,
    body: Option<String>,
    anomaly: bool,
}

const RECEIPTS: &str = "SELECT r.ec, r.receipt_key, r.receipt_id, r.executed, r.class, r.amount, \
    (SELECT CAST(SUM(t.amount) AS BIGINT) FROM receipt_transfer t \
        WHERE t.ec = r.ec AND t.receipt_key = r.receipt_key) AS shares, r.raw, e.body, \
    CASE WHEN EXISTS (SELECT 1 FROM anomaly a WHERE a.ec = r.ec AND a.receipt_key = r.receipt_key) \
        THEN TRUE ELSE FALSE END AS anomaly \
    FROM receipt r LEFT JOIN event e ON e.receipt_key = r.receipt_key AND e.receipt_key <> '' AND e.feed = r.ec \
    AND e.type = 'varco.receipt.booked'";

const TWICE: &str = "SELECT feed, receipt_key FROM event WHERE type = 'varco.receipt.booked' \
    AND receipt_key <> '' GROUP BY feed, receipt_key HAVING COUNT(*) > 1";

const OF_NONE: &str = "SELECT e.feed, e.seq FROM event e WHERE e.type = 'varco.receipt.booked' \
    AND NOT EXISTS (SELECT 1 FROM receipt r WHERE r.ec = e.feed AND r.receipt_key = e.receipt_key)";

const UNBOOKED: &str = "SELECT u.digest, u.raw, CASE WHEN EXISTS (SELECT 1 FROM anomaly a \
    WHERE a.ec = u.ec AND a.message_digest = u.digest) THEN TRUE ELSE FALSE END FROM unbooked_message u";

/// What an event tells of a receipt.
#[derive(Deserialize)]
struct Body {
    data: Data,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Data {
    receipt_id: String,
    amount: i64,
    message_digest: String,
}

impl Row {
    fn broken(&self) -> impl Iterator<Item = Invariant> {
        let outcome = if self.executed { ReceiptOutcome::Executed } else { ReceiptOutcome::NotExecuted };
        let by_key = self.receipt_key == receipt_key(&self.receipt_id, outcome);
        let class = ReceiptClass::from_word(&self.class);
        let fits = matches!(class, Some(ReceiptClass::Matched | ReceiptClass::StandIn));
        let adds_up = !fits || self.shares == Some(self.amount);
        let wants_a_person = class.and_then(AnomalyKind::of).is_some();
        [
            (by_key, Invariant::BookedOnce),
            (adds_up, Invariant::SharesAddUp),
            (!wants_a_person || self.anomaly, Invariant::AnomalyIsOpened),
            (self.body.is_some(), Invariant::ReceiptIsTold),
            (self.body.is_none() || self.told_as_it_is(), Invariant::ReceiptIsToldTruly),
        ]
        .into_iter()
        .filter_map(|(holds, invariant)| (!holds).then_some(invariant))
    }

    fn told_as_it_is(&self) -> bool {
        let body = self.body.as_deref().and_then(|body| serde_json::from_str::<Body>(body).ok());
        body.is_some_and(|Body { data }| {
            data.receipt_id == self.receipt_id
                && data.amount == self.amount
                && data.message_digest == sha256(&self.raw)
        })
    }
}

for_both_engines! {
    pub(in crate::store) async fn told_receipts(connection: &mut Connection, found: Found<'_>) -> Result<(), sqlx::Error> {
        let mut rows = sqlx::query_as::<_, Row>(RECEIPTS).fetch(&mut *connection);
        while let Some(row) = rows.try_next().await? {
            for invariant in row.broken() {
                found(Violation { invariant, subject: format!("{} receipt {}", row.ec, row.receipt_id) });
            }
        }
        drop(rows);
        let mut rows = sqlx::query_as::<_, (String, String)>(TWICE).fetch(&mut *connection);
        while let Some((feed, key)) = rows.try_next().await? {
            let subject = format!("{feed} receipt {key}");
            found(Violation { invariant: Invariant::ReceiptIsToldOnce, subject });
        }
        drop(rows);
        let mut rows = sqlx::query_as::<_, (String, i64)>(OF_NONE).fetch(&mut *connection);
        while let Some((feed, seq)) = rows.try_next().await? {
            let subject = format!("{feed} event {seq}");
            found(Violation { invariant: Invariant::ToldReceiptIsHere, subject });
        }
        drop(rows);
        let mut rows = sqlx::query_as::<_, (String, Vec<u8>, bool)>(UNBOOKED).fetch(connection);
        while let Some((digest, raw, anomaly)) = rows.try_next().await? {
            let mut broken = |invariant| {
                found(Violation { invariant, subject: format!("unbooked message {digest}") });
            };
            if digest != sha256(&raw) {
                broken(Invariant::MessageIsAsReceived);
            }
            if !anomaly {
                broken(Invariant::AnomalyIsOpened);
            }
        }
        Ok(())
    }
}

//! Reads the whole ledger in one snapshot and has it judged: an audit, not a thing of the hot path.

use crate::domain::invariants::{Ledger, NoticeName, PaidNoticeFact, ReceiptFact, Violation, violations};

use super::dialect::{for_both_engines, on_engine};
use super::{Store, StoreError};

/// Recipient, id, issuer, notice, class, settles, executed, transfers.
type ReceiptRow = (String, String, String, String, String, bool, bool, i64);
/// Issuer, notice, whether it is paid, the receipt it names.
type NoticeRow = (String, String, bool, Option<String>);
/// Issuer, name, version.
type PositionRow = (String, String, i64);

impl Store {
    /// Every invariant of the ledger that is broken; none, if all is well. Holds all receipts and notices
    /// in memory at once, without their raw messages.
    pub async fn ledger_check(&self) -> Result<Vec<Violation>, StoreError> {
        let (receipts, notices, positions) =
            on_engine!(&self.pools, read, |pool, engine| engine::ledger(pool).await)
                .map_err(StoreError::during("ledger_check"))?;
        let mut ledger = Ledger { positions, ..Ledger::default() };
        ledger.receipts = receipts.into_iter().map(receipt).collect();
        for (ec, number, paid, receipt) in notices {
            let notice = NoticeName { ec, number };
            if paid {
                ledger.paid_notices.push(PaidNoticeFact { notice, receipt });
            } else {
                ledger.unpaid_notices.push(notice);
            }
        }
        Ok(violations(&ledger))
    }
}

fn receipt(row: ReceiptRow) -> ReceiptFact {
    let (recipient, id, ec, number, class, settles, executed, transfers) = row;
    let notice = NoticeName { ec, number };
    ReceiptFact { recipient, id, notice, class, settles, executed, transfers }
}

for_both_engines! {
    pub(super) async fn ledger(
        pool: &Pool,
    ) -> Result<(Vec<ReceiptRow>, Vec<NoticeRow>, Vec<PositionRow>), sqlx::Error> {
        let mut tx = begin(pool, BEGIN_SNAPSHOT).await?;
        let receipts = sqlx::query_as(
            "SELECT r.ec, r.receipt_id, r.issuer, r.notice_number, r.class, r.settles, r.executed, \
             (SELECT COUNT(*) FROM receipt_transfer t \
                 WHERE t.ec = r.ec AND t.receipt_key = r.receipt_key) AS transfers \
             FROM receipt r ORDER BY r.ec, r.receipt_key",
        )
        .fetch_all(&mut *tx)
        .await?;
        let notices = sqlx::query_as(
            "SELECT ec, notice_number, CASE WHEN paid_at IS NULL THEN FALSE ELSE TRUE END AS paid, \
             paid_receipt FROM notice ORDER BY ec, notice_number",
        )
        .fetch_all(&mut *tx)
        .await?;
        let positions = sqlx::query_as("SELECT ec, iupd, version FROM position ORDER BY ec, iupd")
            .fetch_all(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok((receipts, notices, positions))
    }
}

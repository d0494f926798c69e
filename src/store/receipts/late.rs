//! Receipts that came before their position: the position is paid from the day it appears.
//!
//! On PostgreSQL a position and its receipt can be written at the same time without seeing each other;
//! so each side looks again after its commit, and whichever commits last sees both.

use crate::domain::fiscal_code::FiscalCode;
use crate::domain::notice_number::NoticeNumber;
use crate::domain::receipt::ReceiptClass;
use crate::store::dialect::{Pools, for_both_engines};

/// What a receipt that came first is for the notice that it settles: as `classify` has it, but for what
/// only the clock of its day could tell.
const CLASSIFY: &str = "UPDATE receipt SET settles = TRUE, class = (SELECT CASE \
     WHEN EXISTS (SELECT 1 FROM notice s WHERE s.ec = n.ec AND s.iupd = n.iupd \
         AND s.option_no <> n.option_no AND s.paid_at IS NOT NULL) THEN $4 \
     WHEN receipt.amount = n.amount AND receipt.amount = (SELECT SUM(t.amount) FROM receipt_transfer t \
         WHERE t.ec = receipt.ec AND t.receipt_key = receipt.receipt_key) THEN $5 \
     ELSE $6 END FROM notice n WHERE n.ec = $1 AND n.notice_number = $2) \
     WHERE ec = $1 AND receipt_key = $3";

/// The receipt that settles a notice: the first that says that it was paid.
pub(in crate::store) const FIRST: &str = "SELECT r.receipt_key, r.received_at FROM receipt r \
     WHERE r.ec = $1 AND r.notice_number = $2 AND r.issuer = $1 AND r.executed \
     ORDER BY r.received_at, r.receipt_key LIMIT 1";

/// Settles a notice by the first receipt that is booked for it, if there is one and nothing else does, in
/// a transaction of its own. SQLite's one writer has seen the other side already.
pub(in crate::store) async fn link(
    pools: &Pools,
    ec: &FiscalCode,
    notice: &NoticeNumber,
) -> Result<(), sqlx::Error> {
    let Pools::Postgres(pool) = pools else { return Ok(()) };
    let mut tx = pool.begin().await?;
    postgres::link(&mut tx, ec, notice).await?;
    tx.commit().await
}

for_both_engines! {
    pub(in crate::store) async fn link(
        connection: &mut Connection,
        ec: &FiscalCode,
        notice: &NoticeNumber,
    ) -> Result<(), sqlx::Error> {
        let first: Option<(String, i64)> = sqlx::query_as(FIRST)
        .bind(ec.as_str())
        .bind(notice.as_str())
        .fetch_optional(&mut *connection)
        .await?;
        let Some((key, received_at)) = first else { return Ok(()) };
        if LOCKS_ROWS {
            let lock = sqlx::query(LOCK_POSITION_OF_NOTICE).bind(ec.as_str()).bind(notice.as_str());
            lock.execute(&mut *connection).await?;
        }
        let settled = sqlx::query(
            "UPDATE notice SET paid_at = COALESCE(r.paid_at, r.received_at), paid_receipt = r.receipt_id, \
             paid_fee = r.fee, paid_psp = r.psp_name, paid_method = r.method FROM receipt r \
             WHERE notice.ec = $1 AND notice.notice_number = $2 AND notice.paid_at IS NULL \
             AND r.ec = $1 AND r.receipt_key = $3",
        )
        .bind(ec.as_str())
        .bind(notice.as_str())
        .bind(&key)
        .execute(&mut *connection)
        .await?;
        if settled.rows_affected() == 0 {
            return Ok(());
        }
        sqlx::query(CLASSIFY)
            .bind(ec.as_str())
            .bind(notice.as_str())
            .bind(&key)
            .bind(ReceiptClass::SiblingConflict.word())
            .bind(ReceiptClass::Matched.word())
            .bind(ReceiptClass::AmountDiffers.word())
            .execute(&mut *connection)
            .await?;
        sqlx::query(
            "UPDATE position SET version = version + 1, \
             updated_at = CASE WHEN updated_at > $3 THEN updated_at ELSE $3 END WHERE ec = $1 AND iupd = \
             (SELECT n.iupd FROM notice n WHERE n.ec = $1 AND n.notice_number = $2)",
        )
        .bind(ec.as_str())
        .bind(notice.as_str())
        .bind(received_at)
        .execute(&mut *connection)
        .await?;
        sqlx::query(
            "UPDATE receipt SET class = $4 WHERE ec = $1 AND notice_number = $2 AND receipt_key <> $3 \
             AND issuer = $1 AND executed AND class = $5",
        )
        .bind(ec.as_str())
        .bind(notice.as_str())
        .bind(&key)
        .bind(ReceiptClass::OverPayment.word())
        .bind(ReceiptClass::UnknownNotice.word())
        .execute(&mut *connection)
        .await?;
        tracing::warn!("a position was paid before it appeared: its receipt is matched now");
        Ok(())
    }
}

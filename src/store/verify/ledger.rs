//! Receipts against notices: read notice by notice, in one snapshot, and judged by the domain.

use futures_util::TryStreamExt;

use crate::domain::invariants::{Ledger, NoticeName, PaidNoticeFact, ReceiptFact, Violation, violations};

use super::super::dialect::{for_both_engines, on_engine};
use super::super::{Store, StoreError};
use super::Found;

/// A receipt with the notice that it is of.
#[derive(sqlx::FromRow)]
struct Row {
    ec: String,
    receipt_id: String,
    issuer: String,
    notice_number: String,
    class: String,
    settles: bool,
    executed: bool,
    transfers: i64,
    notice_here: bool,
    notice_paid: bool,
    paid_receipt: Option<String>,
}

const RECEIPTS: &str = "SELECT r.ec, r.receipt_id, r.issuer, r.notice_number, r.class, r.settles, r.executed, \
    (SELECT COUNT(*) FROM receipt_transfer t WHERE t.ec = r.ec AND t.receipt_key = r.receipt_key) AS transfers, \
    CASE WHEN n.ec IS NULL THEN FALSE ELSE TRUE END AS notice_here, \
    CASE WHEN n.paid_at IS NULL THEN FALSE ELSE TRUE END AS notice_paid, n.paid_receipt \
    FROM receipt r LEFT JOIN notice n ON n.ec = r.issuer AND n.notice_number = r.notice_number \
    ORDER BY r.notice_number, r.issuer, r.ec, r.receipt_key";

/// Paid notices that no receipt is here of.
const WITHOUT: &str = "SELECT n.ec, n.notice_number, n.paid_receipt FROM notice n WHERE n.paid_at <> 0 \
    AND NOT EXISTS (SELECT 1 FROM receipt r WHERE r.notice_number = n.notice_number AND r.issuer = n.ec)";

const POSITIONS: &str = "SELECT ec, iupd, version FROM position WHERE version < 1";

impl Store {
    /// Every invariant of the ledger that is broken; none, if all is well. What lies in memory at a time is
    /// one notice with its receipts.
    pub async fn ledger_check(&self) -> Result<Vec<Violation>, StoreError> {
        let mut all = Vec::new();
        let mut found = |violation| all.push(violation);
        on_engine!(&self.pools, read, |pool, engine| engine::ledger_alone(pool, &mut found).await)
            .map_err(StoreError::during("ledger_check"))?;
        Ok(all)
    }
}

/// Puts the receipts of one notice, and the notice, before the domain.
#[derive(Default)]
struct Book {
    ledger: Ledger,
    notice: Option<NoticeName>,
}

impl Book {
    /// Adds a receipt; what was before it is judged if it is of another notice.
    fn add(&mut self, row: Row, found: Found<'_>) {
        let notice = NoticeName { ec: row.issuer, number: row.notice_number };
        if self.notice.as_ref() != Some(&notice) {
            self.close(found);
            match (row.notice_here, row.notice_paid) {
                (false, _) => {}
                (true, false) => self.ledger.unpaid_notices.push(notice.clone()),
                (true, true) => {
                    let (notice, receipt) = (notice.clone(), row.paid_receipt);
                    self.ledger.paid_notices.push(PaidNoticeFact { notice, receipt });
                }
            }
            self.notice = Some(notice.clone());
        }
        self.ledger.receipts.push(ReceiptFact {
            recipient: row.ec,
            id: row.receipt_id,
            notice,
            class: row.class,
            settles: row.settles,
            executed: row.executed,
            transfers: row.transfers,
        });
    }

    fn close(&mut self, found: Found<'_>) {
        violations(&std::mem::take(&mut self.ledger)).into_iter().for_each(found);
    }
}

for_both_engines! {
    pub(in crate::store) async fn ledger_alone(pool: &Pool, found: Found<'_>) -> Result<(), sqlx::Error> {
        let mut tx = begin(pool, BEGIN_SNAPSHOT).await?;
        sqlx::query(PLAN_WHOLE).execute(&mut *tx).await?;
        each_notice(&mut tx, found).await.map(drop)
    }

    /// Judges the ledger; says how many receipts it has.
    pub(in crate::store) async fn each_notice(connection: &mut Connection, found: Found<'_>) -> Result<u64, sqlx::Error> {
        let mut count = 0;
        let mut book = Book::default();
        let mut rows = sqlx::query_as::<_, Row>(RECEIPTS).fetch(&mut *connection);
        while let Some(row) = rows.try_next().await? {
            count += 1;
            book.add(row, found);
        }
        drop(rows);
        book.close(found);
        let mut rows = sqlx::query_as::<_, (String, String, Option<String>)>(WITHOUT).fetch(&mut *connection);
        while let Some((ec, number, receipt)) = rows.try_next().await? {
            let paid = PaidNoticeFact { notice: NoticeName { ec, number }, receipt };
            let ledger = Ledger { paid_notices: vec![paid], ..Ledger::default() };
            violations(&ledger).into_iter().for_each(&mut *found);
        }
        drop(rows);
        let positions = sqlx::query_as(POSITIONS).fetch_all(connection).await?;
        let ledger = Ledger { positions, ..Ledger::default() };
        violations(&ledger).into_iter().for_each(found);
        Ok(count)
    }
}

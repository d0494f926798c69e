//! Receipts that came before their position: the position is paid from the day it appears.
//!
//! On PostgreSQL a position and its receipt can be written at the same time without seeing each other;
//! so each side looks again after its commit, and whichever commits last sees both. What a crash between
//! the two leaves behind is looked for among the positions that changed last.

use jiff::Timestamp;
use tracing::Instrument as _;

use crate::domain::event::{Event, of_change};
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::ids::Iupd;
use crate::domain::notice_number::NoticeNumber;
use crate::domain::receipt::ReceiptClass;
use crate::store::anomalies::open as anomalies;
use crate::store::dialect::{Pools, for_both_engines, on_engine};
use crate::store::positions::bulk::insert::{self, Named};
use crate::store::positions::{read, until_no_conflict};
use crate::store::{Store, StoreError, events, rows};

use super::told::{ReceiptTold, TOLD_OF_NOTICE};

/// What a receipt that came first is for the notice that it settles: as `classify` has it, but for what
/// only the clock of its day could tell.
const CLASSIFY: &str = "UPDATE receipt SET settles = TRUE, class = (SELECT CASE \
     WHEN EXISTS (SELECT 1 FROM notice s WHERE s.ec = n.ec AND s.iupd = n.iupd \
         AND s.option_no <> n.option_no AND s.paid_at IS NOT NULL) THEN $4 \
     WHEN receipt.amount = n.amount AND receipt.amount = (SELECT SUM(t.amount) FROM receipt_transfer t \
         WHERE t.ec = receipt.ec AND t.receipt_key = receipt.receipt_key) THEN CASE WHEN receipt.stand_in = TRUE THEN $7 ELSE $5 END \
     ELSE $6 END FROM notice n WHERE n.ec = $1 AND n.notice_number = $2) \
     WHERE ec = $1 AND receipt_key = $3";

/// The receipt that settles a notice: the first that says that it was paid.
pub(in crate::store) const FIRST: &str = "SELECT r.receipt_key, r.received_at, n.iupd FROM receipt r \
     JOIN notice n ON n.ec = r.ec AND n.notice_number = r.notice_number WHERE r.ec = $1 AND r.notice_number = $2 AND r.issuer = $1 AND r.executed \
     ORDER BY r.received_at, r.receipt_key LIMIT 1";

/// Notices that are not paid although a receipt is booked for them, among those of the positions of a
/// creditor that changed since, the latest first.
pub(in crate::store) const MISSED: &str = "SELECT latest.ec, latest.notice_number FROM (SELECT n.ec, n.notice_number \
     FROM position p JOIN notice n ON n.ec = p.ec AND n.iupd = p.iupd WHERE p.ec = $1 AND p.updated_at <> 0 \
     AND p.updated_at >= $2 AND n.paid_at IS NULL ORDER BY p.updated_at DESC, p.iupd DESC LIMIT $3) latest \
     WHERE EXISTS (SELECT 1 FROM receipt r WHERE r.ec = latest.ec AND r.notice_number = latest.notice_number \
     AND r.issuer = r.ec AND r.executed LIMIT 1 OFFSET 0)";

/// How many notices of each creditor institution [`Store::link_missed`] looks at: far more than can be on
/// their way at any moment.
const LATEST: i64 = 10_000;

impl Store {
    /// Settles notices whose receipts were booked at the moment in which they were written, where a crash
    /// or a failure kept the writer from looking again; says how many. Looks at the unpaid notices of
    /// positions that changed since that instant, of each creditor institution at most 10 000, those that
    /// changed last.
    pub async fn link_missed(&self, since: Timestamp) -> Result<usize, StoreError> {
        let missed = on_engine!(&self.pools, read, |pool, engine| engine::missed(pool, since).await);
        let missed = missed.map_err(StoreError::during("link_missed"))?;
        for (ec, notice) in &missed {
            until_no_conflict!(on_engine!(&self.pools, write, |pool, engine| {
                engine::settle(pool, ec, notice).await
            }))?;
        }
        Ok(missed.len())
    }
}

/// Looks again for receipts that were booked while these notices were written. SQLite's one writer has
/// seen them. What is in place stays whatever comes of it: [`Store::link_missed`] comes later.
pub(in crate::store) async fn look_again(pools: &Pools, notices: &[Named<'_>]) {
    if let Pools::Postgres(pool) = pools {
        postgres::look_again(pool, notices).await;
    }
}

for_both_engines! {
    [insert, read, events, anomalies]

    /// Writes what is to be told, commits what brought these notices, and looks again for receipts that were booked meanwhile: in a
    /// task of its own, so that both are done even if the caller goes away.
    pub(in crate::store) async fn commit_linked(
        pool: &Pool,
        tx: sqlx::Transaction<'static, <Connection as sqlx::Connection>::Database>,
        notices: Vec<(FiscalCode, NoticeNumber)>,
        events: &[Event],
    ) -> Result<(), StoreError> {
        let failed = || StoreError::during("commit");
        let mut tx = tx;
        record(&mut tx, events).await.map_err(failed())?;
        if !LOCKS_ROWS || notices.is_empty() {
            return tx.commit().await.map_err(failed());
        }
        let pool = pool.clone();
        let task = async move {
            tx.commit().await.map_err(failed())?;
            let notices: Vec<Named<'_>> = notices.iter().map(|(ec, number)| (ec, number)).collect();
            look_again(&pool, &notices).await;
            Ok(())
        };
        tokio::spawn(task.in_current_span()).await.map_err(|_| StoreError::Closed)?
    }

    pub(super) async fn look_again(pool: &Pool, notices: &[Named<'_>]) {
        if let Err(error) = link_all(pool, notices).await {
            tracing::warn!(%error, "receipts that came with their notices could not be looked for");
        }
    }

    /// Settles those of the notices that receipts are booked for.
    async fn link_all(pool: &Pool, notices: &[Named<'_>]) -> Result<(), StoreError> {
        let failed = || StoreError::during("link a late receipt");
        let mut connection = pool.acquire().await.map_err(failed())?;
        let waiting = receipted(&mut connection, notices).await.map_err(failed())?;
        drop(connection);
        for (ec, notice) in &waiting {
            until_no_conflict!(settle(pool, ec, notice).await)?;
        }
        Ok(())
    }

    /// Settles a notice in a transaction of its own.
    pub(super) async fn settle(
        pool: &Pool,
        ec: &FiscalCode,
        notice: &NoticeNumber,
    ) -> Result<(), StoreError> {
        let failed = || StoreError::during("link a late receipt");
        let mut tx = begin(pool, BEGIN).await.map_err(failed())?;
        let events = link(&mut tx, ec, notice).await?;
        record(&mut tx, &events).await.map_err(failed())?;
        tx.commit().await.map_err(failed())
    }

    pub(super) async fn missed(
        pool: &Pool,
        since: Timestamp,
    ) -> Result<Vec<(FiscalCode, NoticeNumber)>, sqlx::Error> {
        let creditors: Vec<String> =
            sqlx::query_scalar("SELECT ec FROM creditor_institution ORDER BY ec").fetch_all(pool).await?;
        let mut missed = Vec::new();
        for ec in creditors {
            let found: Vec<(String, String)> = sqlx::query_as(MISSED)
                .bind(ec)
                .bind(since.as_microsecond())
                .bind(LATEST)
                .fetch_all(pool)
                .await?;
            missed.extend(found.iter().filter_map(|(ec, number)| {
                Some((FiscalCode::new(ec).ok()?, NoticeNumber::new(number).ok()?))
            }));
        }
        Ok(missed)
    }

    /// Settles those of the notices that receipts are booked for; says what is to be told of it.
    pub(in crate::store) async fn link_receipted(
        connection: &mut Connection,
        notices: &[Named<'_>],
    ) -> Result<Vec<Event>, StoreError> {
        let waiting = receipted(connection, notices).await;
        let mut waiting = waiting.map_err(StoreError::during("link a late receipt"))?;
        // One order for all writers and both engines: of two siblings the first is the one that settles.
        waiting.sort();
        let mut events = Vec::new();
        for (ec, notice) in waiting {
            events.extend(link(connection, &ec, &notice).await?);
        }
        Ok(events)
    }

    /// Settles a notice by the first receipt that is booked for it, if there is one and nothing else does;
    /// says what is to be told of it.
    async fn link(
        connection: &mut Connection,
        ec: &FiscalCode,
        notice: &NoticeNumber,
    ) -> Result<Vec<Event>, StoreError> {
        let failed = || StoreError::during("link a late receipt");
        let first: Option<(String, i64, String)> = sqlx::query_as(FIRST)
            .bind(ec.as_str())
            .bind(notice.as_str())
            .fetch_optional(&mut *connection)
            .await
            .map_err(failed())?;
        let Some((key, received_at, iupd)) = first else { return Ok(Vec::new()) };
        let iupd = rows::read(Iupd::new(&iupd), "iupd")?;
        let Some(before) = load_locked(connection, ec, &iupd).await? else { return Ok(Vec::new()) };
        let classes = classes(connection, ec, notice).await.map_err(failed())?;
        if !settle_by(connection, (ec, notice), &key, received_at).await.map_err(failed())? {
            return Ok(Vec::new());
        }
        let rows = load(&mut *connection, ec, &iupd).await.map_err(failed())?;
        let after = rows::position(&rows)?.ok_or(StoreError::Corrupt { what: "position" })?;
        let at = after.history.updated_at;
        let mut events = Vec::new();
        for row in of_notice_facts(connection, ec, notice).await.map_err(failed())? {
            let class_before = classes.iter().find(|(key, _)| *key == row.receipt_key).map(|(_, class)| class);
            events.extend(row.reclassified(&after, class_before.map(String::as_str), at)?);
        }
        let followed = follow_classes(connection, (ec, notice), &classes, at).await;
        events.extend(followed.map_err(failed())?);
        events.extend(of_change(Some(&before), Some(&after), at));
        Ok(events)
    }

    async fn classes(
        connection: &mut Connection,
        ec: &FiscalCode,
        notice: &NoticeNumber,
    ) -> Result<Vec<(String, String)>, sqlx::Error> {
        sqlx::query_as("SELECT receipt_key, class FROM receipt WHERE ec = $1 AND notice_number = $2")
            .bind(ec.as_str())
            .bind(notice.as_str())
            .fetch_all(connection)
            .await
    }

    async fn of_notice_facts(
        connection: &mut Connection,
        ec: &FiscalCode,
        notice: &NoticeNumber,
    ) -> Result<Vec<ReceiptTold>, sqlx::Error> {
        sqlx::query_as(TOLD_OF_NOTICE).bind(ec.as_str()).bind(notice.as_str()).fetch_all(connection).await
    }

    /// Writes that a receipt settles a notice; `false` if it is paid already.
    async fn settle_by(
        connection: &mut Connection,
        (ec, notice): Named<'_>,
        key: &str,
        received_at: i64,
    ) -> Result<bool, sqlx::Error> {
        let settled = sqlx::query(
            "UPDATE notice SET paid_at = COALESCE(r.paid_at, r.received_at), paid_receipt = r.receipt_id, \
             paid_fee = r.fee, paid_psp = r.psp_name, paid_method = r.method FROM receipt r \
             WHERE notice.ec = $1 AND notice.notice_number = $2 AND notice.paid_at IS NULL \
             AND r.ec = $1 AND r.receipt_key = $3",
        )
        .bind(ec.as_str())
        .bind(notice.as_str())
        .bind(key)
        .execute(&mut *connection)
        .await?;
        if settled.rows_affected() == 0 {
            return Ok(false);
        }
        sqlx::query(CLASSIFY)
            .bind(ec.as_str())
            .bind(notice.as_str())
            .bind(key)
            .bind(ReceiptClass::SiblingConflict.word())
            .bind(ReceiptClass::Matched.word())
            .bind(ReceiptClass::AmountDiffers.word())
            .bind(ReceiptClass::StandIn.word())
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
             AND issuer = $1 AND executed AND class IN ($5, $6)",
        )
        .bind(ec.as_str())
        .bind(notice.as_str())
        .bind(key)
        .bind(ReceiptClass::OverPayment.word())
        .bind(ReceiptClass::UnknownNotice.word())
        .bind(ReceiptClass::Partner.word())
        .execute(&mut *connection)
        .await?;
        tracing::warn!("a position was paid before it appeared: its receipt is matched now");
        Ok(true)
    }
}

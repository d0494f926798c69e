//! What callers read of files: which there are, and what became of their rows. And the end of it.

use jiff::Timestamp;

use crate::domain::fiscal_code::FiscalCode;
use crate::domain::ids::BrokerCode;
use crate::store::dialect::{for_both_engines, on_engine};
use crate::store::{Store, StoreError};

use super::{RowOutcome, Upload, UploadRow, upload_columns};

/// How many outcomes are deleted at once: receipts must not wait.
const PURGED_AT_ONCE: i64 = 2_000;

/// Which files a list shows.
#[derive(Clone, Debug)]
pub struct UploadPage {
    /// Whose positions they hold.
    pub ec: FiscalCode,
    /// Who sent them.
    pub broker: BrokerCode,
    /// Received at that instant or later.
    pub from: Timestamp,
    /// Received before that instant.
    pub until: Timestamp,
    /// Behind the file of that instant and name.
    pub after: Option<(Timestamp, String)>,
    /// How many at most.
    pub limit: u32,
}

impl Store {
    /// Files in the order in which they came.
    pub async fn uploads(&self, page: &UploadPage) -> Result<Vec<Upload>, StoreError> {
        let rows = on_engine!(&self.pools, read, |pool, engine| engine::page(pool, page).await);
        rows.map_err(StoreError::during("uploads"))?.into_iter().map(UploadRow::read).collect()
    }

    /// Outcomes of a file's rows from a row on, in their order.
    pub async fn row_outcomes(
        &self,
        upload: &Upload,
        from_row: i64,
        limit: i64,
    ) -> Result<Vec<RowOutcome>, StoreError> {
        on_engine!(&self.pools, read, |pool, engine| engine::outcomes(pool, upload, from_row, limit).await)
            .map_err(StoreError::during("row_outcomes"))
    }

    /// Deletes some outcomes of files received before an instant; `false` if none are left.
    pub async fn purge_uploads(&self, before: Timestamp, now: Timestamp) -> Result<bool, StoreError> {
        on_engine!(&self.pools, write, |pool, engine| engine::purge(pool, before, now).await)
            .map_err(StoreError::during("purge_uploads"))
    }
}

for_both_engines! {
    pub(super) async fn page(pool: &Pool, page: &UploadPage) -> Result<Vec<UploadRow>, sqlx::Error> {
        const PAGE: &str = concat!(
            "SELECT ",
            upload_columns!(),
            " FROM upload u WHERE u.ec = $1 AND u.broker = $2 AND u.received_at >= $3 AND u.received_at < $4 \
             AND (u.received_at > $5 OR (u.received_at = $5 AND u.upload_id > $6)) \
             ORDER BY u.received_at, u.upload_id LIMIT $7"
        );
        let (at, id) = page.after.as_ref().map_or((i64::MIN, ""), |(at, id)| (at.as_microsecond(), id));
        sqlx::query_as(PAGE)
            .bind(page.ec.as_str())
            .bind(page.broker.as_str())
            .bind(page.from.as_microsecond())
            .bind(page.until.as_microsecond())
            .bind(at)
            .bind(id)
            .bind(i64::from(page.limit))
            .fetch_all(pool)
            .await
    }

    pub(super) async fn outcomes(
        pool: &Pool,
        upload: &Upload,
        from_row: i64,
        limit: i64,
    ) -> Result<Vec<RowOutcome>, sqlx::Error> {
        sqlx::query_as(
            "SELECT row_no, line_no, iupd, status, code, message, detail, violations FROM upload_row \
             WHERE ec = $1 AND upload_id = $2 AND row_no >= $3 ORDER BY row_no LIMIT $4",
        )
        .bind(upload.ec.as_str())
        .bind(upload.id.as_str())
        .bind(from_row)
        .bind(limit)
        .fetch_all(pool)
        .await
    }

    pub(super) async fn purge(pool: &Pool, before: Timestamp, now: Timestamp) -> Result<bool, sqlx::Error> {
        let mut tx = begin(pool, BEGIN).await?;
        let oldest: Option<(String, String)> = sqlx::query_as(
            "SELECT ec, upload_id FROM upload WHERE purged_at IS NULL AND received_at < $1 \
             AND finished_at IS NOT NULL ORDER BY received_at, upload_id LIMIT 1",
        )
        .bind(before.as_microsecond())
        .fetch_optional(&mut *tx)
        .await?;
        let Some((ec, id)) = oldest else { return Ok(false) };
        let deleted = sqlx::query(
            "DELETE FROM upload_row WHERE ec = $1 AND upload_id = $2 AND row_no < $3 + (SELECT MIN(row_no) \
             FROM upload_row WHERE ec = $1 AND upload_id = $2)",
        )
        .bind(&ec)
        .bind(&id)
        .bind(PURGED_AT_ONCE)
        .execute(&mut *tx)
        .await?;
        if deleted.rows_affected() == 0 {
            sqlx::query("UPDATE upload SET purged_at = $3 WHERE ec = $1 AND upload_id = $2")
                .bind(&ec)
                .bind(&id)
                .bind(now.as_microsecond())
                .execute(&mut *tx)
                .await?;
        }
        tx.commit().await?;
        Ok(true)
    }
}

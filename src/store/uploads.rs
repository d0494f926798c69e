//! Files of positions: what was received, who works on it, and what became of each row.
//!
//! The outcome of a row is written in the commit that carries the row out, so that a process that dies
//! loses nothing and repeats nothing: whoever goes on begins behind the last row that has an outcome.

mod apply;
mod list;
mod row;

use jiff::{SignedDuration, Timestamp};

use crate::domain::fiscal_code::FiscalCode;
use crate::domain::ids::BrokerCode;
use crate::domain::segregation::Segregation;

use super::dialect::{for_both_engines, on_engine};
use super::idempotency::{self, Once, Outcome};
use super::positions::segregation::{codes, scope};
use super::positions::until_no_conflict;
use super::rows::{instant, optional_instant, read};
use super::{Store, StoreError};

pub use list::UploadPage;
pub use row::{Applied, RowEnd, RowJob, RowOutcome, Verdict, Work};

/// How long a worker that says nothing more is taken to be alive.
const LEASE: SignedDuration = SignedDuration::from_secs(10);

/// What a file asks for each of its rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// A new position.
    Create,
    /// A position takes the place of the one of its name.
    Update,
    /// The position of a name goes.
    Delete,
}

/// Whether positions of a file are on offer afterwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offer {
    /// They are published.
    Published,
    /// They are drafts.
    Drafts,
}

/// Whether a file is carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// It is.
    Real,
    /// Its outcome is only told.
    DryRun,
}

/// A file that was received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// Whose positions it holds.
    pub ec: FiscalCode,
    /// Its name, one of the creditor institution's.
    pub id: String,
    /// Who sent it.
    pub broker: BrokerCode,
    /// Which notices its sender may work with.
    pub scope: Segregation,
    /// What it asks for.
    pub operation: Operation,
    /// Whether its positions are on offer afterwards.
    pub offer: Offer,
    /// Whether it is carried out.
    pub mode: Mode,
    /// How many rows it has.
    pub submitted: i64,
    /// When it was received.
    pub received_at: Timestamp,
    /// How many rows have an outcome.
    pub processed: i64,
    /// When its last row was done, if it was.
    pub finished: Option<Finished>,
    /// When the outcomes of its rows were deleted, if they were.
    pub purged_at: Option<Timestamp>,
}

/// The end of the work on a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finished {
    /// When.
    pub at: Timestamp,
    /// How many rows were carried out.
    pub succeeded: i64,
}

/// Who works on a file.
#[derive(Clone, Copy, Debug)]
pub struct Lease<'a> {
    /// The file.
    pub upload: &'a Upload,
    /// The worker.
    pub worker: i64,
    /// What time it is.
    pub now: Timestamp,
}

impl Operation {
    /// Its word in the database.
    pub const fn word(self) -> &'static str {
        match self {
            Operation::Create => "create",
            Operation::Update => "update",
            Operation::Delete => "delete",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        [Operation::Create, Operation::Update, Operation::Delete]
            .into_iter()
            .find(|known| known.word() == word)
    }
}

/// The columns of [`UploadRow`]. Rows are done in order, so the last tells how many.
macro_rules! upload_columns {
    () => {
        "u.ec, u.upload_id, u.broker, u.segregation, u.operation, u.to_publish, u.dry_run, u.submitted, u.received_at, \
         u.finished_at, u.succeeded, u.purged_at, \
         (SELECT MAX(r.row_no) FROM upload_row r WHERE r.ec = u.ec AND r.upload_id = u.upload_id) AS last_row"
    };
}
use upload_columns;

#[derive(Debug, sqlx::FromRow)]
struct UploadRow {
    ec: String,
    upload_id: String,
    broker: String,
    segregation: Option<String>,
    operation: String,
    to_publish: bool,
    dry_run: bool,
    submitted: i64,
    received_at: i64,
    finished_at: Option<i64>,
    succeeded: Option<i64>,
    purged_at: Option<i64>,
    last_row: Option<i64>,
}

impl UploadRow {
    fn read(self) -> Result<Upload, StoreError> {
        let finished = self.finished_at.zip(self.succeeded);
        let processed = match (finished, self.purged_at) {
            (Some(_), Some(_)) => self.submitted,
            _ => self.last_row.map_or(0, |last| last + 1),
        };
        Ok(Upload {
            ec: read(FiscalCode::new(&self.ec), "fiscal code")?,
            id: self.upload_id,
            broker: read(BrokerCode::new(&self.broker), "broker code")?,
            scope: scope(self.segregation.as_deref())?,
            operation: Operation::from_word(&self.operation)
                .ok_or(StoreError::Corrupt { what: "operation of an upload" })?,
            offer: if self.to_publish { Offer::Published } else { Offer::Drafts },
            mode: if self.dry_run { Mode::DryRun } else { Mode::Real },
            submitted: self.submitted,
            received_at: instant(self.received_at)?,
            processed,
            finished: finished
                .map(|(at, succeeded)| Ok::<_, StoreError>(Finished { at: instant(at)?, succeeded }))
                .transpose()?,
            purged_at: optional_instant(self.purged_at)?,
        })
    }
}

impl Store {
    /// Keeps a file that was received whole.
    pub async fn add_upload(&self, upload: &Upload) -> Result<(), StoreError> {
        on_engine!(&self.pools, write, |pool, engine| engine::add(pool, upload).await)
            .map_err(StoreError::during("add_upload"))
    }

    /// The same for a request that is carried out once: the answer is kept in the same transaction.
    pub async fn add_upload_once(
        &self,
        upload: &Upload,
        once: Once<'_, Upload>,
    ) -> Result<Outcome, StoreError> {
        until_no_conflict!(on_engine!(&self.pools, write, |pool, engine| {
            engine::add_once(pool, upload, &once).await
        }))
    }

    /// The file of that name.
    pub async fn upload(&self, ec: &FiscalCode, id: &str) -> Result<Option<Upload>, StoreError> {
        let row = on_engine!(&self.pools, read, |pool, engine| engine::find(pool, ec, id).await);
        row.map_err(StoreError::during("upload"))?.map(UploadRow::read).transpose()
    }

    /// Files that nobody works on, the oldest first.
    pub async fn waiting_uploads(&self, now: Timestamp) -> Result<Vec<Upload>, StoreError> {
        let rows = on_engine!(&self.pools, read, |pool, engine| engine::waiting(pool, now).await);
        rows.map_err(StoreError::during("waiting_uploads"))?.into_iter().map(UploadRow::read).collect()
    }

    /// Takes a file that nobody works on; `false` if somebody was faster.
    pub async fn claim_upload(&self, lease: Lease<'_>) -> Result<bool, StoreError> {
        on_engine!(&self.pools, write, |pool, engine| engine::claim(pool, lease).await)
            .map_err(StoreError::during("claim_upload"))
    }

    /// Gives a file back before its end, so that another worker need not wait.
    pub async fn release_upload(&self, lease: Lease<'_>) -> Result<(), StoreError> {
        on_engine!(&self.pools, write, |pool, engine| engine::release(pool, lease).await)
            .map_err(StoreError::during("release_upload"))
    }

    /// Takes note that no row of the file is left to do, or that the rest is lost.
    pub async fn finish_upload(&self, lease: Lease<'_>) -> Result<Applied, StoreError> {
        let finished = on_engine!(&self.pools, write, |pool, engine| engine::finish(pool, lease).await);
        let finished = finished.map_err(StoreError::during("finish_upload"))?;
        Ok(if finished { Applied::Done } else { Applied::LeaseLost })
    }

    /// Forgets the outcomes of a dry run that was cut off: it wrote nothing, and begins anew.
    pub async fn restart_upload(&self, lease: Lease<'_>) -> Result<(), StoreError> {
        on_engine!(&self.pools, write, |pool, engine| engine::restart(pool, lease).await)
            .map_err(StoreError::during("restart_upload"))
    }
}

fn held_until(now: Timestamp) -> i64 {
    now.saturating_add(LEASE).map_or(i64::MAX, Timestamp::as_microsecond)
}

/// A lease far beyond its length was given by a clock that has since been set back.
fn too_long(now: Timestamp) -> i64 {
    now.saturating_add(LEASE + LEASE).map_or(i64::MAX, Timestamp::as_microsecond)
}

for_both_engines! {
    [idempotency]

    pub(super) async fn add<'c>(
        executor: impl sqlx::Executor<'c, Database = <Connection as sqlx::Connection>::Database>,
        upload: &Upload,
    ) -> Result<(), sqlx::Error> {
        sqlx::query(
            "INSERT INTO upload (ec, upload_id, broker, operation, to_publish, dry_run, submitted, received_at, \
             segregation) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(upload.ec.as_str())
        .bind(upload.id.as_str())
        .bind(upload.broker.as_str())
        .bind(upload.operation.word())
        .bind(upload.offer == Offer::Published)
        .bind(upload.mode == Mode::DryRun)
        .bind(upload.submitted)
        .bind(upload.received_at.as_microsecond())
        .bind(codes(&upload.scope))
        .execute(executor)
        .await
        .map(drop)
    }

    pub(super) async fn add_once(
        pool: &Pool,
        upload: &Upload,
        once: &Once<'_, Upload>,
    ) -> Result<Outcome, StoreError> {
        let failed = || StoreError::during("add_upload");
        let mut tx = begin(pool, BEGIN).await.map_err(failed())?;
        if let Some(before) = claim_key(&mut tx, once.request).await? {
            return Ok(Outcome::Before(before));
        }
        add(&mut *tx, upload).await.map_err(failed())?;
        let answer = keep_answer(&mut tx, once, upload).await?;
        tx.commit().await.map_err(failed())?;
        Ok(Outcome::Now(answer))
    }

    pub(super) async fn find(pool: &Pool, ec: &FiscalCode, id: &str) -> Result<Option<UploadRow>, sqlx::Error> {
        const FIND: &str = concat!("SELECT ", upload_columns!(), " FROM upload u WHERE u.ec = $1 AND u.upload_id = $2");
        sqlx::query_as(FIND).bind(ec.as_str()).bind(id).fetch_optional(pool).await
    }

    pub(super) async fn waiting(pool: &Pool, now: Timestamp) -> Result<Vec<UploadRow>, sqlx::Error> {
        const WAITING: &str = concat!(
            "SELECT ",
            upload_columns!(),
            " FROM upload u WHERE u.finished_at IS NULL \
             AND (u.held_until IS NULL OR u.held_until < $1 OR u.held_until > $2) ORDER BY u.received_at LIMIT 100"
        );
        sqlx::query_as(WAITING).bind(now.as_microsecond()).bind(too_long(now)).fetch_all(pool).await
    }

    pub(super) async fn claim(pool: &Pool, lease: Lease<'_>) -> Result<bool, sqlx::Error> {
        let claimed = sqlx::query(
            "UPDATE upload SET worker = $3, held_until = $4 WHERE ec = $1 AND upload_id = $2 \
             AND finished_at IS NULL AND (held_until IS NULL OR held_until < $5 OR held_until > $6)",
        )
        .bind(lease.upload.ec.as_str())
        .bind(lease.upload.id.as_str())
        .bind(lease.worker)
        .bind(held_until(lease.now))
        .bind(lease.now.as_microsecond())
        .bind(too_long(lease.now))
        .execute(pool)
        .await?;
        Ok(claimed.rows_affected() == 1)
    }

    pub(super) async fn release(pool: &Pool, lease: Lease<'_>) -> Result<(), sqlx::Error> {
        sqlx::query("UPDATE upload SET held_until = NULL WHERE ec = $1 AND upload_id = $2 AND worker = $3")
            .bind(lease.upload.ec.as_str())
            .bind(lease.upload.id.as_str())
            .bind(lease.worker)
            .execute(pool)
            .await
            .map(drop)
    }

    pub(super) async fn finish(pool: &Pool, lease: Lease<'_>) -> Result<bool, sqlx::Error> {
        let finished = sqlx::query(
            "UPDATE upload SET finished_at = $4, succeeded = (SELECT COUNT(*) FROM upload_row r \
             WHERE r.ec = $1 AND r.upload_id = $2 AND r.status < 400) \
             WHERE ec = $1 AND upload_id = $2 AND worker = $3 AND finished_at IS NULL",
        )
        .bind(lease.upload.ec.as_str())
        .bind(lease.upload.id.as_str())
        .bind(lease.worker)
        .bind(lease.now.as_microsecond())
        .execute(pool)
        .await?;
        Ok(finished.rows_affected() == 1)
    }

    pub(super) async fn restart(pool: &Pool, lease: Lease<'_>) -> Result<(), sqlx::Error> {
        sqlx::query(
            "DELETE FROM upload_row WHERE ec = $1 AND upload_id = $2 AND EXISTS (SELECT 1 FROM upload u \
             WHERE u.ec = $1 AND u.upload_id = $2 AND u.worker = $3 AND u.dry_run)",
        )
        .bind(lease.upload.ec.as_str())
        .bind(lease.upload.id.as_str())
        .bind(lease.worker)
        .execute(pool)
        .await
        .map(drop)
    }

    /// Whether the worker still has the file; then it has it for a while longer.
    pub(super) async fn renew(connection: &mut Connection, lease: Lease<'_>) -> Result<bool, sqlx::Error> {
        let renewed = sqlx::query(
            "UPDATE upload SET held_until = $4 WHERE ec = $1 AND upload_id = $2 AND worker = $3 \
             AND finished_at IS NULL",
        )
        .bind(lease.upload.ec.as_str())
        .bind(lease.upload.id.as_str())
        .bind(lease.worker)
        .bind(held_until(lease.now))
        .execute(connection)
        .await?;
        Ok(renewed.rows_affected() == 1)
    }
}

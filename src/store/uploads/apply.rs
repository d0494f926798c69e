//! Rows carried out, with their outcomes in the same commit.

use std::time::Duration;

use sqlx::Connection as _;

use crate::domain::ids::Iupd;
use crate::domain::position::Position;
use crate::store::dialect::{Bulk, for_both_engines, on_engine, runs};
use crate::store::positions::{self as whole, CreateError, ReplaceError, bulk, read, replace};
use crate::store::{Store, StoreError};

use super::super::uploads;
use super::{Applied, Lease, Mode, RowEnd, RowJob, Verdict, Work};

/// How often rows are tried that meet other writers the wrong way round.
const ATTEMPTS: u32 = 5;

static INSERT_OUTCOMES: Bulk = Bulk::new(
    "INSERT INTO upload_row (ec, upload_id, row_no, line_no, iupd, status, code, message, detail, violations) \
     VALUES ",
    "(#, #, #, #, #, #, #, #, #, #)",
    "",
);

impl Store {
    /// Carries rows out, in their order, and keeps the outcome of each, all in one commit; a dry run
    /// keeps the outcomes only. A row that the store cannot write spoils no other.
    pub async fn apply_rows(&self, lease: Lease<'_>, jobs: &[RowJob<'_>]) -> Result<Applied, StoreError> {
        let error = match self.apply_together(lease, jobs).await {
            Ok(applied) => return Ok(applied),
            Err(error) if error.is_about_one_request() => error,
            Err(error) => return Err(error),
        };
        tracing::warn!(%error, rows = jobs.len(), "rows of an upload are tried one by one");
        for job in jobs {
            let one = std::slice::from_ref(job);
            let applied = match self.apply_together(lease, one).await {
                Err(error) if error.is_about_one_request() => {
                    tracing::error!(%error, row = job.row_no, "a row of an upload cannot be written");
                    let failed = RowJob {
                        row_no: job.row_no,
                        line: job.line,
                        iupd: job.iupd.clone(),
                        work: Work::Refused((job.tell)(RowEnd::Failed)),
                        tell: Box::new(|end| (job.tell)(end)),
                    };
                    self.apply_together(lease, &[failed]).await?
                }
                applied => applied?,
            };
            if applied == Applied::LeaseLost {
                return Ok(applied);
            }
        }
        Ok(Applied::Done)
    }

    async fn apply_together(&self, lease: Lease<'_>, jobs: &[RowJob<'_>]) -> Result<Applied, StoreError> {
        let mut attempt = 1;
        let written = loop {
            let applied = on_engine!(&self.pools, write, |pool, engine| engine::apply(pool, lease, jobs).await);
            match applied {
                Err(error) if error.is_conflict() && attempt < ATTEMPTS => {
                    tokio::time::sleep(Duration::from_millis(10) * attempt).await;
                    attempt += 1;
                }
                applied => break applied?,
            }
        };
        let Some(written) = written else { return Ok(Applied::LeaseLost) };
        self.link_late_all(&written.iter().collect::<Vec<_>>()).await?;
        Ok(Applied::Done)
    }
}

/// The position that a row wants to create.
fn creation<'a>(job: &'a RowJob<'_>) -> Option<&'a Position> {
    match &job.work {
        Work::Create(position) => Some(position),
        Work::Refused(_) | Work::Replace(_) | Work::Delete(_) => None,
    }
}

/// The positions that rows want to change.
fn changed<'a>(jobs: &'a [RowJob<'_>]) -> Vec<&'a Iupd> {
    let changes = jobs.iter().filter(|job| matches!(job.work, Work::Replace(_) | Work::Delete(_)));
    changes.filter_map(|job| job.iupd.as_ref()).collect()
}

/// What the rows of one commit came to: an outcome for each, and the positions that were written over.
type Worked = (Vec<Verdict>, Vec<Position>);

for_both_engines! {
    [whole, bulk, read, replace, uploads]

    /// The positions that were written; `None` if another worker has the file.
    pub(super) async fn apply(
        pool: &Pool,
        lease: Lease<'_>,
        jobs: &[RowJob<'_>],
    ) -> Result<Option<Vec<Position>>, StoreError> {
        let failed = || StoreError::during("apply_rows");
        let mut tx = pool.begin_with(BEGIN).await.map_err(failed())?;
        if !renew(&mut tx, lease).await.map_err(failed())? {
            return Ok(None);
        }
        let mut work = tx.begin().await.map_err(failed())?;
        lock_named(&mut work, &lease.upload.ec, &changed(jobs)).await?;
        let (verdicts, written) = work_on(&mut work, lease, jobs).await?;
        match lease.upload.mode {
            Mode::Real => work.commit().await.map_err(failed())?,
            Mode::DryRun => work.rollback().await.map_err(failed())?,
        }
        keep(&mut tx, lease, jobs, &verdicts).await.map_err(failed())?;
        tx.commit().await.map_err(failed())?;
        Ok(Some(if lease.upload.mode == Mode::Real { written } else { Vec::new() }))
    }

    async fn work_on(
        connection: &mut Connection,
        lease: Lease<'_>,
        jobs: &[RowJob<'_>],
    ) -> Result<Worked, StoreError> {
        let failed = || StoreError::during("apply_rows");
        let new: Vec<&Position> = jobs.iter().filter_map(creation).collect();
        let together = !new.is_empty() && create_many(connection, &new).await?;
        let mut verdicts = Vec::with_capacity(jobs.len());
        let mut written: Vec<Position> = new.into_iter().cloned().collect();
        for job in jobs {
            if together && creation(job).is_some() {
                verdicts.push((job.tell)(RowEnd::Done));
                continue;
            }
            // What a row did before it was refused is undone, and the next rows go on.
            let mut tx = connection.begin().await.map_err(failed())?;
            match one_row(&mut tx, lease, job).await? {
                Ok(replaced) => {
                    tx.commit().await.map_err(failed())?;
                    written.extend(replaced);
                    verdicts.push((job.tell)(RowEnd::Done));
                }
                Err(verdict) => {
                    tx.rollback().await.map_err(failed())?;
                    verdicts.push(verdict);
                }
            }
        }
        Ok((verdicts, written))
    }

    /// The position that was written over, if one was.
    async fn one_row(
        connection: &mut Connection,
        lease: Lease<'_>,
        job: &RowJob<'_>,
    ) -> Result<Result<Option<Position>, Verdict>, StoreError> {
        let ec = &lease.upload.ec;
        let end = match (&job.work, &job.iupd) {
            (Work::Refused(verdict), _) => return Ok(Err(verdict.clone())),
            (Work::Create(position), _) => match insert_whole(connection, position).await {
                Ok(()) => RowEnd::Done,
                Err(CreateError::IupdTaken) => RowEnd::IupdTaken,
                Err(CreateError::NoticeTaken(number)) => RowEnd::NoticeTaken(number),
                Err(CreateError::Store(error)) => return Err(error),
            },
            (Work::Replace(_) | Work::Delete(_), None) => RowEnd::Unknown,
            (Work::Replace(replace), Some(iupd)) => {
                let Some(before) = load_locked(connection, ec, iupd).await? else {
                    return Ok(Err((job.tell)(RowEnd::Unknown)));
                };
                let after = match replace(&before) {
                    Ok(after) => after,
                    Err(verdict) => return Ok(Err(verdict)),
                };
                match save(connection, &before, &after).await {
                    Ok(()) => return Ok(Ok(Some(after))),
                    Err(ReplaceError::NoticeTaken(number)) => RowEnd::NoticeTaken(number),
                    Err(ReplaceError::Store(error)) => return Err(error),
                }
            }
            (Work::Delete(check), Some(iupd)) => {
                let Some(position) = load_locked(connection, ec, iupd).await? else {
                    return Ok(Err((job.tell)(RowEnd::Unknown)));
                };
                if let Err(verdict) = check(&position) {
                    return Ok(Err(verdict));
                }
                let deleted = delete_whole(connection, &position).await;
                deleted.map_err(StoreError::during("apply_rows"))?;
                RowEnd::Done
            }
        };
        Ok(if end == RowEnd::Done { Ok(None) } else { Err((job.tell)(end)) })
    }

    async fn keep(
        connection: &mut Connection,
        lease: Lease<'_>,
        jobs: &[RowJob<'_>],
        verdicts: &[Verdict],
    ) -> Result<(), sqlx::Error> {
        let outcomes: Vec<(&RowJob<'_>, &Verdict)> = jobs.iter().zip(verdicts).collect();
        for run in runs(&outcomes) {
            let mut query = sqlx::query(INSERT_OUTCOMES.text(run.len()));
            for (job, verdict) in run {
                query = query
                    .bind(lease.upload.ec.as_str())
                    .bind(lease.upload.id.as_str())
                    .bind(job.row_no)
                    .bind(job.line)
                    .bind(job.iupd.as_ref().map(Iupd::as_str))
                    .bind(i64::from(verdict.status))
                    .bind(verdict.code.as_deref())
                    .bind(verdict.message.as_str())
                    .bind(verdict.detail.as_deref())
                    .bind(verdict.violations.as_deref());
            }
            query.execute(&mut *connection).await?;
        }
        Ok(())
    }
}

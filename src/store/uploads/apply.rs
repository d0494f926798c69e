//! Rows carried out, with their outcomes in the same commit.

use std::time::Duration;

use sqlx::Connection as _;

use crate::domain::event::{Event, of_change};
use crate::domain::ids::Iupd;
use crate::domain::notice_number::NoticeNumber;
use crate::domain::position::Position;
use crate::store::dialect::{Bulk, for_both_engines, on_engine, runs};
use crate::store::numbers::{self, Numbered};
use crate::store::positions::bulk::insert;
use crate::store::positions::{self as whole, CreateError, ReplaceError, bulk, read, replace};
use crate::store::receipts::late;
use crate::store::{Store, StoreError, events};

use super::super::uploads;
use super::{Applied, Lease, Mode, RowEnd, RowJob, Verdict, Work};

/// How often rows are tried that meet other writers the wrong way round.
const ATTEMPTS: u32 = 5;

/// How often a number is drawn for a row.
const DRAWS: u32 = 10;

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
            let applied =
                on_engine!(&self.pools, write, |pool, engine| engine::apply(pool, lease, jobs).await);
            match applied {
                Err(error) if error.is_conflict() && attempt < ATTEMPTS => {
                    tokio::time::sleep(Duration::from_millis(10) * attempt).await;
                    attempt += 1;
                }
                applied => break applied?,
            }
        };
        let Some(written) = written else { return Ok(Applied::LeaseLost) };
        let named = written
            .iter()
            .flat_map(|position| position.notices().map(|notice| (&position.ec, &notice.number)));
        late::look_again(&self.pools, &named.collect::<Vec<_>>()).await;
        Ok(Applied::Done)
    }
}

/// The position that a row wants to create.
fn creation<'a>(job: &'a RowJob<'_>) -> Option<&'a Numbered> {
    match &job.work {
        Work::Create(new, _) => Some(new),
        Work::Refused(_) | Work::Replace(_) | Work::Delete(_) => None,
    }
}

/// The positions that rows want to change.
fn changed<'a>(jobs: &'a [RowJob<'_>]) -> Vec<&'a Iupd> {
    let changes = jobs.iter().filter(|job| matches!(job.work, Work::Replace(_) | Work::Delete(_)));
    changes.filter_map(|job| job.iupd.as_ref()).collect()
}

/// How one attempt at a row ended.
enum Step {
    /// It is done; this was written, if not what everybody knows, and this is to be told.
    Done(Option<Position>, Vec<Event>),
    /// It is refused.
    Refused(Verdict),
    /// A number that was drawn for it is taken.
    Taken(NoticeNumber),
}

/// What a row wrote, if not what everybody knows, and what is to be told of it.
type Written = (Option<Position>, Vec<Event>);

/// What a number that is taken means: another is drawn for those that we chose.
fn taken(job: &RowJob<'_>, number: NoticeNumber, generated: &[NoticeNumber]) -> Step {
    if generated.contains(&number) {
        Step::Taken(number)
    } else {
        Step::Refused((job.tell)(RowEnd::NoticeTaken(number)))
    }
}

/// What the rows of one commit came to.
#[derive(Default)]
struct Worked {
    /// An outcome for each.
    verdicts: Vec<Verdict>,
    /// The positions that were written.
    written: Vec<Position>,
    /// What is to be told.
    events: Vec<Event>,
}

for_both_engines! {
    [whole, bulk, insert, read, replace, numbers, uploads, events]

    /// The positions that were written; `None` if another worker has the file.
    pub(super) async fn apply(
        pool: &Pool,
        lease: Lease<'_>,
        jobs: &[RowJob<'_>],
    ) -> Result<Option<Vec<Position>>, StoreError> {
        let failed = || StoreError::during("apply_rows");
        let mut tx = begin(pool, BEGIN).await.map_err(failed())?;
        if !renew(&mut tx, lease).await.map_err(failed())? {
            return Ok(None);
        }
        let mut work = tx.begin().await.map_err(failed())?;
        lock_named(&mut work, &lease.upload.ec, &changed(jobs)).await?;
        let Worked { verdicts, written, events } = work_on(&mut work, lease, jobs).await?;
        match lease.upload.mode {
            Mode::Real => work.commit().await.map_err(failed())?,
            Mode::DryRun => work.rollback().await.map_err(failed())?,
        }
        keep(&mut tx, lease, jobs, &verdicts).await.map_err(failed())?;
        if lease.upload.mode == Mode::Real {
            record(&mut tx, &events).await.map_err(failed())?;
        }
        tx.commit().await.map_err(failed())?;
        Ok(Some(if lease.upload.mode == Mode::Real { written } else { Vec::new() }))
    }

    async fn work_on(
        connection: &mut Connection,
        lease: Lease<'_>,
        jobs: &[RowJob<'_>],
    ) -> Result<Worked, StoreError> {
        let new: Vec<&Numbered> = jobs.iter().filter_map(creation).collect();
        let created = if new.is_empty() { None } else { create_many(connection, &new).await? };
        let together = created.is_some();
        let mut worked = Worked { events: created.unwrap_or_default(), ..Worked::default() };
        worked.written.extend(new.iter().map(|numbered| numbered.position.clone()));
        for job in jobs {
            if together && creation(job).is_some() {
                worked.verdicts.push((job.tell)(RowEnd::Done));
                continue;
            }
            match drawn(connection, lease, job).await? {
                Ok((position, events)) => {
                    worked.written.extend(position);
                    worked.events.extend(events);
                    worked.verdicts.push((job.tell)(RowEnd::Done));
                }
                Err(verdict) => worked.verdicts.push(verdict),
            }
        }
        Ok(worked)
    }

    /// Tries a row until the numbers that are drawn for it are free.
    async fn drawn(
        connection: &mut Connection,
        lease: Lease<'_>,
        job: &RowJob<'_>,
    ) -> Result<Result<Written, Verdict>, StoreError> {
        let failed = || StoreError::during("apply_rows");
        let mut anew: Option<Numbered> = None;
        let mut draws = 1;
        loop {
            // What a row did before it was refused is undone, and the next rows go on.
            let mut tx = connection.begin().await.map_err(failed())?;
            let step = one_row(&mut tx, lease, job, anew.as_ref()).await?;
            let refused = match step {
                Step::Done(replaced, events) => {
                    tx.commit().await.map_err(failed())?;
                    return Ok(Ok((replaced.or(anew.map(|numbered| numbered.position)), events)));
                }
                Step::Taken(_) if draws < DRAWS => None,
                Step::Taken(number) => Some((job.tell)(RowEnd::NoticeTaken(number))),
                Step::Refused(verdict) => Some(verdict),
            };
            tx.rollback().await.map_err(failed())?;
            if let Some(refused) = refused {
                return Ok(Err(refused));
            }
            draws += 1;
            if let Work::Create(_, again) = &job.work {
                match again() {
                    Ok(numbered) => anew = Some(numbered),
                    Err(verdict) => return Ok(Err(verdict)),
                }
            }
        }
    }

    async fn one_row(
        connection: &mut Connection,
        lease: Lease<'_>,
        job: &RowJob<'_>,
        anew: Option<&Numbered>,
    ) -> Result<Step, StoreError> {
        let ec = &lease.upload.ec;
        let refused = |end| Ok(Step::Refused((job.tell)(end)));
        let iupd = match (&job.work, &job.iupd) {
            (Work::Refused(verdict), _) => return Ok(Step::Refused(verdict.clone())),
            (Work::Create(first, _), _) => {
                let Numbered { position, generated } = anew.unwrap_or(first);
                return match insert_whole(connection, position, generated).await {
                    Ok(events) => Ok(Step::Done(None, events)),
                    Err(CreateError::IupdTaken) => refused(RowEnd::IupdTaken),
                    Err(CreateError::NoticeTaken(number)) => Ok(taken(job, number, generated)),
                    Err(CreateError::Store(error)) => Err(error),
                };
            }
            (Work::Replace(_) | Work::Delete(_), None) => return refused(RowEnd::Unknown),
            (Work::Replace(_) | Work::Delete(_), Some(iupd)) => iupd,
        };
        let Some(before) = load_locked(connection, ec, iupd).await? else { return refused(RowEnd::Unknown) };
        match &job.work {
            Work::Replace(replace) => match replace(&before) {
                Ok(numbered) => write_over(connection, job, &before, numbered).await,
                Err(verdict) => Ok(Step::Refused(verdict)),
            },
            Work::Delete(check) => {
                if let Err(verdict) = check(&before) {
                    return Ok(Step::Refused(verdict));
                }
                let deleted = delete_whole(connection, &before).await;
                deleted.map_err(StoreError::during("apply_rows"))?;
                Ok(Step::Done(None, of_change(Some(&before), None, lease.now)))
            }
            Work::Refused(_) | Work::Create(..) => Ok(Step::Done(None, Vec::new())),
        }
    }

    async fn write_over(
        connection: &mut Connection,
        job: &RowJob<'_>,
        before: &Position,
        Numbered { position: after, generated }: Numbered,
    ) -> Result<Step, StoreError> {
        let events = match save(connection, before, &after).await {
            Ok(events) => events,
            Err(ReplaceError::NoticeTaken(number)) => return Ok(taken(job, number, &generated)),
            Err(ReplaceError::Store(error)) => return Err(error),
        };
        let seen = first_seen(connection, &after.ec, &generated).await;
        match seen.map_err(StoreError::during("apply_rows"))? {
            Some(number) => Ok(taken(job, number, &generated)),
            None => Ok(Step::Done(Some(after), events)),
        }
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

//! Activations: when the node last asked for a notice in order to have it paid, many to a commit.
//!
//! Written under the lock on the position, so that whoever changes the position either comes first, and the
//! node is told what was written, or comes after, and sees that a payment may be under way.

use jiff::Timestamp;
use tokio::sync::oneshot;

use crate::domain::fiscal_code::FiscalCode;
use crate::domain::notice_number::NoticeNumber;

use super::batch::Batcher;
use super::dialect::{BATCH, Bulk, NOBODY, Pools, filled, for_both_engines, on_engine};
use super::{Store, StoreError};

/// How many commits are prepared at the same time; SQLite lets one through at a time anyway.
const WRITERS: usize = 2;

/// How often a batch is done again when the engine gave up on a conflict.
const ATTEMPTS: usize = 3;

const UNAVAILABLE: StoreError = StoreError::Unavailable { during: "activate_notice" };

/// The order of its fields is that of the rows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Activation {
    ec: FiscalCode,
    notice: NoticeNumber,
    at: Timestamp,
}

#[derive(Debug)]
pub(super) struct Job {
    activation: Activation,
    reply: oneshot::Sender<Result<(), StoreError>>,
}

/// The writers of activations.
#[derive(Debug)]
pub(super) struct ActivationWriter {
    batcher: Batcher<Job>,
}

impl ActivationWriter {
    pub(super) fn start(pools: Pools) -> Self {
        let serve = move |jobs: Vec<Job>| {
            let pools = pools.clone();
            async move { serve(&pools, jobs).await }
        };
        ActivationWriter { batcher: Batcher::start(WRITERS, serve) }
    }
}

impl Store {
    /// Notes that the node asked for a notice, if it is unpaid and on offer; that is no change of the
    /// position, whose version stays. `Ok` means that it is on disk, or that there was nothing to note.
    pub async fn activate_notice(
        &self,
        ec: &FiscalCode,
        notice: &NoticeNumber,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let (reply, written) = oneshot::channel();
        let activation = Activation { ec: ec.clone(), notice: *notice, at };
        self.activations.batcher.submit(Job { activation, reply }).await?;
        written.await.map_err(|_| StoreError::Closed)?
    }
}

/// Writes a batch in one commit; if that fails for the sake of one notice, each is tried alone.
async fn serve(pools: &Pools, jobs: Vec<Job>) {
    let mut wanted: Vec<Activation> = jobs.iter().map(|job| job.activation.clone()).collect();
    wanted.sort_unstable();
    // Of one notice the latest counts: a statement writes a row once.
    wanted.reverse();
    wanted.dedup_by(|a, b| (&a.ec, a.notice) == (&b.ec, b.notice));
    let written = write(pools, &wanted).await;
    let apart = match &written {
        Ok(()) => false,
        Err(error) => {
            tracing::error!(%error, notices = wanted.len(), "activations not written");
            wanted.len() > 1 && error.is_about_one_request()
        }
    };
    for Job { activation, reply } in jobs {
        let alone = match &written {
            Ok(()) => Ok(()),
            Err(_) if apart => write(pools, &[activation]).await,
            Err(_) => Err(UNAVAILABLE),
        };
        // A caller that has gone away has answered the node without.
        let _gone = reply.send(alone);
    }
}

async fn write(pools: &Pools, wanted: &[Activation]) -> Result<(), StoreError> {
    let mut attempt = 1;
    loop {
        let written = on_engine!(pools, write, |pool, engine| engine::activate(pool, wanted).await);
        match written.map_err(StoreError::during("activate_notice")) {
            Err(error) if error.is_conflict() && attempt < ATTEMPTS => attempt += 1,
            written => return written,
        }
    }
}

/// A position that was withdrawn or cancelled just now is not held: its payment is refused.
pub(super) static ACTIVATE: Bulk = Bulk::new(
    "WITH activated (ec, notice_number, moment) AS (VALUES ",
    "(#, #, #)",
    ") UPDATE notice SET activated_at = activated.moment FROM activated, position p \
     WHERE notice.ec = activated.ec AND notice.notice_number = activated.notice_number \
     AND notice.paid_at IS NULL AND p.ec = notice.ec AND p.iupd = notice.iupd \
     AND p.published_at IS NOT NULL AND p.invalidated_at IS NULL",
);

for_both_engines! {
    static LOCK_POSITIONS: Bulk =
        Bulk::new("WITH wanted (ec, notice_number) AS (VALUES ", "(#, #)", LOCK_POSITIONS_TAIL);

    pub(super) async fn activate(pool: &Pool, wanted: &[Activation]) -> Result<(), sqlx::Error> {
        let mut tx = begin(pool, BEGIN).await?;
        for wanted in wanted.chunks(BATCH) {
            if LOCKS_ROWS {
                let wanted = filled(wanted);
                let mut query = sqlx::query(LOCK_POSITIONS.text(wanted.len()));
                for one in wanted {
                    query = query
                        .bind(one.map_or(NOBODY, |one| one.ec.as_str()))
                        .bind(one.map_or(NOBODY, |one| one.notice.as_str()));
                }
                query.fetch_all(&mut *tx).await?;
            }
            let wanted = filled(wanted);
            let mut query = sqlx::query(ACTIVATE.text(wanted.len()));
            for one in wanted {
                query = query
                    .bind(one.map_or(NOBODY, |one| one.ec.as_str()))
                    .bind(one.map_or(NOBODY, |one| one.notice.as_str()))
                    .bind(one.map_or(0, |one| one.at.as_microsecond()));
            }
            query.execute(&mut *tx).await?;
        }
        tx.commit().await
    }
}

//! Whether receipts can be stored: asked by whoever decides where requests go.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::dialect::{for_both_engines, on_engine};
use super::{Store, StoreError};

/// A read of a table of ours, because SQLite answers a mere `SELECT 1` without looking at its file.
const ALIVE: &str = "SELECT 1 FROM creditor_institution LIMIT 1";

/// How long a store is not fit after a receipt could not be stored, if none is tried meanwhile.
const SORE: Duration = Duration::from_secs(10);

/// When receipts could not be stored, if that was so when last tried. That a disk is full shows nowhere
/// else: less than a receipt may still fit.
#[derive(Debug, Default)]
pub(super) struct LastWrite {
    failed: Mutex<Option<Instant>>,
}

impl LastWrite {
    /// Takes note of how it went; other failures of the database are seen by asking it.
    pub(super) fn tell<T>(&self, result: &Result<T, StoreError>) {
        match result {
            Ok(_) => *self.failed() = None,
            Err(error) if error.is_about_the_disk() => *self.failed() = Some(Instant::now()),
            Err(_) => {}
        }
    }

    fn failed_lately(&self) -> bool {
        self.failed().is_some_and(|at| at.elapsed() < SORE)
    }

    fn failed(&self) -> MutexGuard<'_, Option<Instant>> {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store {
    /// Asks the database for a sign of life, and whether the last receipt could be stored.
    pub async fn ping(&self) -> Result<(), StoreError> {
        let read = on_engine!(&self.pools, read, |pool, engine| engine::read(pool).await);
        let written = on_engine!(&self.pools, write, |pool, engine| engine::write(pool).await);
        read.and(written).map_err(StoreError::during("ping"))?;
        if self.receipts.last_write().failed_lately() {
            return Err(StoreError::Unavailable { during: "book_receipt" });
        }
        Ok(())
    }
}

for_both_engines! {
    pub(super) async fn read(pool: &Pool) -> Result<(), sqlx::Error> {
        sqlx::query(ALIVE).execute(pool).await.map(drop)
    }

    /// Readers of SQLite work on while its one writer is stuck, and then no receipt can be stored.
    pub(super) async fn write(pool: &Pool) -> Result<(), sqlx::Error> {
        if LOCKS_ROWS {
            return Ok(());
        }
        begin(pool, BEGIN).await?.rollback().await
    }
}

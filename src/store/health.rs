//! Whether receipts can be stored: asked by whoever decides where requests go.

use std::sync::atomic::{AtomicBool, Ordering};

use super::dialect::{for_both_engines, on_engine};
use super::{Store, StoreError};

/// A read of a table of ours, because SQLite answers a mere `SELECT 1` without looking at its file.
const ALIVE: &str = "SELECT 1 FROM creditor_institution LIMIT 1";

/// A write that changes nothing, and is one all the same.
const TOUCH: &str = "UPDATE creditor_institution SET name = name \
    WHERE ec = (SELECT MIN(ec) FROM creditor_institution)";

/// Whether receipts could not be stored when last tried.
#[derive(Debug, Default)]
pub(super) struct LastWrite {
    failed: AtomicBool,
}

/// How the last try went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Went {
    Well,
    Wrong,
}

impl LastWrite {
    /// Takes note of how it went.
    pub(super) fn tell<T, E>(&self, result: &Result<T, E>) {
        self.failed.store(result.is_err(), Ordering::Relaxed);
    }

    fn went(&self) -> Went {
        if self.failed.load(Ordering::Relaxed) { Went::Wrong } else { Went::Well }
    }
}

impl Store {
    /// Asks the database for a sign of life. After a receipt could not be stored, something is written for
    /// real: that a disk is full shows at a commit and nowhere before.
    pub async fn ping(&self) -> Result<(), StoreError> {
        let last = self.receipts.last_write();
        let read = on_engine!(&self.pools, read, |pool, engine| engine::read(pool).await);
        let written = on_engine!(&self.pools, write, |pool, engine| engine::write(pool, last.went()).await);
        let alive = read.and(written);
        if alive.is_ok() {
            last.tell(&alive);
        }
        alive.map_err(StoreError::during("ping"))
    }
}

for_both_engines! {
    pub(super) async fn read(pool: &Pool) -> Result<(), sqlx::Error> {
        sqlx::query(ALIVE).execute(pool).await.map(drop)
    }

    pub(super) async fn write(pool: &Pool, last: Went) -> Result<(), sqlx::Error> {
        if LOCKS_ROWS && last == Went::Well {
            return Ok(());
        }
        // Readers of SQLite work on while its one writer is stuck, and then no receipt can be stored.
        let mut tx = begin(pool, BEGIN).await?;
        if last == Went::Well {
            return tx.rollback().await;
        }
        sqlx::query(TOUCH).execute(&mut *tx).await?;
        tx.commit().await
    }
}

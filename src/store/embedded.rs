//! The hot read on the embedded database, past the driver that all else goes through.
//!
//! An indexed read of one notice takes some twenty microseconds; handing it to the driver's thread and
//! back takes several times that. So it is done where the request is, on a read-only connection of its
//! own: readers of SQLite in WAL mode wait for nobody.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use crate::domain::fiscal_code::FiscalCode;
use crate::domain::notice_number::NoticeNumber;

use super::rows::{PositionRow, position_columns, read_embedded};

/// One notice with all that is above and below it.
pub(super) const ONE_NOTICE: &str = concat!(
    "SELECT ",
    position_columns!(with sibling_paid),
    " FROM notice n \
     JOIN payment_option o ON o.ec = n.ec AND o.iupd = n.iupd AND o.option_no = n.option_no \
     JOIN position p ON p.ec = n.ec AND p.iupd = n.iupd \
     JOIN transfer t ON t.ec = n.ec AND t.notice_number = n.notice_number \
     WHERE n.ec = $1 AND n.notice_number = $2 ORDER BY t.id_transfer"
);

/// How long a read waits for a lock, which it meets only while SQLite recovers from a crash.
const LOCK_WAIT: Duration = Duration::from_millis(250);

/// The pages that a connection keeps in memory, in KiB: those above the leaves of every index fit.
const CACHE_KIB: i64 = 16 * 1024;

/// Idle read-only connections to the embedded database.
#[derive(Debug)]
pub(super) struct EmbeddedReader {
    file: PathBuf,
    idle: Mutex<Vec<Connection>>,
}

impl EmbeddedReader {
    /// A reader of that file; it is opened by the first read.
    pub(super) fn new(file: PathBuf) -> Self {
        EmbeddedReader { file, idle: Mutex::new(Vec::new()) }
    }

    /// The rows of a notice, one for each transfer. Blocks for the time of an indexed read.
    pub(super) fn notice(
        &self,
        ec: &FiscalCode,
        notice: &NoticeNumber,
    ) -> Result<Vec<PositionRow>, rusqlite::Error> {
        let connection = match self.take() {
            Some(connection) => connection,
            None => self.open()?,
        };
        let rows = {
            let mut statement = connection.prepare_cached(ONE_NOTICE)?;
            read_embedded(statement.query([ec.as_str(), notice.as_str()])?)?
        };
        // One that failed is not used again: it was dropped on the way out.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        Ok(rows)
    }

    fn take(&self) -> Option<Connection> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    fn open(&self) -> Result<Connection, rusqlite::Error> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.file, flags)?;
        connection.busy_timeout(LOCK_WAIT)?;
        connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
        Ok(connection)
    }
}

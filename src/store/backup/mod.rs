//! Backup and restore: every row of ours at one moment, in one form for both engines.
//!
//! What is copied is what the database's own catalogue tells, so a table that a migration adds is in the next
//! backup without a line here. A backup is loaded into the schema that it was taken from, and the migrations
//! that are newer run on its rows.

mod catalogue;
mod cell;
mod dump;
mod feeds;
mod format;
mod load;

use std::io::{Read, Seek, Write};

use jiff::Timestamp;

use super::{Store, StoreError, migrate};

pub use format::{Archive, Head};

/// Why there is no backup, or it was not restored. Nothing was changed then.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BackupError {
    /// The database cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A statement failed.
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
    /// The file cannot be read or written.
    #[error("{0}")]
    File(#[from] std::io::Error),
    /// A column has a type that a backup has no form for.
    #[error("column {column} of table {table} has the type {declared}, which a backup cannot hold")]
    UnknownKind {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// Its type, as it was declared.
        declared: String,
    },
    /// The database has no schema of ours.
    #[error("the database has no schema of varco yet")]
    NoSchema,
    /// The seal is missing or does not fit.
    #[error("this is no whole backup: it is cut off, was changed, or is something else")]
    NotWhole,
    /// Sealed, but not written as we write.
    #[error("this is no backup of varco, or one that it did not write itself")]
    Unreadable,
    /// Written in another form.
    #[error("the backup has the form {version}, which this version of varco does not read")]
    OtherFormat {
        /// The form.
        version: i64,
    },
    /// Taken by a newer version.
    #[error(
        "the backup has schema {backup} and this version of varco knows {known}: restore it with a newer one"
    )]
    NewerSchema {
        /// The last migration of the backup.
        backup: i64,
        /// The last migration that we have.
        known: i64,
    },
    /// The database is ahead of the backup.
    #[error(
        "the database has schema {database} already and the backup has {backup}: restore it into a new database, \
         which is then brought up to date with its rows"
    )]
    SchemaAhead {
        /// The last migration of the database.
        database: i64,
        /// The last migration of the backup.
        backup: i64,
    },
    /// There is something in the database.
    #[error(
        "the database is not empty: table {table} has rows. A backup is restored into an empty database only"
    )]
    NotEmpty {
        /// The first table with rows.
        table: String,
    },
    /// The backup has a table or a column that the database has not.
    #[error("the backup has {what}, which the database has not")]
    Unknown {
        /// Which.
        what: String,
    },
}

/// How much of a table was copied.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TableSummary {
    /// Its name.
    pub table: String,
    /// Its rows.
    pub rows: u64,
    /// The SHA-256 of the rows as they are written, in hexadecimal.
    pub sha256: String,
}

/// Told now and then: the table, and how many rows of it are done.
pub type Progress<'a> = &'a mut (dyn FnMut(&str, u64) + Send);

/// How many rows lie between two tellings.
const TOLD_EACH: u64 = 100_000;

impl Store {
    /// Writes all rows at one moment to `out`, while others read and write; the memory that it takes does not
    /// grow with them. What is written is whole only if this returns well, and `out` is not flushed to disk.
    ///
    /// Compression is done in the task that calls: it is for the command line.
    pub async fn backup<W: Write + Send>(
        &self,
        out: W,
        taken_at: Timestamp,
        progress: Progress<'_>,
    ) -> Result<(W, Vec<TableSummary>), BackupError> {
        let head = Head { schema: 0, engine: self.pools.engine().to_owned(), taken_at };
        dump::dump(&self.pools, out, head, progress).await
    }

    /// Loads a backup into a database that is empty, in one transaction, and brings its schema up to date.
    /// Feeds go on after a gap, so that no number comes again that was told after the backup was taken.
    pub async fn restore<R: Read + Seek + Send>(
        &self,
        mut archive: Archive<R>,
        now: Timestamp,
        progress: Progress<'_>,
    ) -> Result<Vec<TableSummary>, BackupError> {
        let backup = archive.head().schema;
        let known = migrate::newest();
        if backup > known {
            return Err(BackupError::NewerSchema { backup, known });
        }
        let database = migrate::run_to(&self.pools, backup).await?;
        if database > backup {
            return Err(BackupError::SchemaAhead { database, backup });
        }
        let feeds = load::load(&self.pools, &mut archive, now, progress).await?;
        self.migrate().await?;
        if feeds == load::Feeds::ToCome {
            load::leave_out_later(&self.pools, archive.head().taken_at, now).await?;
        }
        load::learn(&self.pools).await?;
        Ok(archive.seen())
    }
}

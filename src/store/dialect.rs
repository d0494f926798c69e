//! The one place that knows SQLite from PostgreSQL.
//!
//! Statements are one text for both engines. What differs lives here: how a pool is opened, how a
//! writing transaction begins, how a row is locked, and how a batch of rows becomes one statement.

mod whole;

use std::str::FromStr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};

use super::fault::Faults;
use super::{StoreError, StoreOptions};

/// The connections to the database.
#[derive(Clone, Debug)]
pub(super) enum Pools {
    /// The embedded database: readers, and the one writer that it can have.
    Sqlite { read: SqlitePool, write: SqlitePool },
    /// A server.
    Postgres(PgPool),
}

impl Pools {
    /// The engine's name.
    pub(super) const fn engine(&self) -> &'static str {
        match self {
            Pools::Sqlite { .. } => "sqlite",
            Pools::Postgres(_) => "postgres",
        }
    }
}

/// What the statements of an aggregate need to know of SQLite.
pub(super) mod sqlite_engine {
    pub use super::whole::sqlite::*;
    pub(in crate::store) use crate::store::delegations::sqlite as delegation_kind;
    pub(in crate::store) use crate::store::keys::wish::sqlite as key_kind;
    pub(in crate::store) use crate::store::receipts::late::sqlite as late_receipts;
    pub use sqlx::{SqliteConnection as Connection, SqlitePool as Pool};
    /// A transaction under way, rolled back when dropped.
    pub type Transaction = sqlx::Transaction<'static, sqlx::Sqlite>;
    /// A statement whose parameters are being bound.
    pub type Query<'q> = sqlx::query::Query<'q, sqlx::Sqlite, sqlx::sqlite::SqliteArguments>;

    /// Begins a transaction by [`BEGIN`] or [`BEGIN_SNAPSHOT`]. Where a beginning was interrupted, SQLite may
    /// be in a transaction that the driver knows nothing of: it is ended, or nothing would ever begin again.
    #[expect(clippy::disallowed_methods, reason = "the driver undoes a beginning that nobody waits for")]
    pub async fn begin(pool: &Pool, how: &'static str) -> Result<Transaction, sqlx::Error> {
        match pool.begin_with(how).await {
            Err(sqlx::Error::Database(error)) if error.message().ends_with("within a transaction") => {
                sqlx::query("ROLLBACK").execute(pool).await?;
                pool.begin_with(how).await
            }
            begun => begun,
        }
    }

    /// Takes the write lock at once: a transaction that reads first and writes later would fail.
    pub const BEGIN: &str = "BEGIN IMMEDIATE";
    /// All reads see the database as it is at the first.
    pub const BEGIN_SNAPSHOT: &str = "BEGIN";
    /// A statement put together for a request stays prepared: its plan does not look at the values.
    pub const KEEPS_ASSEMBLED: bool = true;
    /// The transaction already excludes every other writer.
    pub const LOCKS_ROWS: bool = false;
    /// Unused, because of [`LOCKS_ROWS`].
    pub const LOCK_POSITION: &str = "";
    /// Unused, because of [`LOCKS_ROWS`].
    pub const LOCK_POSITIONS_TAIL: &str = "";
    /// Deletes a few answers that are too old.
    pub const FORGET_ANSWERS: &str = "DELETE FROM answered_request WHERE rowid IN (SELECT rowid \
        FROM answered_request WHERE answered_at <= $1 ORDER BY answered_at LIMIT 8)";
    /// Unused, because of [`LOCKS_ROWS`].
    pub const LOCK_NAMED_TAIL: &str = "";
    /// Reads the head of the audit.
    pub const LOCK_AUDIT: &str = "SELECT last, chain FROM audit_head WHERE name = 'audit'";
    /// Ends the statement that reads the heads of feeds.
    pub const LOCK_HEADS_TAIL: &str = ") SELECT h.feed, h.last, h.chain FROM wanted w JOIN event_head h \
        ON h.feed = w.feed ORDER BY h.feed";
}

/// What the statements of an aggregate need to know of PostgreSQL.
pub(super) mod postgres_engine {
    pub use super::whole::postgres::*;
    pub(in crate::store) use crate::store::delegations::postgres as delegation_kind;
    pub(in crate::store) use crate::store::keys::wish::postgres as key_kind;
    pub(in crate::store) use crate::store::receipts::late::postgres as late_receipts;
    pub use sqlx::{PgConnection as Connection, PgPool as Pool};
    use tracing::Instrument as _;

    /// A transaction under way, rolled back when dropped.
    pub type Transaction = sqlx::Transaction<'static, sqlx::Postgres>;
    /// A statement whose parameters are being bound.
    pub type Query<'q> = sqlx::query::Query<'q, sqlx::Postgres, sqlx::postgres::PgArguments>;

    /// Begins a transaction by [`BEGIN`] or [`BEGIN_SNAPSHOT`], in a task of its own: where a caller goes
    /// away just then, the driver would hand its connection on with the transaction still open, and what the
    /// next one writes would be answered and lost (sqlx 0.9.0, issue 4393).
    #[expect(clippy::disallowed_methods, reason = "this is what is to be called instead")]
    pub async fn begin(pool: &Pool, how: &'static str) -> Result<Transaction, sqlx::Error> {
        let pool = pool.clone();
        let begun = tokio::spawn(async move { pool.begin_with(how).await }.in_current_span());
        begun.await.unwrap_or(Err(sqlx::Error::WorkerCrashed))
    }

    /// Readers and writers of other rows go on.
    pub const BEGIN: &str = "BEGIN";
    /// All reads see the database as it is at the first.
    pub const BEGIN_SNAPSHOT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
    /// A statement put together for a request is planned for its values, which decide what is read first.
    pub const KEEPS_ASSEMBLED: bool = false;
    /// A transaction locks the positions that it decides on.
    pub const LOCKS_ROWS: bool = true;
    /// Locks a position against other writers.
    pub const LOCK_POSITION: &str = "SELECT version FROM position WHERE ec = $1 AND iupd = $2 FOR UPDATE";
    /// Ends the statement that locks the positions of a batch, in one order for all writers.
    pub const LOCK_POSITIONS_TAIL: &str = ") SELECT n.ec, n.notice_number FROM wanted w JOIN notice n ON n.ec = w.ec \
        AND n.notice_number = w.notice_number JOIN position p ON p.ec = n.ec AND p.iupd = n.iupd \
        ORDER BY p.ec, p.iupd FOR UPDATE OF p";
    /// Deletes a few answers that are too old; those that another transaction deletes are left to it.
    pub const FORGET_ANSWERS: &str = "DELETE FROM answered_request WHERE ctid = ANY(ARRAY(SELECT ctid \
        FROM answered_request WHERE answered_at <= $1 ORDER BY answered_at LIMIT 8 FOR UPDATE SKIP LOCKED))";
    /// Ends the statement that locks positions by their names, in the same order.
    pub const LOCK_NAMED_TAIL: &str = ") SELECT p.version FROM wanted w JOIN position p ON p.ec = w.ec \
        AND p.iupd = w.iupd ORDER BY p.ec, p.iupd FOR UPDATE OF p";
    /// Reads the head of the audit and locks it.
    pub const LOCK_AUDIT: &str = "SELECT last, chain FROM audit_head WHERE name = 'audit' FOR UPDATE";
    /// Ends the statement that reads the heads of feeds and locks them, in one order for all writers.
    pub const LOCK_HEADS_TAIL: &str = ") SELECT h.feed, h.last, h.chain FROM wanted w JOIN event_head h \
        ON h.feed = w.feed ORDER BY h.feed FOR UPDATE OF h";
}

/// Expands functions over both engines: a module `sqlite` and a module `postgres` that differ in the
/// connection type and the constants above, never in what a statement means. `[part, …]` names modules
/// expanded the same way, whose functions for the same engine the items call.
macro_rules! for_both_engines {
    ([$($part:ident),*] $($item:item)*) => {
        #[allow(unused_imports, reason = "each aggregate uses the part of an engine that it needs")]
        pub(in $crate::store) mod sqlite {
            use super::*;
            use $crate::store::dialect::sqlite_engine::*;
            $(use super::$part::sqlite::*;)*
            $($item)*
        }
        #[allow(unused_imports, reason = "each aggregate uses the part of an engine that it needs")]
        pub(in $crate::store) mod postgres {
            use super::*;
            use $crate::store::dialect::postgres_engine::*;
            $(use super::$part::postgres::*;)*
            $($item)*
        }
    };
    ($($item:item)*) => {
        for_both_engines! { [] $($item)* }
    };
}

/// Runs `$body` on the engine's pool for `read` or `write`; `engine` names the expanded module.
macro_rules! on_engine {
    ($pools:expr, $which:ident, |$pool:ident, $engine:ident| $body:expr) => {
        match $pools {
            $crate::store::dialect::Pools::Sqlite { $which: $pool, .. } => {
                use sqlite as $engine;
                $body
            }
            $crate::store::dialect::Pools::Postgres($pool) => {
                use postgres as $engine;
                $body
            }
        }
    };
}

pub(super) use {for_both_engines, on_engine};

/// How PostgreSQL plans for us. Every statement is a look-up by key, and its plan stays prepared while the
/// tables grow: one that reads a whole table, good as long as it is small, would be kept when it is not. A
/// page is read in the order of its index, which a bitmap loses. And no statement is long enough to be
/// worth compiling, which PostgreSQL believes of the list.
const PLANNING: [(&str, &str); 5] = [
    ("enable_seqscan", "off"),
    ("enable_hashjoin", "off"),
    ("enable_mergejoin", "off"),
    ("enable_bitmapscan", "off"),
    ("jit", "off"),
];

/// Opens the pools for a database URL. Only the embedded database needs to be told of faults.
pub(super) async fn open(
    url: &str,
    options: &StoreOptions,
    faults: Option<Faults>,
) -> Result<Pools, StoreError> {
    if url.starts_with("sqlite:") {
        open_sqlite(url, options, faults).await
    } else if url.starts_with("postgres:") || url.starts_with("postgresql:") {
        let connect = PgConnectOptions::from_str(url)
            .map_err(StoreError::Open)?
            .application_name("varco")
            // Otherwise one position that somebody holds would hold up every receipt of its batch.
            .options([("lock_timeout", options.acquire_timeout.as_millis().to_string())])
            .options(PLANNING)
            .statement_cache_capacity(256)
            .log_slow_statements(log::LevelFilter::Warn, Duration::from_secs(1));
        let pool = PgPoolOptions::new()
            .max_connections(options.max_connections)
            .acquire_timeout(options.acquire_timeout)
            // A stale connection is found by its next statement; asking first costs a round trip each time.
            .test_before_acquire(false)
            .max_lifetime(Duration::from_secs(1800))
            .connect_with(connect)
            .await
            .map_err(StoreError::Open)?;
        Ok(Pools::Postgres(pool))
    } else {
        Err(StoreError::UnknownEngine)
    }
}

async fn open_sqlite(url: &str, options: &StoreOptions, faults: Option<Faults>) -> Result<Pools, StoreError> {
    let connect = SqliteConnectOptions::from_str(url)
        .map_err(StoreError::Open)?
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // A commit that was answered must survive a power cut, not only a crash.
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(options.acquire_timeout)
        .statement_cache_capacity(256)
        // In KiB, for each connection: the upper levels of the indexes stay, so that a read asks for few pages.
        .pragma("cache_size", "-16384")
        .log_slow_statements(log::LevelFilter::Warn, Duration::from_secs(1));
    let pool = |connections| {
        let pool = SqlitePoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(options.acquire_timeout)
            .test_before_acquire(false)
            .idle_timeout(None)
            .max_lifetime(None);
        let Some(faults) = faults.clone() else { return pool };
        pool.after_connect(move |connection, _| {
            let faults = faults.clone();
            Box::pin(async move { faults.attach(connection).await })
        })
    };
    // When the disk is full, SQLite ends the transaction by itself, and the driver then believes for ever
    // that one is open: such a connection is put away, or nothing would be written until a restart.
    let clean = pool(1).after_release(|connection, _| {
        Box::pin(async move {
            // Waits for the rollback of a transaction that was dropped.
            connection.ping().await?;
            Ok(!connection.is_in_transaction())
        })
    });
    let write = clean.connect_with(connect.clone()).await.map_err(StoreError::Open)?;
    let read = pool(options.max_connections).connect_with(connect.read_only(true)).await;
    Ok(Pools::Sqlite { read: read.map_err(StoreError::Open)?, write })
}

/// The most rows of one statement, and the most requests of one commit.
pub(super) const BATCH: usize = 64;

/// A statement over many rows: `head`, then the row template once per row with `#` numbered, then `tail`.
///
/// Rows come in runs of 1, 2, 4 … 64, so that seven texts serve every batch and stay prepared.
#[derive(Debug)]
pub(super) struct Bulk {
    head: &'static str,
    row: &'static str,
    tail: &'static str,
    texts: [OnceLock<Arc<str>>; 7],
}

impl Bulk {
    pub(super) const fn new(head: &'static str, row: &'static str, tail: &'static str) -> Self {
        Bulk { head, row, tail, texts: [const { OnceLock::new() }; 7] }
    }

    /// The text for that many rows, a power of two up to [`BATCH`].
    pub(super) fn text(&self, rows: usize) -> AssertSqlSafe<Arc<str>> {
        assert!(rows.is_power_of_two() && rows <= BATCH, "a run of rows comes from runs()");
        let slot = rows.trailing_zeros() as usize;
        let text = match self.texts.get(slot) {
            Some(cell) => cell.get_or_init(|| self.build(rows)).clone(),
            None => self.build(rows),
        };
        AssertSqlSafe(text)
    }

    fn build(&self, rows: usize) -> Arc<str> {
        let mut text = String::from(self.head);
        let mut parameter = 0;
        for row in 0..rows {
            if row > 0 {
                text.push(',');
            }
            parameter = number(&mut text, self.row, parameter);
        }
        text.push_str(self.tail);
        text.into()
    }
}

/// Adds a piece of a statement with its `#` numbered after that parameter; returns the last number.
fn number(text: &mut String, piece: &str, mut parameter: usize) -> usize {
    for part in piece.split_inclusive('#') {
        match part.strip_suffix('#') {
            Some(before) => {
                parameter += 1;
                text.push_str(before);
                text.push('$');
                text.push_str(&parameter.to_string());
            }
            None => text.push_str(part),
        }
    }
    parameter
}

/// A value of an [`Assembled`] statement. It may be personal data: it is never printed.
#[derive(Clone)]
pub(super) enum Value {
    /// An instant in microseconds, or a count.
    Number(i64),
    /// A name or a word.
    Text(String),
}

/// A statement put together for what a request asks, of pieces that are all written in this program.
#[derive(Clone, Default)]
pub(super) struct Assembled {
    text: String,
    values: Vec<Value>,
}

impl Assembled {
    /// Adds a piece in which each `#` stands for the next of these values.
    pub(super) fn push(&mut self, piece: &'static str, values: impl IntoIterator<Item = Value>) {
        number(&mut self.text, piece, self.values.len());
        self.values.extend(values);
    }

    /// Adds values that pieces name by their number.
    pub(super) fn name(&mut self, values: impl IntoIterator<Item = Value>) {
        self.values.extend(values);
    }

    /// The text and what to bind to it.
    pub(super) fn parts(self) -> (AssertSqlSafe<String>, Vec<Value>) {
        (AssertSqlSafe(self.text), self.values)
    }
}

/// A statement about tables whose names the database itself has given, quoted by [`quoted`].
pub(super) fn of_catalogue(statement: String) -> AssertSqlSafe<String> {
    AssertSqlSafe(statement)
}

/// A name as an identifier.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A statement that asks SQLite how it would carry out another.
#[cfg(test)]
pub(super) fn explain(statement: &str) -> AssertSqlSafe<String> {
    AssertSqlSafe(format!("EXPLAIN QUERY PLAN {statement}"))
}

/// A statement that asks PostgreSQL how it carries out another, which it does.
#[cfg(test)]
pub(super) fn explain_analyze(statement: &str) -> AssertSqlSafe<String> {
    AssertSqlSafe(format!("EXPLAIN (ANALYZE, TIMING OFF) {statement}"))
}

/// Cuts a batch into runs whose lengths are powers of two, the longest first.
pub(super) fn runs<T>(mut items: &[T]) -> impl Iterator<Item = &[T]> {
    std::iter::from_fn(move || {
        let length = items.len().min(BATCH);
        let (run, rest) = items.split_at(1 << length.checked_ilog2()?);
        items = rest;
        Some(run)
    })
}

/// Fills a run up to the next power of two with nothing, so that one statement serves it; for statements
/// that look rows up by a key, and of which [`NOBODY`] finds none.
pub(super) fn filled<T>(run: &[T]) -> impl ExactSizeIterator<Item = Option<&T>> {
    (0..run.len().next_power_of_two()).map(|place| run.get(place))
}

/// The key of no row: no creditor institution has an empty code.
pub(super) const NOBODY: &str = "";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_filled_up_to_a_power_of_two() {
        assert_eq!(filled(&[1, 2, 3]).collect::<Vec<_>>(), [Some(&1), Some(&2), Some(&3), None]);
        assert_eq!(filled(&[1; 64]).len(), BATCH);
    }

    #[test]
    fn a_batch_is_cut_into_powers_of_two() {
        let items: Vec<u8> = (0..101).collect();
        let lengths: Vec<usize> = runs(&items).map(<[u8]>::len).collect();
        assert_eq!(lengths, [64, 32, 4, 1]);
        assert_eq!(runs::<u8>(&[]).count(), 0);
    }

    #[test]
    fn a_statement_numbers_its_parameters() {
        let bulk = Bulk::new("INSERT INTO t VALUES ", "(#,#)", " ON CONFLICT DO NOTHING");
        assert_eq!(&*bulk.text(2).0, "INSERT INTO t VALUES ($1,$2),($3,$4) ON CONFLICT DO NOTHING");
    }
}

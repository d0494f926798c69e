//! Loads the tables of a backup in one transaction: all of them are there afterwards, or none.

use std::io::{Read, Seek};

use jiff::Timestamp;

use super::super::dialect::{BATCH, Pools, for_both_engines, of_catalogue, on_engine, quoted, runs};
use super::catalogue::{self, Table};
use super::cell::Cell;
use super::feeds;
use super::format::{Archive, Entry};
use super::{BackupError, Progress, TOLD_EACH};

/// Who worked on what, and until when: nobody does any more.
const LEASES: [(&str, &str); 4] = [
    ("upload", "UPDATE upload SET worker = NULL, held_until = NULL WHERE held_until IS NOT NULL"),
    ("delivery", "UPDATE delivery SET held_by = NULL, held_until = NULL WHERE held_until IS NOT NULL"),
    (
        "partner_delivery",
        "UPDATE partner_delivery SET held_by = NULL, held_until = NULL WHERE held_until IS NOT NULL",
    ),
    ("publisher", "UPDATE publisher SET held_until = 0"),
];

/// A schema from before this table has told nothing.
const EVENTS: &str = "event";

/// Rows of one table, and how many there were before.
struct Waiting {
    table: Table,
    rows: Vec<Vec<Cell>>,
    count: u64,
}

/// The statement that inserts so many rows.
fn insert(table: &Table, rows: usize) -> String {
    let mut text = format!("INSERT INTO {} ({}) VALUES ", quoted(&table.name), table.column_list());
    let mut parameter = 0;
    for row in 0..rows {
        text.push_str(if row == 0 { "(" } else { ", (" });
        for column in 0..table.columns.len() {
            parameter += 1;
            text.push_str(if column == 0 { "$" } else { ", $" });
            text.push_str(&parameter.to_string());
        }
        text.push(')');
    }
    text
}

/// The table must be one of those that there are, with no column that they have not.
fn known(tables: &[Table], table: &Table) -> Result<(), BackupError> {
    let unknown = |what: String| Err(BackupError::Unknown { what });
    match tables.iter().find(|known| known.name == table.name) {
        None => unknown(format!("table {}", table.name)),
        Some(own) => match own.lacks(table) {
            Some(column) => unknown(format!("column {column} of table {}", table.name)),
            None => Ok(()),
        },
    }
}

/// Whether the schema of a backup has feeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Feeds {
    /// It has, and numbers were left out of each.
    GoOn,
    /// The newer migrations make them.
    ToCome,
}

/// Loads all tables.
pub(super) async fn load<R: Read + Seek + Send>(
    pools: &Pools,
    archive: &mut Archive<R>,
    now: Timestamp,
    progress: Progress<'_>,
) -> Result<Feeds, BackupError> {
    on_engine!(pools, write, |pool, engine| engine::load_into(pool, archive, now, progress).await)
}

/// Leaves numbers out of feeds that the migrations have made: a newer version may have told more in them
/// before this backup had to be taken back.
pub(super) async fn leave_out_later(
    pools: &Pools,
    taken_at: Timestamp,
    now: Timestamp,
) -> Result<(), BackupError> {
    on_engine!(pools, write, |pool, engine| engine::leave_out_alone(pool, taken_at, now).await)
}

/// Has the planner look at the rows that came.
pub(super) async fn learn(pools: &Pools) -> Result<(), BackupError> {
    on_engine!(pools, write, |pool, engine| engine::look(pool).await)
}

for_both_engines! {
    [catalogue, feeds]

    pub(super) async fn load_into<R: Read + Seek + Send>(
        pool: &Pool,
        archive: &mut Archive<R>,
        now: Timestamp,
        progress: Progress<'_>,
    ) -> Result<Feeds, BackupError> {
        let mut tx = begin(pool, BEGIN).await?;
        let tables = our_tables(&mut tx).await?;
        shut_out(&mut tx, &tables).await?;
        if let Some(table) = first_with_rows(&mut tx, &tables).await? {
            return Err(BackupError::NotEmpty { table });
        }
        let mut waiting: Option<Waiting> = None;
        loop {
            match archive.entry()? {
                Entry::Row(cells) => {
                    let waiting = waiting.as_mut().ok_or(BackupError::Unreadable)?;
                    waiting.rows.push(cells);
                    if waiting.rows.len() == BATCH {
                        write(&mut tx, waiting, progress).await?;
                    }
                }
                Entry::Table(table) => {
                    end(&mut tx, waiting.take(), progress).await?;
                    known(&tables, &table)?;
                    waiting = Some(Waiting { table, rows: Vec::with_capacity(BATCH), count: 0 });
                }
                Entry::End => break end(&mut tx, waiting.take(), progress).await?,
            }
        }
        for (table, clear) in LEASES {
            if tables.iter().any(|known| known.name == table) {
                sqlx::query(clear).execute(&mut *tx).await?;
            }
        }
        let told = tables.iter().any(|known| known.name == EVENTS);
        if told {
            leave_out(&mut tx, archive.head().taken_at, now).await?;
        }
        tx.commit().await?;
        Ok(if told { Feeds::GoOn } else { Feeds::ToCome })
    }

    pub(super) async fn leave_out_alone(
        pool: &Pool,
        taken_at: Timestamp,
        now: Timestamp,
    ) -> Result<(), BackupError> {
        let mut tx = begin(pool, BEGIN).await?;
        leave_out(&mut tx, taken_at, now).await?;
        Ok(tx.commit().await?)
    }

    pub(super) async fn look(pool: &Pool) -> Result<(), BackupError> {
        sqlx::query(LEARN).execute(pool).await?;
        Ok(())
    }

    /// Nobody else reads or writes until all is there.
    async fn shut_out(connection: &mut Connection, tables: &[Table]) -> Result<(), BackupError> {
        if LOCKS_ROWS {
            let names: Vec<String> = tables.iter().map(|table| quoted(&table.name)).collect();
            let lock = format!("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE", names.join(", "));
            sqlx::query(of_catalogue(lock)).execute(connection).await?;
        }
        Ok(())
    }

    async fn end(
        connection: &mut Connection,
        waiting: Option<Waiting>,
        progress: &mut (dyn FnMut(&str, u64) + Send),
    ) -> Result<(), BackupError> {
        let Some(mut waiting) = waiting else { return Ok(()) };
        write(connection, &mut waiting, progress).await?;
        progress(&waiting.table.name, waiting.count);
        Ok(())
    }

    async fn write(
        connection: &mut Connection,
        waiting: &mut Waiting,
        progress: &mut (dyn FnMut(&str, u64) + Send),
    ) -> Result<(), BackupError> {
        for run in runs(&waiting.rows) {
            let mut query: Query<'_> = sqlx::query(of_catalogue(insert(&waiting.table, run.len())));
            for cell in run.iter().flatten() {
                query = match cell {
                    Cell::Number(value) => query.bind(value),
                    Cell::Truth(value) => query.bind(value),
                    Cell::Text(value) => query.bind(value),
                    Cell::Bytes(value) => query.bind(value),
                };
            }
            query.execute(&mut *connection).await?;
        }
        let before = waiting.count;
        waiting.count += waiting.rows.len() as u64;
        waiting.rows.clear();
        if before / TOLD_EACH != waiting.count / TOLD_EACH {
            progress(&waiting.table.name, waiting.count);
        }
        Ok(())
    }
}

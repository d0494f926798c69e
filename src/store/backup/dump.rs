//! Reads all tables in one snapshot and writes them.

use std::io::Write;

use futures_util::TryStreamExt;
use sqlx::Row;

use super::super::dialect::{Pools, for_both_engines, of_catalogue, on_engine, quoted};
use super::catalogue::{self, Table};
use super::cell::{Cell, Kind};
use super::format::{Head, Writer};
use super::{BackupError, Progress, TOLD_EACH, TableSummary};

fn select(table: &Table) -> String {
    format!("SELECT {} FROM {}", table.column_list(), quoted(&table.name))
}

/// Writes all tables; the head's schema is filled in.
pub(super) async fn dump<W: Write + Send>(
    pools: &Pools,
    out: W,
    head: Head,
    progress: Progress<'_>,
) -> Result<(W, Vec<TableSummary>), BackupError> {
    on_engine!(pools, read, |pool, engine| engine::dump_from(pool, out, head, progress).await)
}

for_both_engines! {
    [catalogue]

    pub(super) async fn dump_from<W: Write + Send>(
        pool: &Pool,
        out: W,
        mut head: Head,
        progress: Progress<'_>,
    ) -> Result<(W, Vec<TableSummary>), BackupError> {
        let mut tx = begin(pool, BEGIN_SNAPSHOT).await?;
        sqlx::query(PLAN_WHOLE).execute(&mut *tx).await?;
        head.schema = schema(&mut tx).await?;
        let mut writer = Writer::new(out, &head)?;
        for table in our_tables(&mut tx).await? {
            writer.table(&table)?;
            let mut count = 0;
            let mut rows = sqlx::query(of_catalogue(select(&table))).fetch(&mut *tx);
            let mut cells = Vec::with_capacity(table.columns.len());
            while let Some(row) = rows.try_next().await? {
                cells.clear();
                for (place, (_, kind)) in table.columns.iter().enumerate() {
                    cells.push(match kind {
                        Kind::Number => Cell::Number(row.try_get(place)?),
                        Kind::Truth => Cell::Truth(row.try_get(place)?),
                        Kind::Text => Cell::Text(row.try_get(place)?),
                        Kind::Bytes => Cell::Bytes(row.try_get(place)?),
                    });
                }
                writer.row(&cells)?;
                count += 1;
                if count % TOLD_EACH == 0 {
                    progress(&table.name, count);
                }
            }
            progress(&table.name, count);
        }
        writer.finish()
    }
}

//! `varco restore`: loads a backup into an empty database.

use std::fs::File;
use std::path::{Path, PathBuf};

use clap::Args;

use super::{ConfigFile, Failure, note, open_store, print, verify};
use crate::domain::clock::Clock;
use crate::store::{Archive, BackupError, Store, TableSummary};

const ABOUT: &str = "\
Loads a backup into the database of the configuration, which must be empty: a new SQLite file, or a new
database of PostgreSQL. The schema is made as it was when the backup was taken, the rows are loaded in one
transaction, and then the schema is brought up to date: what is interrupted leaves an empty database.

Afterwards nobody holds work that was under way. Feeds of events go on after a gap of a million numbers and
more, and the first event behind it, varco.feed.restored, says so: what was told after the backup was taken is not known
any more, and its numbers never come again. What was restored is checked as `varco verify` does.

Do not serve from the database before this ends, and never let the restored copy and the one it was taken from
serve the same institutions.";

const EXAMPLES: &str = "\
Examples:
  varco restore /var/backups/varco/21.backup --config /etc/varco/varco.toml

  From SQLite to PostgreSQL, with varco stopped:
  varco backup move.backup --config varco.toml
  VARCO__DATABASE__URL=postgres://varco@localhost/varco varco restore move.backup --config varco.toml

Exit status: 0 if all of it is there and sound; 1 if all of it is there and breaks an invariant, as it did when
the backup was taken; 2 if nothing was restored.";

/// Load a backup into an empty database
#[derive(Debug, Args)]
#[command(long_about = ABOUT, after_long_help = EXAMPLES)]
pub struct RestoreArgs {
    /// The backup
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    config: ConfigFile,
}

/// Restores a backup and checks what is there then.
pub async fn run(args: RestoreArgs) -> Result<(), Failure> {
    let config = args.config.load()?;
    // The database is not touched, nor made, for a file that is no backup.
    let named = |error: BackupError| Failure::unusable(format!("{}: {error}", args.file.display()));
    let archive = open(&args.file).map_err(named)?;
    let head = archive.head().clone();
    note(&format!("taken at {} from {}, schema {}", head.taken_at, head.engine, head.schema));
    let store = open_store(&config).await?;
    let done = match restore(&store, archive).await {
        Ok(tables) => match told(&tables) {
            Ok(()) => verify::check(&store, verify::Form::Text).await,
            Err(failure) => Err(failure),
        },
        Err(error) => Err(named(error)),
    };
    store.close().await;
    done
}

fn open(file: &Path) -> Result<Archive<File>, BackupError> {
    Archive::open(File::open(file)?)
}

async fn restore(store: &Store, archive: Archive<File>) -> Result<Vec<TableSummary>, BackupError> {
    let now = Clock::system().now();
    store.restore(archive, now, &mut |table: &str, rows| note(&format!("{table}: {rows} rows"))).await
}

fn told(tables: &[TableSummary]) -> Result<(), Failure> {
    let rows: u64 = tables.iter().map(|table| table.rows).sum();
    print(&format!("{rows} rows of {} tables are restored\n", tables.len()))
}

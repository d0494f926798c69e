//! `varco backup`: writes all that the database holds into one file, while varco serves.

use std::fs::{File, OpenOptions, Permissions};
use std::io::{BufWriter, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use clap::Args;

use super::{ConfigFile, Failure, note, open_store, print};
use crate::domain::clock::Clock;
use crate::store::{BackupError, Store, TableSummary};

const ABOUT: &str = "\
Writes every row of the database at one moment into one compressed file, while varco serves. The file can be
restored on SQLite and on PostgreSQL, whichever it was taken from. It is written as FILE.part and takes its
name once it is whole and on disk: there is never half a backup under the name of one. An older FILE is
replaced then.

The file holds receipts with personal data, and hashes of API keys: only its owner may read it. Files of
positions that are still being carried out (upload.folder) are not in it, only how far they were: the report
of such a file says after a restore that the rest is lost, and the sender sends it again.";

const EXAMPLES: &str = "\
Example, each night at two, kept for a month by the day's number:
  0 2 * * * varco backup /var/backups/varco/$(date +\\%d).backup --config /etc/varco/varco.toml

The file is gzip with a line of JSON for each row: zcat FILE | head -1 tells when it was taken.

Exit status: 0 if the file is whole and on disk, 2 if there is no backup.";

/// Back the database up into a file, while varco serves
#[derive(Debug, Args)]
#[command(long_about = ABOUT, after_long_help = EXAMPLES)]
pub struct BackupArgs {
    /// The file to write
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    config: ConfigFile,
}

/// Writes a backup.
pub async fn run(args: BackupArgs) -> Result<(), Failure> {
    let store = open_store(&args.config.load()?).await?;
    let written = write(&store, &args.file).await;
    store.close().await;
    let tables = written.map_err(|error| Failure::unusable(format!("{}: {error}", args.file.display())))?;
    let rows: u64 = tables.iter().map(|table| table.rows).sum();
    print(&format!("{}: {rows} rows of {} tables\n", args.file.display(), tables.len()))
}

async fn write(store: &Store, file: &Path) -> Result<Vec<TableSummary>, BackupError> {
    let part = beside(file);
    let written = write_part(store, &part).await;
    let renamed = match written {
        Ok(tables) => std::fs::rename(&part, file).and_then(|()| sync_folder(file)).map(|()| tables),
        Err(error) => {
            // It is of no use; that it could not be removed is not what went wrong.
            let _ = std::fs::remove_file(&part);
            return Err(error);
        }
    };
    Ok(renamed?)
}

async fn write_part(store: &Store, part: &Path) -> Result<Vec<TableSummary>, BackupError> {
    let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(part)?;
    // One that was left behind may have had another mode.
    file.set_permissions(Permissions::from_mode(0o600))?;
    let mut told = |table: &str, rows| note(&format!("{table}: {rows} rows"));
    let (mut out, tables) = store.backup(BufWriter::new(file), Clock::system().now(), &mut told).await?;
    out.flush()?;
    out.get_ref().sync_all()?;
    Ok(tables)
}

/// The name of the file until it is whole.
fn beside(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".part");
    PathBuf::from(name)
}

/// The new name is on disk as well.
fn sync_folder(file: &Path) -> std::io::Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or_else(|| Path::new(".")))?.sync_all()
}

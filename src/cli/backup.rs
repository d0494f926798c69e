//! `varco backup`: writes all that the database holds into one file, while varco serves.

use std::fs::{File, OpenOptions, Permissions, TryLockError};
use std::io::BufWriter;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
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
    let out = open_part(&part)?;
    let written = write_part(store, out).await;
    // Whoever else writes to that name has to wait until it is free again.
    let (renamed, _held) = match written {
        Ok((out, tables)) => {
            (std::fs::rename(&part, file).and_then(|()| sync_folder(file)).map(|()| tables), out)
        }
        Err(error) => {
            // It is of no use; that it could not be removed is not what went wrong.
            let _ = std::fs::remove_file(&part);
            return Err(error);
        }
    };
    Ok(renamed?)
}

/// Opens the file under its first name, empty and held by nobody else: two backups of one name at the same time
/// would be written into each other.
fn open_part(part: &Path) -> std::io::Result<File> {
    let taken = || std::io::Error::other("another backup is being written under this name");
    let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(part)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(taken()),
        Err(TryLockError::Error(error)) => return Err(error),
    }
    // It may have got its name between the opening and the lock: that one is whole and stays as it is.
    let (held, named) = (file.metadata()?, std::fs::metadata(part));
    if !named.is_ok_and(|named| (named.dev(), named.ino()) == (held.dev(), held.ino())) {
        return Err(taken());
    }
    if held.is_file() {
        file.set_len(0)?;
    }
    // One that was left behind may have had another mode.
    file.set_permissions(Permissions::from_mode(0o600))?;
    Ok(file)
}

/// Writes it to disk; gives the file back, which is held until it is dropped.
async fn write_part(store: &Store, file: File) -> Result<(File, Vec<TableSummary>), BackupError> {
    let mut told = |table: &str, rows| note(&format!("{table}: {rows} rows"));
    let (out, tables) = store.backup(BufWriter::new(file), Clock::system().now(), &mut told).await?;
    let file = out.into_inner().map_err(std::io::IntoInnerError::into_error)?;
    file.sync_all()?;
    Ok((file, tables))
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

//! `varco taxonomy`: which collection services transfers may be for.

mod read;

use std::io::Read;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use secrecy::ExposeSecret;

use super::{ConfigFile, Failure, print};
use crate::store::{Store, StoreOptions};

const ABOUT: &str = "\
Puts the taxonomy of collection services in the place of the one that the database has, in one commit. The
file is the one that pagoPA publishes, as CSV (; or ,) or as a JSON list; of its columns only the code and
the first and last day of validity count. A running varco follows within seconds, without a restart.

Until a taxonomy is imported only the form of the codes in debt positions is checked; from then on a
transfer must carry a code that the taxonomy has and that holds on the day.";

const EXAMPLES: &str = "\
Columns, in any order; capitals, accents, blanks and underscores do not matter:
  DATI SPECIFICI INCASSO (or DATI SPECIFICI DI INCASSO, specific_built_in_data)   9/0101002IM/
  DATA INIZIO VALIDITA   (or start_date)                                          2021-01-01 or 01/01/2021
  DATA FINE VALIDITA     (or end_date; blank if the code has no end)              2099-12-31 or 31/12/2099

Example:
  varco taxonomy import tassonomia.csv --config /etc/varco/varco.toml

Exit status: 0 if the taxonomy was replaced; rows that cannot be read are left out and listed. 2 if no row
can be read: then nothing changes.";

/// The largest file that is read; the published one has less than a hundredth of that.
const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// Say which collection services transfers may be for
#[derive(Debug, Args)]
#[command(long_about = ABOUT, after_long_help = EXAMPLES)]
pub struct TaxonomyArgs {
    #[command(subcommand)]
    command: TaxonomyCommand,
}

#[derive(Debug, Subcommand)]
enum TaxonomyCommand {
    Import(ImportArgs),
}

/// Replace the taxonomy by that of a file
#[derive(Debug, Args)]
#[command(long_about = ABOUT, after_long_help = EXAMPLES)]
struct ImportArgs {
    /// The published taxonomy, as CSV or JSON
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    config: ConfigFile,
}

/// Imports a file and tells what of it was left out.
pub async fn run(args: TaxonomyArgs) -> Result<(), Failure> {
    let TaxonomyCommand::Import(ImportArgs { file, config }) = args.command;
    let named = |reason: &dyn std::fmt::Display| Failure::unusable(format!("{}: {reason}", file.display()));
    let text = text(&file).map_err(|error| named(&error))?;
    let list = read::taxonomy(&text).map_err(|error| named(&error))?;
    for (row, reason) in &list.refused {
        print(&format!("row {row} is left out: {reason}\n"))?;
    }
    if list.entries.is_empty() {
        return Err(named(&"has no row that can be read; the taxonomy stays as it is"));
    }
    let config = config.load()?;
    let store = Store::open(config.database.url.expose_secret(), StoreOptions::default()).await;
    let store = store.map_err(Failure::unusable)?;
    let replaced = match store.migrate().await {
        Ok(_) => store.replace_taxonomy(&list.entries).await,
        Err(error) => Err(error),
    };
    store.close().await;
    replaced.map_err(Failure::unusable)?;
    let (read, refused) = (list.entries.len(), list.refused.len());
    print(&format!("The taxonomy has {read} rows now; {refused} were left out.\n"))
}

/// The text of a file. What is no UTF-8 can only be in columns that do not count, or is refused with its row.
fn text(file: &Path) -> Result<String, std::io::Error> {
    let mut bytes = Vec::new();
    std::fs::File::open(file)?.take(MAX_BYTES).read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

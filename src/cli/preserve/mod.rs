//! `varco preserve`: receipts as archives that a preservation system takes in, and what checks them.

mod export;
mod verify;

use clap::{Args, Subcommand};
use secrecy::ExposeSecret;

use super::{ConfigFile, Failure, print};
use crate::store::{Store, StoreOptions};

const ABOUT: &str = "\
Writes the receipts of a creditor institution and a period as one ZIP archive for a preservation system
(conservazione a norma), and checks such archives: each receipt byte for byte as received, an index in the form
of UNI 11386:2020 (SInCRO), and the log of all events of the period, linked by a chain of digests.";

/// Archives of receipts for preservation
#[derive(Debug, Args)]
#[command(long_about = ABOUT, after_long_help = EXAMPLES)]
pub struct PreserveArgs {
    #[command(subcommand)]
    command: PreserveCommand,
}

const EXAMPLES: &str = "\
Example:
  varco preserve export --organization 77777777777 --from 2026-01-01 --to 2026-12-31 2026.zip
  varco preserve verify 2026.zip 2027.zip";

#[derive(Debug, Subcommand)]
enum PreserveCommand {
    Export(export::ExportArgs),
    Verify(verify::VerifyArgs),
}

/// Carries out one of them.
pub async fn run(args: PreserveArgs) -> Result<(), Failure> {
    match args.command {
        PreserveCommand::Export(args) => export::run(args).await,
        PreserveCommand::Verify(args) => verify::run(args).await,
    }
}

async fn open(config: &ConfigFile) -> Result<Store, Failure> {
    let config = config.load()?;
    let store = Store::open(config.database.url.expose_secret(), StoreOptions::default()).await;
    store.map_err(Failure::unusable)
}

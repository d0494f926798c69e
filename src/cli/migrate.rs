//! `varco migrate`: brings the database schema up to date without serving.

use clap::Args;
use secrecy::ExposeSecret;

use super::{ConfigFile, Failure, print};
use crate::store::{Store, StoreOptions};

const ABOUT: &str = "\
Applies the migrations that the database does not have yet, and says which. `varco serve` does the same
at its start; this is for those who want to do it beforehand. Running it again changes nothing.";

const EXAMPLES: &str = "\
Example:
  VARCO__DATABASE__URL=postgres://varco@localhost/varco varco migrate --config varco.toml";

/// Bring the database schema up to date
#[derive(Debug, Args)]
#[command(long_about = ABOUT, after_long_help = EXAMPLES)]
pub struct MigrateArgs {
    #[command(flatten)]
    config: ConfigFile,
}

/// Applies what is missing.
pub async fn run(args: MigrateArgs) -> Result<(), Failure> {
    let config = args.config.load()?;
    let store = Store::open(config.database.url.expose_secret(), StoreOptions::default()).await;
    let store = store.map_err(Failure::unusable)?;
    let applied = store.migrate().await.map_err(Failure::unusable)?;
    store.close().await;
    if applied.is_empty() {
        return print("The schema is up to date.\n");
    }
    applied.iter().try_for_each(|name| print(&format!("applied {name}\n")))
}

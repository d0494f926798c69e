//! `varco admin`: how the first operator comes in.

mod bootstrap;
mod key;

use clap::{Args, Subcommand};

use super::{ConfigFile, Failure, open_store};
use crate::admin::Vault;
use crate::config::Config;
use crate::store::Store;

const ABOUT: &str = "\
Lets the first operator in, from the machine that has the configuration. There is no default password and no
default key: `bootstrap` prints a code that is good once and for a day, by which somebody sets an account up;
`key` makes an API key for a script. Whoever is in invites all others.";

const EXAMPLES: &str = "\
Examples:
  varco admin bootstrap --config /etc/varco/varco.toml
  varco admin key --label backup-script --config /etc/varco/varco.toml";

/// Let the first operator in
#[derive(Debug, Args)]
#[command(long_about = ABOUT, after_long_help = EXAMPLES)]
pub struct AdminArgs {
    #[command(subcommand)]
    command: AdminCommand,
}

#[derive(Debug, Subcommand)]
enum AdminCommand {
    Bootstrap(bootstrap::BootstrapArgs),
    Key(key::KeyArgs),
}

/// Carries a subcommand out.
pub async fn run(args: AdminArgs) -> Result<(), Failure> {
    match args.command {
        AdminCommand::Bootstrap(args) => bootstrap::run(args).await,
        AdminCommand::Key(args) => key::run(args).await,
    }
}

/// The configuration, its vault, and its store with the schema up to date.
async fn opened(file: &ConfigFile) -> Result<(Config, Vault, Store), Failure> {
    let config = file.load()?;
    let key = config.vault.master_key.clone();
    let key =
        key.ok_or_else(|| Failure::unusable("vault.master_key is missing: nothing secret can be kept"))?;
    let store = open_store(&config).await?;
    store.migrate().await.map_err(Failure::unusable)?;
    Ok((config, Vault::new(key), store))
}

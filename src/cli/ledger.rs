//! `varco ledger`: audits what is stored.

use clap::{Args, Subcommand};
use secrecy::ExposeSecret;

use super::{ConfigFile, Failure, print};
use crate::store::{Store, StoreOptions};

const ABOUT: &str = "\
Reads the whole ledger in one snapshot and checks what must be true at every moment: each receipt is booked
once and whole, each paid notice is settled by exactly the receipt it names, and each over-payment lies on
top of another receipt. It changes nothing and may run while varco serves.";

const EXAMPLES: &str = "\
Example:
  varco ledger check --config /etc/varco/varco.toml

Exit status: 0 if nothing is wrong, 1 if something is, each on a line of its own.";

/// Audit what is stored
#[derive(Debug, Args)]
#[command(long_about = ABOUT, after_long_help = EXAMPLES)]
pub struct LedgerArgs {
    #[command(subcommand)]
    command: LedgerCommand,
}

#[derive(Debug, Subcommand)]
enum LedgerCommand {
    /// Check the invariants of receipts and notices
    #[command(long_about = ABOUT, after_long_help = EXAMPLES)]
    Check(ConfigFile),
}

/// Prints what is wrong, one violation a line.
pub async fn run(args: LedgerArgs) -> Result<(), Failure> {
    let LedgerCommand::Check(config) = args.command;
    let config = config.load()?;
    let store = Store::open(config.database.url.expose_secret(), StoreOptions::default()).await;
    let store = store.map_err(Failure::unusable)?;
    let violations = store.ledger_check().await.map_err(Failure::unusable)?;
    store.close().await;
    for violation in &violations {
        print(&format!("{violation}\n"))?;
    }
    match violations.len() {
        0 => print("The ledger is consistent.\n"),
        n => Err(Failure::Found(format!("{n} invariants of the ledger are broken"))),
    }
}

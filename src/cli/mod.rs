//! The `varco` command line: one file or folder per subcommand, errors mapped to exit codes in one place.

pub mod admin;
pub mod audit;
pub mod backup;
pub mod check_config;
pub mod demo;
pub mod explain;
pub mod ledger;
pub mod migrate;
pub mod node;
pub mod preserve;
pub mod record;
pub mod replay;
pub mod restore;
pub mod serve;
pub mod taxonomy;
pub mod verify;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use secrecy::ExposeSecret;

use crate::config::Config;
use crate::store::{Store, StoreOptions};

const ABOUT: &str = "\
Varco stands between the Italian payment node (pagoPA) and a public body: the node asks it whether a
notice can be paid, who gets the money, and hands over the receipts; the body's own systems tell it
what is owed, over REST.

New here? `varco demo` shows a whole payment on this machine.";

const CODES: &str = "\
Exit status: 0 if all went well, 1 if the command ran and found something wrong, 2 if it could not be
carried out as it was given. Data goes to stdout, messages and logs to stderr; NO_COLOR is honoured.";

/// Gateway between the pagoPA node and the systems of a public body
#[derive(Debug, Parser)]
#[command(name = "varco", version, long_about = ABOUT, after_long_help = CODES)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Demo(demo::DemoArgs),
    Serve(serve::ServeArgs),
    Replay(replay::ReplayArgs),
    Record(record::RecordArgs),
    Explain(explain::ExplainArgs),
    Node(Box<node::NodeArgs>),
    Migrate(migrate::MigrateArgs),
    CheckConfig(check_config::CheckConfigArgs),
    Ledger(ledger::LedgerArgs),
    Preserve(preserve::PreserveArgs),
    Backup(backup::BackupArgs),
    Restore(restore::RestoreArgs),
    Verify(verify::VerifyArgs),
    Audit(audit::AuditArgs),
    Taxonomy(taxonomy::TaxonomyArgs),
    Admin(admin::AdminArgs),
}

/// The configuration that a command works with.
#[derive(Debug, Args)]
pub struct ConfigFile {
    /// The configuration file
    #[arg(long = "config", value_name = "FILE", default_value = "varco.toml")]
    path: PathBuf,
}

impl ConfigFile {
    fn load(&self) -> Result<Config, Failure> {
        Config::load(&self.path, crate::config::environment()).map_err(Failure::unusable)
    }
}

/// Why a command did not do what it was asked to; each maps to an exit code.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The command ran, and what it looked at is not as it should be. The text is empty if the findings
    /// are printed already.
    #[error("{0}")]
    Found(String),
    /// The command could not be carried out as it was given.
    #[error("{0}")]
    Unusable(String),
    /// Whoever read our output has gone, as `head` does: nothing is wrong.
    #[error("nobody reads the output any more")]
    ReaderGone,
}

impl Failure {
    /// What keeps a command from running: an argument, a file, a setting, a host.
    pub fn unusable(reason: impl std::fmt::Display) -> Self {
        Failure::Unusable(reason.to_string())
    }

    fn exit_code(&self) -> ExitCode {
        match self {
            Failure::Found(_) => ExitCode::from(1),
            Failure::Unusable(_) => ExitCode::from(2),
            Failure::ReaderGone => ExitCode::SUCCESS,
        }
    }
}

/// Runs one command and maps its end to an exit code.
pub fn run(cli: Cli) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let done = match runtime {
        Ok(runtime) => runtime.block_on(carry_out(cli.command)),
        Err(error) => Err(Failure::unusable(error)),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let text = failure.to_string();
            if !text.is_empty() && !matches!(failure, Failure::ReaderGone) {
                // Where stderr is closed too there is nobody left to tell.
                let _ = writeln!(std::io::stderr(), "varco: {text}");
            }
            failure.exit_code()
        }
    }
}

async fn carry_out(command: Command) -> Result<(), Failure> {
    match command {
        Command::Demo(args) => demo::run(args).await,
        Command::Serve(args) => serve::run(args).await,
        Command::Replay(args) => replay::run(args).await,
        Command::Record(args) => record::run(args).await,
        Command::Explain(args) => explain::run(&args),
        Command::Node(args) => node::run(*args).await,
        Command::Migrate(args) => migrate::run(args).await,
        Command::CheckConfig(args) => check_config::run(&args),
        Command::Ledger(args) => ledger::run(args).await,
        Command::Preserve(args) => preserve::run(args).await,
        Command::Backup(args) => backup::run(args).await,
        Command::Restore(args) => restore::run(args).await,
        Command::Verify(args) => verify::run(args).await,
        Command::Audit(args) => audit::run(args).await,
        Command::Taxonomy(args) => taxonomy::run(args).await,
        Command::Admin(args) => admin::run(args).await,
    }
}

/// Opens the store of a configuration; its schema is not touched.
async fn open_store(config: &Config) -> Result<Store, Failure> {
    let store = Store::open(config.database.url.expose_secret(), StoreOptions::default()).await;
    store.map_err(Failure::unusable)
}

/// Says on stderr how far it is.
fn note(text: &str) {
    // Where stderr is closed nobody follows.
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// Prints to standard output.
fn print(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|error| match error.kind() {
        std::io::ErrorKind::BrokenPipe => Failure::ReaderGone,
        _ => Failure::unusable(error),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}

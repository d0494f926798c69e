//! `varco node`: plays the payment node against any endpoint that offers paForNode.

mod endpoint;
mod load;
mod scenario;

use clap::{Args, Subcommand};

use super::Failure;

const ABOUT: &str = "\
Plays the payment node against any endpoint that offers paForNode, ours or another product's: asks as the
node asks, over mutual TLS or in clear, and judges each answer as the node does.";

const EXAMPLES: &str = "\
Examples:
  varco node scenario --list
  varco node scenario --all --env varco-data/demo.env
  varco node load --env varco-data/demo.env --rate 50 --duration 30s";

/// Play the payment node against any endpoint
#[derive(Debug, Args)]
#[command(long_about = ABOUT, after_long_help = EXAMPLES)]
pub struct NodeArgs {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Scenario(scenario::ScenarioArgs),
    Load(load::LoadArgs),
}

/// Runs one of its commands.
pub async fn run(args: NodeArgs) -> Result<(), Failure> {
    match args.command {
        Command::Scenario(args) => scenario::run(args).await,
        Command::Load(args) => load::run(args).await,
    }
}

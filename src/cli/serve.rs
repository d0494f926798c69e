//! `varco serve`: answers the node, until it is told to stop.

use clap::Args;

use super::{ConfigFile, Failure};
use crate::domain::clock::Clock;
use crate::gateway::Gateway;

const ABOUT: &str = "\
Serves the payment node over mutual TLS, and the town's own systems over REST.

Every setting of the file can be overridden in the environment: VARCO__SOAP__LISTEN=0.0.0.0:8443 sets
`listen` of section [soap]. A setting that is wrong or unknown stops the start with a message that names
it; `varco check-config` tells beforehand.

SIGTERM and Ctrl-C stop it once the requests under way are answered; SIGHUP reads the certificates anew.";

const EXAMPLES: &str = "\
Examples:
  varco serve --config /etc/varco/varco.toml
  VARCO__LOG__FORMAT=json varco serve --config varco.toml

  A configuration to begin with is written by: varco demo --once";

/// Serve the node
#[derive(Debug, Args)]
#[command(long_about = ABOUT, after_long_help = EXAMPLES)]
pub struct ServeArgs {
    #[command(flatten)]
    config: ConfigFile,
}

/// Serves until a signal comes.
pub async fn run(args: ServeArgs) -> Result<(), Failure> {
    let config = args.config.load()?;
    crate::observe::logs::init(&config.log).map_err(Failure::unusable)?;
    let gateway = Gateway::start(config, Clock::system()).await.map_err(Failure::unusable)?;
    gateway.run_until_stopped().await.map_err(|error| Failure::Found(error.to_string()))
}

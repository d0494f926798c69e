//! `varco check-config`: what the server would be started with.

use clap::Args;

use super::{ConfigFile, Failure, print};

const ABOUT: &str = "\
Prints the effective configuration: the file, the environment over it, and the defaults of all the rest.
Secrets are blotted out. If a setting is wrong or unknown, each is named on stderr and the exit status
is 2. Certificates and database are not opened.";

const EXAMPLES: &str = "\
Example:
  VARCO__SOAP__LISTEN=0.0.0.0:9443 varco check-config --config varco.toml";

/// Print the effective configuration, or what is wrong with it
#[derive(Debug, Args)]
#[command(long_about = ABOUT, after_long_help = EXAMPLES)]
pub struct CheckConfigArgs {
    #[command(flatten)]
    config: ConfigFile,
}

/// Prints the configuration.
pub fn run(args: &CheckConfigArgs) -> Result<(), Failure> {
    let config = args.config.load()?;
    print(&config.to_string())
}

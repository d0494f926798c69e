//! `varco node probe`.

use clap::Args;

use super::show::Told;
use super::target::Target;
use crate::cli::Failure;
use crate::node::expected::Expected;

const ABOUT: &str = "\
Asks for the notice 000000000000000000, as the node does while it answers in place of a station (stand-in), to
learn whether the station is back. The right answer is KO, PAA_PAGAMENTO_SCONOSCIUTO.";

const EXAMPLES: &str = "\
Examples:
  varco node probe --env varco-data/demo.env";

/// Ask what the node asks to learn whether a station is back
#[derive(Debug, Args)]
#[command(long_about = ABOUT, after_long_help = EXAMPLES)]
pub struct ProbeArgs {
    #[command(flatten)]
    target: Target,
}

/// Asks once.
pub async fn run(args: ProbeArgs) -> Result<(), Failure> {
    let mut ready = args.target.ready()?;
    let exchange = ready.node.probe().await;
    let usual = Expected::Fault("PAA_PAGAMENTO_SCONOSCIUTO".to_owned());
    let mut told = Told::new(&args.target);
    told.add(exchange, args.target.expected_or(usual)?)?;
    told.end()
}

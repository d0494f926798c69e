//! `varco node verify`.

use clap::Args;

use super::conclude;
use super::target::Target;
use crate::cli::Failure;

const EXAMPLES: &str = "\
Examples:
  varco node verify --env varco-data/demo.env
  varco node verify --env varco-data/demo.env --notice paid --expect PAA_PAGAMENTO_DUPLICATO";

/// Ask whether a notice can be paid
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub struct VerifyArgs {
    #[command(flatten)]
    target: Target,
}

/// Asks once.
pub async fn run(args: VerifyArgs) -> Result<(), Failure> {
    let mut ready = args.target.ready()?;
    let notice = args.target.notice(&ready.variables)?;
    let exchange = ready.node.verify(&notice).await;
    conclude(&args.target, exchange)
}

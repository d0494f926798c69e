//! `varco node demand`.

use std::path::PathBuf;

use clap::Args;

use super::conclude;
use super::target::Target;
use crate::cli::Failure;
use crate::node::Demand;

const EXAMPLES: &str = "\
Examples:
  varco node demand --env varco-data/demo.env
  varco node demand --env varco-data/demo.env --service 00001 --subject 00001 --document car.xml";

/// Ask for a notice, for a service that is paid without one
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub struct DemandArgs {
    #[command(flatten)]
    target: Target,
    /// The service (idServizio), five characters
    #[arg(long, value_name = "CODE")]
    service: Option<String>,
    /// Who offers it (idSoggettoServizio), five characters
    #[arg(long, value_name = "CODE")]
    subject: Option<String>,
    /// The document of the service (datiSpecificiServizioRequest), not in base64
    #[arg(long, value_name = "FILE")]
    document: Option<PathBuf>,
}

/// Asks once.
pub async fn run(args: DemandArgs) -> Result<(), Failure> {
    let mut ready = args.target.ready()?;
    let from = |given: Option<String>, key: &str, option: &str| {
        let known = given.or_else(|| ready.variables.get(key).map(str::to_owned));
        known.ok_or_else(|| Failure::unusable(format!("give {option}, or --env FILE with {key}")))
    };
    let service = from(args.service, "SERVICE", "--service")?;
    let subject = from(args.subject, "SUBJECT", "--subject")?;
    let file = args.document.map(|file| file.display().to_string());
    let file = PathBuf::from(from(file, "DOCUMENT", "--document")?);
    let document = std::fs::read(&file);
    let document = document.map_err(|error| Failure::unusable(format!("{}: {error}", file.display())))?;
    let exchange = ready.node.demand(&Demand { service, subject, document }).await;
    conclude(&args.target, exchange)
}

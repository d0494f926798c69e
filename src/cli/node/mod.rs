//! `varco node`: plays the payment node against any endpoint that offers paForNode.

mod activate;
mod demand;
mod endpoint;
mod load;
mod pay;
mod probe;
mod receipt;
mod scenario;
mod show;
mod target;
mod verify;

use clap::{Args, Subcommand, ValueEnum};

use self::show::Told;
use self::target::Target;
use super::Failure;
use crate::node::{Exchange, Version};
use crate::wire::common::TransferChannel;

const ABOUT: &str = "\
Plays the payment node (pagoPA) against an endpoint that offers paForNode: Varco or any other product. It
sends what the node sends and checks every answer as the node does: HTTP, envelope, schema, and what the
schema cannot say. Each finding names its rule and its place, says how to mend it, and which PPT code a
payment service provider would see.

Identifiers are sent as they are given, right or wrong. With --env FILE all of them come from a file such as
the demo.env that `varco demo` writes; options win over it.

Exit status: 0 if every answer is right and the one expected, 1 if not, 2 if nothing could be asked.";

const EXAMPLES: &str = "\
Examples:
  Against the demo, in a second terminal:
    varco node verify --env varco-data/demo.env
    varco node pay --env varco-data/demo.env --notice shared

  Against another product:
    varco node verify --url https://test.example.it/paForNode --ca ca.pem --cert node.pem --key node.key \\
      --pa 77777777777 --broker 88888888888 --station 88888888888_01 --notice 302000000000000184";

/// Play the payment node against an endpoint
#[derive(Debug, Args)]
#[command(long_about = ABOUT, after_long_help = EXAMPLES)]
pub struct NodeArgs {
    #[command(subcommand)]
    command: NodeCommand,
}

#[derive(Debug, Subcommand)]
enum NodeCommand {
    Verify(verify::VerifyArgs),
    Activate(activate::ActivateArgs),
    Pay(pay::PayArgs),
    Receipt(receipt::ReceiptArgs),
    Demand(demand::DemandArgs),
    Probe(probe::ProbeArgs),
    Scenario(scenario::ScenarioArgs),
    Load(load::LoadArgs),
}

/// Which version of an operation is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum VersionArg {
    /// paGetPayment, paSendRT
    #[value(name = "1", alias = "v1")]
    One,
    /// paGetPaymentV2, paSendRTV2
    #[value(name = "2", alias = "v2")]
    Two,
}

/// Which kind of account the intermediary wants to credit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ChannelArg {
    /// The post office
    #[value(alias = "POSTAL")]
    Postal,
    /// Everybody else
    #[value(alias = "PAGOPA")]
    Pagopa,
}

impl From<VersionArg> for Version {
    fn from(version: VersionArg) -> Self {
        match version {
            VersionArg::One => Version::V1,
            VersionArg::Two => Version::V2,
        }
    }
}

impl From<ChannelArg> for TransferChannel {
    fn from(channel: ChannelArg) -> Self {
        match channel {
            ChannelArg::Postal => TransferChannel::Postal,
            ChannelArg::Pagopa => TransferChannel::Pagopa,
        }
    }
}

/// Carries a subcommand out.
pub async fn run(args: NodeArgs) -> Result<(), Failure> {
    match args.command {
        NodeCommand::Verify(args) => verify::run(args).await,
        NodeCommand::Activate(args) => activate::run(args).await,
        NodeCommand::Pay(args) => pay::run(args).await,
        NodeCommand::Receipt(args) => receipt::run(args).await,
        NodeCommand::Demand(args) => demand::run(args).await,
        NodeCommand::Probe(args) => probe::run(args).await,
        NodeCommand::Scenario(args) => scenario::run(args).await,
        NodeCommand::Load(args) => load::run(args).await,
    }
}

/// Tells of one exchange, and ends as the command does.
fn conclude(target: &Target, exchange: Exchange) -> Result<(), Failure> {
    let mut told = Told::new(target);
    told.add(exchange, target.expected()?)?;
    told.end()
}

//! `varco node activate`.

use clap::Args;

use super::target::Target;
use super::{ChannelArg, VersionArg, conclude};
use crate::cli::Failure;
use crate::node::Activation;

const EXAMPLES: &str = "\
Examples:
  varco node activate --env varco-data/demo.env
  varco node activate --env varco-data/demo.env --version 1 --transfer-type postal --amount 84.50";

/// Ask for all that the payment of a notice needs
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub struct ActivateArgs {
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    how: HowArgs,
}

/// How a notice is activated.
#[derive(Clone, Debug, Args)]
pub struct HowArgs {
    /// The version of the primitive
    #[arg(long, value_name = "1|2", default_value = "2")]
    version: VersionArg,
    /// Which kind of account to credit
    #[arg(long, value_name = "KIND")]
    transfer_type: Option<ChannelArg>,
    /// The amount that the payer was shown, in euro: 84.50
    #[arg(long, value_name = "EURO")]
    amount: Option<String>,
    /// A note of the payer's side (paymentNote)
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    /// The due date that the payer was shown
    #[arg(long, value_name = "YYYY-MM-DD")]
    due_date: Option<String>,
}

impl HowArgs {
    /// The version.
    pub fn version(&self) -> VersionArg {
        self.version
    }

    /// The note.
    pub fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }

    /// The activation of a notice that this asks for.
    pub fn activation(&self, notice: &str) -> Activation {
        Activation {
            version: self.version.into(),
            notice: notice.to_owned(),
            amount: self.amount.clone(),
            note: self.note.clone(),
            channel: self.transfer_type.map(Into::into),
            due_date: self.due_date.clone(),
        }
    }
}

/// Asks once.
pub async fn run(args: ActivateArgs) -> Result<(), Failure> {
    let mut ready = args.target.ready()?;
    let notice = args.target.notice(&ready.variables)?;
    let exchange = ready.node.activate(&args.how.activation(&notice)).await;
    conclude(&args.target, exchange)
}

//! `varco node pay`.

use clap::Args;

use super::VersionArg;
use super::activate::HowArgs;
use super::receipt::{PaidArgs, payment_of};
use super::show::Told;
use super::target::Target;
use crate::cli::Failure;
use crate::node::expected::Expected;
use crate::node::receipt::{Payment, plan};
use crate::node::{Node, paid_data};
use crate::wire::pa_for_node::Response;

const ABOUT: &str = "\
Plays a whole payment: verifies a notice, activates it for the amount that was shown, and delivers the receipt.
What the activation says is compared with what the verification had said. --expect is about the receipts.";

const EXAMPLES: &str = "\
Examples:
  varco node pay --env varco-data/demo.env
  varco node pay --env varco-data/demo.env --notice shared --broadcast
  varco node pay --env varco-data/demo.env --notice postal --version 1 --transfer-type postal";

/// Play a whole payment: verify, activate, receipt
#[derive(Debug, Args)]
#[command(long_about = ABOUT, after_long_help = EXAMPLES)]
pub struct PayArgs {
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    how: HowArgs,
    #[command(flatten)]
    paid: PaidArgs,
    /// The version of the receipt, if it is not that of the activation
    #[arg(long, value_name = "1|2")]
    receipt_version: Option<VersionArg>,
}

/// Plays, and stops at the first answer with which the node could not go on.
pub async fn run(args: PayArgs) -> Result<(), Failure> {
    let mut ready = args.target.ready()?;
    let notice = args.target.notice(&ready.variables)?;
    let mut told = Told::new(&args.target);

    let verified = ready.node.verify(&notice).await;
    told.add(verified.clone(), Expected::Ok)?;
    if !told.is_right() {
        return told.end();
    }
    let mut activation = args.how.activation(&notice);
    activation.amount = activation.amount.or_else(|| shown(verified.verdict.answer.as_ref()));
    let activated = ready.node.activate(&activation).await;
    told.add(activated.clone(), Expected::Ok)?;
    told.note(&Node::compare(&verified, &activated))?;
    let ec = ready.node.parties().pa.clone();
    let data = activated.verdict.answer.as_ref().and_then(|answer| paid_data(answer, &ec));
    let (true, Some(data)) = (told.is_right(), data) else { return told.end() };

    let payment = payment_of(&args.how, &args.paid, &ready, &notice)?;
    let version = args.receipt_version.map_or(payment.version, Into::into);
    let plan = plan(&Payment { version, ..payment }, &data).map_err(Failure::unusable)?;
    let expected = args.target.expected()?;
    args.paid.deliver(&mut ready, &plan, &expected, &mut told).await?;
    told.end()
}

/// The amount of a verification.
fn shown(answer: Option<&Response>) -> Option<String> {
    let Some(Response::PaVerifyPaymentNotice(answer)) = answer else { return None };
    let list = answer.payment_list.as_ref()?;
    Some(list.payment_option_description.amount.cents().to_string())
}

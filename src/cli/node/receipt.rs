//! `varco node receipt`.

use clap::Args;
use jiff::{SignedDuration, Timestamp};

use super::activate::HowArgs;
use super::show::Told;
use super::target::{Ready, Target};
use super::{ChannelArg, VersionArg};
use crate::cli::Failure;
use crate::domain::amount::Cents;
use crate::node::expected::Expected;
use crate::node::receipt::{Payment, ReceiptPlan, Share, Spread, invented, plan};
use crate::node::{Activation, Version, paid_data};
use crate::wire::pa_for_node::{Outcome, PaymentDataV2};

const ABOUT: &str = "\
Delivers the receipt of a payment. What it says comes from an activation that is made first; with --unasked
the notice is not activated, as after a payment in stand-in, and the receipt is made up from --amount and --iban.";

const EXAMPLES: &str = "\
Examples:
  varco node receipt --env varco-data/demo.env
  varco node receipt --env varco-data/demo.env --notice shared --broadcast --reversed --again 1
  varco node receipt --env varco-data/demo.env --notice paid --unasked --amount 120.00 --stand-in --late 48";

/// Deliver the receipt of a payment
#[derive(Debug, Args)]
#[command(long_about = ABOUT, after_long_help = EXAMPLES)]
pub struct ReceiptArgs {
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    paid: PaidArgs,
    /// The version of the receipt
    #[arg(long, value_name = "1|2", default_value = "2")]
    version: VersionArg,
    /// Which kind of account the payment credits
    #[arg(long, value_name = "KIND")]
    transfer_type: Option<ChannelArg>,
    /// Do not activate the notice first
    #[arg(long, requires = "amount")]
    unasked: bool,
    /// With --unasked: how much was paid, in euro
    #[arg(long, value_name = "EURO", requires = "unasked")]
    amount: Option<String>,
    /// With --unasked: the account that was credited; if not given, that of --env
    #[arg(long, value_name = "IBAN", requires = "unasked")]
    iban: Option<String>,
}

/// How a notice was paid, and who hears of it.
#[derive(Clone, Debug, Args)]
pub struct PaidArgs {
    /// Deliver a copy to every institution that gets a share
    #[arg(long)]
    broadcast: bool,
    /// Deliver the copies of others before that of the issuer
    #[arg(long, requires = "broadcast")]
    reversed: bool,
    /// Deliver each copy so many times more
    #[arg(long, value_name = "TIMES", default_value_t = 0)]
    again: u8,
    /// The name of the receipt (receiptId); one of its own if not given
    #[arg(long, value_name = "ID")]
    id: Option<String>,
    /// Say that the notice was paid so many hours ago
    #[arg(long, value_name = "HOURS", default_value_t = 0)]
    late: u32,
    /// Say that the node had answered in place of the creditor
    #[arg(long)]
    stand_in: bool,
    /// Say that the payment failed, which the node never does
    #[arg(long)]
    failed: bool,
    /// Say that somebody else paid
    #[arg(long, value_name = "CODE=NAME")]
    payer: Option<String>,
    /// What the payer paid on top, in euro
    #[arg(long, value_name = "EURO", default_value = "1.00")]
    fee: String,
}

impl PaidArgs {
    /// The payment of a notice of an institution in these words.
    pub fn payment(&self, issuer: &str, notice: &str, now: Timestamp) -> Result<Payment, Failure> {
        let id = self.id.clone().unwrap_or_else(|| format!("varco{}", now.as_microsecond()));
        let paid_at = now - SignedDuration::from_hours(i64::from(self.late));
        let payer = match &self.payer {
            None => None,
            Some(text) => {
                let (code, name) =
                    text.split_once('=').ok_or_else(|| Failure::unusable("--payer is not CODE=NAME"))?;
                Some((code.to_owned(), name.to_owned()))
            }
        };
        let outcome = if self.failed { Outcome::Ko } else { Outcome::Ok };
        let fee = Some(cents("--fee", &self.fee)?);
        let stand_in = self.stand_in;
        Ok(Payment { outcome, fee, payer, stand_in, ..Payment::of(issuer, notice, &id, paid_at) })
    }

    /// Delivers a receipt to whom it is to go, and tells of it.
    pub async fn deliver(
        &self,
        ready: &mut Ready,
        plan: &ReceiptPlan,
        expected: &Expected,
        told: &mut Told,
    ) -> Result<(), Failure> {
        let spread = Spread { broadcast: self.broadcast, reversed: self.reversed, again: self.again };
        for recipient in plan.deliveries(spread) {
            let exchange = ready.node.receipt(plan, recipient).await;
            told.add(exchange, expected.clone())?;
        }
        Ok(())
    }
}

fn cents(option: &str, euro: &str) -> Result<Cents, Failure> {
    Cents::parse_euro(euro).map_err(|error| Failure::unusable(format!("{option}: {error}")))
}

/// Activates unless told not to, and delivers.
pub async fn run(args: ReceiptArgs) -> Result<(), Failure> {
    let mut ready = args.target.ready()?;
    let notice = args.target.notice(&ready.variables)?;
    let issuer = ready.node.parties().pa.clone();
    let mut told = Told::new(&args.target);
    let data = if args.unasked {
        args.made_up(&ready, &notice)?
    } else {
        let activation = Activation {
            channel: args.transfer_type.map(Into::into),
            ..Activation::of(Version::from(args.version), &notice)
        };
        let exchange = ready.node.activate(&activation).await;
        let data = exchange.verdict.answer.as_ref().and_then(|answer| paid_data(answer, &issuer));
        told.add(exchange, Expected::Ok)?;
        match data {
            Some(data) => data,
            None => return told.end(),
        }
    };
    let payment = args.paid.payment(&issuer, &notice, ready.clock.now())?;
    let payment = Payment { version: args.version.into(), ..payment };
    let plan = plan(&payment, &data).map_err(Failure::unusable)?;
    let expected = args.target.expected()?;
    args.paid.deliver(&mut ready, &plan, &expected, &mut told).await?;
    told.end()
}

impl ReceiptArgs {
    fn made_up(&self, ready: &Ready, notice: &str) -> Result<PaymentDataV2, Failure> {
        let iban = self.iban.as_deref().or_else(|| ready.variables.get("IBAN"));
        let iban = iban.ok_or_else(|| Failure::unusable("give --iban, or --env FILE with IBAN"))?;
        let amount = cents("--amount", self.amount.as_deref().unwrap_or_default())?;
        let share = Share { ec: &ready.node.parties().pa, iban, amount };
        invented(notice, share, ready.clock.now()).map_err(Failure::unusable)
    }
}

/// What the commands that pay have in common with this one.
pub fn payment_of(how: &HowArgs, paid: &PaidArgs, ready: &Ready, notice: &str) -> Result<Payment, Failure> {
    let payment = paid.payment(&ready.node.parties().pa, notice, ready.clock.now())?;
    let note = how.note().map(str::to_owned);
    Ok(Payment { version: how.version().into(), note, ..payment })
}

//! `varco verify`: checks that what is stored is sound.

use clap::Args;

use super::{ConfigFile, Failure, note, open_store, print};
use crate::domain::invariants::Violation;
use crate::store::{Store, StoreError, Verified};

const ABOUT: &str = "\
Reads everything that is stored in one snapshot and checks what must be true at every moment: each receipt is
booked once and whole, has its event, and agrees with its notice; each feed of events is complete and unchanged;
positions can be read, their sums agree and their last event tells them as they are; nothing is orphaned; and the
record of who did what is as it was written. It changes nothing and may run while varco serves.";

const EXAMPLES: &str = "\
Examples:
  varco verify --config /etc/varco/varco.toml
  varco verify --json --config varco.toml | jq -r .invariant | sort | uniq -c

Exit status: 0 if all is sound; 1 if something is not, each breach on a line of its own; 2 if it could not be
checked.";

/// Check that what is stored is sound
#[derive(Debug, Args)]
#[command(long_about = ABOUT, after_long_help = EXAMPLES)]
pub struct VerifyArgs {
    /// Print each breach as a JSON object with invariant, rule and subject
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    config: ConfigFile,
}

/// How breaches are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A sentence and whom it is about.
    Text,
    /// A JSON object.
    Json,
}

/// Prints each breach on a line.
pub async fn run(args: VerifyArgs) -> Result<(), Failure> {
    let store = open_store(&args.config.load()?).await?;
    let checked = check(&store, if args.json { Form::Json } else { Form::Text }).await;
    store.close().await;
    checked
}

/// Checks a store, prints what is broken to stdout and how much was looked at to stderr.
pub async fn check(store: &Store, form: Form) -> Result<(), Failure> {
    let (mut breaches, mut printed) = (0_u64, Ok(()));
    let mut found = |violation: Violation| {
        breaches += 1;
        if printed.is_ok() {
            printed = print(&line(&violation, form));
        }
    };
    let verified: Result<Verified, StoreError> = store.verify(&mut found).await;
    let Verified { receipts, positions, events } = verified.map_err(Failure::unusable)?;
    printed?;
    note(&format!("{receipts} receipts, {positions} positions and {events} events were looked at"));
    match breaches {
        0 => Ok(()),
        n => Err(Failure::Found(format!("what is stored is not sound: {n} breaches"))),
    }
}

fn line(violation: &Violation, form: Form) -> String {
    match form {
        Form::Text => format!("{violation}\n"),
        Form::Json => {
            let invariant = violation.invariant;
            let (word, rule) = (invariant.word(), invariant.rule());
            format!(
                "{}\n",
                serde_json::json!({ "invariant": word, "rule": rule, "subject": violation.subject })
            )
        }
    }
}

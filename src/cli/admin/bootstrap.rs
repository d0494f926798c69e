//! `varco admin bootstrap`: a code by which the first operator sets its account up.

use clap::Args;
use jiff::SignedDuration;

use super::super::{ConfigFile, Failure, print};
use super::opened;
use crate::admin::Secrets;
use crate::admin::people::{Door, PeopleSettings};
use crate::domain::access::Tenant;
use crate::domain::clock::Clock;
use crate::domain::governance::Author;
use crate::store::LinkFor;

const ABOUT: &str = "\
Prints a code by which somebody becomes an operator: it is good once and for 24 hours, and one before it is
no longer good. It is shown this once; the database has a hash of it. Where an operator can sign in already
the command refuses, unless --again says that this is meant: when all operators have lost their devices.";

/// Print a code by which somebody becomes an operator
#[derive(Debug, Args)]
#[command(long_about = ABOUT)]
pub struct BootstrapArgs {
    /// Although somebody can sign in as an operator already
    #[arg(long)]
    again: bool,
    #[command(flatten)]
    config: ConfigFile,
}

/// How long the code is good.
const LASTS: SignedDuration = SignedDuration::from_hours(24);

/// Prints the code and what to do with it.
pub async fn run(args: BootstrapArgs) -> Result<(), Failure> {
    let (config, vault, store) = opened(&args.config).await?;
    if !args.again && store.has_operator().await.map_err(Failure::unusable)? {
        store.close().await;
        return Err(Failure::Found(
            "somebody can sign in as an operator already; with --again another one is let in".to_owned(),
        ));
    }
    let door = Door::new(store.clone(), vault, Secrets::default(), PeopleSettings::default());
    let door = door.map_err(Failure::unusable)?;
    let now = Clock::system().now();
    let ends_at = now.checked_add(LASTS).map_err(Failure::unusable)?;
    let code = door.add_link(&LinkFor::FirstOperator, (now, ends_at)).await.map_err(Failure::unusable)?;
    let author = Author::gateway("cli", now);
    store
        .note(&author, "admin.bootstrap", (&Tenant::Gateway, "operator"))
        .await
        .map_err(Failure::unusable)?;
    store.close().await;
    let url = config.people.public_url.as_ref().map(|url| url.as_str().to_owned());
    let url = url.unwrap_or_else(|| format!("http://{}", config.api.listen));
    print(&format!(
        "{code}\n\n\
         This code makes whoever has it an operator. It is good once, until {ends_at}.\n\n\
         1. Ask what to give an authenticator:\n\
         \x20  curl {url}/admin/v1/session/enrolment/look -H 'Content-Type: application/json' \\\n\
         \x20    -d '{{\"link\": \"CODE\"}}'\n\
         2. Set the account up:\n\
         \x20  curl {url}/admin/v1/session/enrolment -H 'Content-Type: application/json' \\\n\
         \x20    -d '{{\"link\": \"CODE\", \"name\": …, \"email\": …, \"password\": …, \"code\": \"123456\"}}'\n"
    ))
}

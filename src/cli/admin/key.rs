//! `varco admin key`: an operator's API key.

use clap::Args;

use super::super::{ConfigFile, Failure, print};
use super::opened;
use crate::admin::Secrets;
use crate::api::auth::hash_key;
use crate::domain::access::{ApiKey, ApiScope, KeyRights, Tenant, key_text};
use crate::domain::clock::Clock;
use crate::domain::governance::Author;
use crate::domain::segregation::Segregation;
use crate::domain::text::Text;

const ABOUT: &str = "\
Makes an API key that may everything, for a script that sets an installation up, and prints it. It is shown
this once; the database has a hash of it. Whoever has it can make lesser keys and revoke this one.";

/// Make an operator's API key
#[derive(Debug, Args)]
#[command(long_about = ABOUT)]
pub struct KeyArgs {
    /// What people call it, in lists and in the audit
    #[arg(long, default_value = "operator")]
    label: String,
    #[command(flatten)]
    config: ConfigFile,
}

/// Prints the key.
pub async fn run(args: KeyArgs) -> Result<(), Failure> {
    let label: Text<140> =
        Text::new(&args.label).map_err(|error| Failure::unusable(format!("--label: {error}")))?;
    let (_, _, store) = opened(&args.config).await?;
    let secrets = Secrets::default();
    let secret = key_text(&secrets.draw::<32>().map_err(Failure::unusable)?);
    let id = secrets.id().map_err(Failure::unusable)?;
    let (institutions, segregation) = (ApiScope::Every, Segregation::Every);
    let key =
        ApiKey { id, label: label.to_string(), institutions, segregation, rights: KeyRights::operator() };
    store.add_api_key(&key, &hash_key(&secret)).await.map_err(Failure::unusable)?;
    let author = Author::gateway("cli", Clock::system().now());
    store.note(&author, "admin.key", (&Tenant::Gateway, &key.id)).await.map_err(Failure::unusable)?;
    store.close().await;
    print(&format!("{secret}\n"))
}

//! `varco demo`: a whole installation in one folder, and the node that pays a notice of it.

pub mod blueprint;
pub mod folder;
pub mod gallery;
pub mod guide;
pub mod node;
pub mod pki;
pub mod play;
pub mod services;
pub mod settings;
pub mod stories;
pub mod world;

use secrecy::SecretString;
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use self::folder::{Access, Folder};
use self::node::Node;
use self::pki::{Pki, Prepared};
use self::settings::{Addresses, Keys, Named};
use self::stories::Told;
use self::world::{TOWN, TOWN_NAME, valid};
use super::{Failure, print};
use crate::admin::{KeyHasher, Vault};
use crate::api::auth::hash_key;
use crate::config::{Config, Log, LogFormat};
use crate::domain::clock::Clock;
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::segregation::Segregation;
use crate::gateway::Gateway;
use crate::node::client::{Client, TlsFiles};
use crate::store::{ApiKey, ApiScope, KeyRights, Store, StoreOptions};

/// The client waits longer than the node that calls through it.
const LONGEST: Duration = Duration::from_secs(60);

/// Which of the stories is played; the others stay for the reader to try.
const PLAYED: usize = 1;

const ABOUT: &str = "\
Sets up a town that is owed money, with certificates, a database and notices, starts the gateway, and
plays the payment node: over mutual TLS it pays one notice, and one tax for which nobody holds a notice,
and tells what happens on the way.
Then it stays up and prints commands to try by hand, until Ctrl-C.

Everything lies in one folder and is used again by the next run; delete the folder to begin anew.
Nothing leaves this machine, and all names and codes are invented.

Written to the folder: varco.toml for `varco serve`, and demo.env with lines KEY=VALUE for scripts.

Exit status: 0 if every step went well, 1 if one did not, 2 if the demo could not start.";

const EXAMPLES: &str = "\
Examples:
  varco demo
  varco demo --once                      play and leave, for a build server
  varco demo --data-dir /tmp/varco --soap-addr 127.0.0.1:0 --api-addr 127.0.0.1:0";

/// See a whole payment on this machine, with nothing to install
#[derive(Debug, Args)]
#[command(long_about = ABOUT, after_long_help = EXAMPLES)]
pub struct DemoArgs {
    /// Where everything is kept
    #[arg(long, value_name = "DIR", default_value = "./varco-data")]
    data_dir: PathBuf,
    /// Where the node calls; port 0 takes any free port
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8443")]
    soap_addr: SocketAddr,
    /// Where REST, health and metrics are served; port 0 takes any free port
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    api_addr: SocketAddr,
    /// Leave after the payment instead of staying up
    #[arg(long)]
    once: bool,
}

/// Sets up, serves, plays, and stays or leaves.
pub async fn run(args: DemoArgs) -> Result<(), Failure> {
    let clock = Clock::system();
    let folder = Folder::open(&args.data_dir)?;
    let known = settings::known_keys(&folder)?;
    let (pki, prepared) = pki::prepare(&folder, clock.now())?;
    let keys = furnish(&folder, known, &clock).await?;
    for key in [settings::MASTER_KEY, settings::VAULT_KEY] {
        if folder.read(key)?.is_none() {
            folder.write(key, &random_hex()?, Access::Private)?;
        }
    }
    introduce(&folder, prepared)?;

    let gateway =
        start(&folder, &pki, Addresses { soap: args.soap_addr, api: args.api_addr }, &clock).await?;
    let addresses = Addresses { soap: gateway.soap_addr(), api: gateway.api_addr() };
    // Scripts wait for the environment: it has to be of this run, and stays that of another demo in this
    // folder if this one could not start.
    folder.remove(settings::ENVIRONMENT)?;
    settings::write_config(&folder, settings::CONFIG, &pki, &addresses)?;
    let played = perform(&gateway, &folder, &pki, (&addresses, &keys), &clock).await;
    if args.once || played.is_err() {
        gateway.stop().await;
        return played;
    }
    guide::commands(&folder, &stories::tell(gateway.store(), clock.now()).await?, clock.now())?;
    // The signals are listened to before anybody is told that there is something to stop.
    let announced = async { print("Varco is up. Press Ctrl-C to stop it.\n") };
    let (stopped, announced) = tokio::join!(biased; gateway.run_until_stopped(), announced);
    announced?;
    stopped.map_err(|error| Failure::Found(error.to_string()))
}

/// Creates the database with everything in it; returns the API keys.
async fn furnish(
    folder: &Folder,
    known: Keys<Option<String>>,
    clock: &Clock,
) -> Result<Keys<String>, Failure> {
    let store = valid(Store::open(&settings::database_url(folder), StoreOptions::default()).await)?;
    valid(store.migrate().await)?;
    world::register(&store).await?;
    gallery::hang(&store).await?;
    stories::tell(&store, clock.now()).await?;
    services::offer(&store, clock).await?;
    let town = ApiScope::Only(BTreeSet::from([valid(FiscalCode::new(TOWN))?]));
    let vault = folder.read(settings::VAULT_KEY)?.map(|key| Vault::new(SecretString::from(key.trim())));
    let hasher = valid(KeyHasher::new(vault.as_ref()))?;
    let known_key = async |known: Option<String>| known_key(&store, &hasher, known).await;
    let keys = Keys {
        api: key(&store, known_key(known.api).await?, ("demo", town, KeyRights::data())).await?,
        admin: key(
            &store,
            known_key(known.admin).await?,
            ("operator", ApiScope::Every, KeyRights::operator()),
        )
        .await?,
    };
    store.close().await;
    Ok(keys)
}

/// The key of another run in this folder, if it still opens anything.
async fn known_key(
    store: &Store,
    hasher: &KeyHasher,
    known: Option<String>,
) -> Result<Option<String>, Failure> {
    let Some(known) = known else { return Ok(None) };
    let plain = hash_key(&known);
    let kept = valid(store.knows_key([&plain, &hasher.code(&plain).unwrap_or(plain)]).await)?;
    Ok(kept.then_some(known))
}

/// A key for these institutions and rights: the one that is known, or a new one.
async fn key(
    store: &Store,
    known: Option<String>,
    (id, institutions, rights): (&str, ApiScope, KeyRights),
) -> Result<String, Failure> {
    if let Some(key) = known {
        return Ok(key);
    }
    let key = random_hex()?;
    let (label, segregation) = (format!("varco demo: {id}"), Segregation::Every);
    let entry = ApiKey { id: id.to_owned(), label, institutions, segregation, rights };
    valid(store.add_api_key(&entry, &hash_key(&key)).await)?;
    Ok(key)
}

#[expect(clippy::disallowed_methods, reason = "a composition root: the keys of the demo are drawn here")]
fn random_hex() -> Result<String, Failure> {
    let mut bytes = [0; 24];
    valid(getrandom::fill(&mut bytes))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn introduce(folder: &Folder, prepared: Prepared) -> Result<(), Failure> {
    let place = folder.root().display();
    let state = match prepared {
        Prepared::Fresh => "made now",
        Prepared::Reused => "used again",
    };
    print(&format!(
        "Varco demo\n\n  {TOWN_NAME} is owed money. Citizens pay at their bank; the payment node (pagoPA) stands\n  \
         between the banks and the town, and Varco answers the node for the town.\n\n  \
         Certificates, database and keys are in {place} ({state}).\n"
    ))
}

/// The configuration before the ports are known, there only while it is read.
const STARTING: &str = "starting.toml";

async fn start(folder: &Folder, pki: &Pki, wanted: Addresses, clock: &Clock) -> Result<Gateway, Failure> {
    settings::write_config(folder, STARTING, pki, &wanted)?;
    let config = Config::load(&folder.path(STARTING), []).map_err(Failure::unusable);
    folder.remove(STARTING)?;
    let mut config = config?;
    // The story is told on stdout; the log of every request would drown it on a terminal.
    config.log = Log { format: LogFormat::Text, filter: "warn".to_owned() };
    crate::observe::logs::init(&config.log).map_err(Failure::unusable)?;
    Gateway::start(config, clock.clone()).await.map_err(Failure::unusable)
}

/// Plays the story and lists the notices; what was paid is replaced, so that all stories stay payable.
async fn perform(
    gateway: &Gateway,
    folder: &Folder,
    pki: &Pki,
    (addresses, keys): (&Addresses, &Keys<String>),
    clock: &Clock,
) -> Result<(), Failure> {
    let files =
        TlsFiles { ca: Some(pki.ca.clone()), identity: Some((pki.node.clone(), pki.node_key.clone())) };
    let client = Client::new(&addresses.soap_url(), &files, LONGEST).map_err(Failure::unusable)?;
    let told = stories::tell(gateway.store(), clock.now()).await?;
    let played = told.get(PLAYED).ok_or_else(|| Failure::unusable("there is no story to play"))?;
    let document = services::write_document(folder)?;
    let announce = |told: &[Told]| {
        let named = Named { notices: guide::named(told)?, document: document.clone() };
        settings::write_environment(folder, pki, addresses, keys, &named)
    };
    announce(&told)?;
    let mut node = Node::new(client, clock.clone());
    play::play(&mut node, played, clock.now()).await?;
    services::play(&mut node, clock).await?;
    print(&format!("\n  Citizens find the same services at {}/servizi\n", addresses.api_url()))?;
    let told = stories::tell(gateway.store(), clock.now()).await?;
    announce(&told)?;
    guide::notices(&told)
}

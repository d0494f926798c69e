//! `varco record`: stands in front of an endpoint, hands everything on, and writes down what went by.

mod folder;
mod proxy;

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;

use self::folder::Folder;
use self::proxy::{Proxy, Target};
use super::{Failure, print};
use crate::config::AllowedClients;
use crate::domain::clock::Clock;
use crate::observe::Metrics;
use crate::recording::invent::{Notices, SessionKey};
use crate::recording::mask::Masker;
use crate::recording::session::tally;
use crate::serve::{Limits, Listener, ListenerSettings, Shutdown};
use crate::tls::{CallerSettings, TlsReloader, TlsSettings};

/// How many connections are served at once: a tester's, not a country's.
const CONNECTIONS: usize = 256;
const HANDSHAKE: Duration = Duration::from_secs(15);
const IDLE: Duration = Duration::from_secs(75);
/// How long a stop waits for what is under way.
const GRACE: Duration = Duration::from_secs(30);

const ABOUT: &str = "\
Listens where a caller can be sent to, hands every request on to the endpoint as it came, and the answer
back as it came. What went by is written into a folder as fixtures that `varco replay` plays, in order.

No person can be found in the folder. Only codes of public bodies, brokers, stations and providers,
amounts, dates, words of the contract and fault codes are kept, and only in their form; every other text
is replaced, also in documents that are enclosed in Base64. The same person has the same invented code and
name throughout a session; fiscal codes have a right check character, accounts stay at their bank. What is
invented depends on a key that is drawn at the start and kept nowhere. A message that cannot be read is
handed on, and not written down. The traffic itself is not changed.

Notice numbers are invented too, unless --keep-notices is given; a replay then says which ones to use.

Exit status: 0 if all went by and was written, 1 if something could not be written, 2 if it could not start.";

const EXAMPLES: &str = "\
Examples:
  In front of a demo, for a caller that speaks plain HTTP to this machine:
    . varco-data/demo.env
    varco record --listen 127.0.0.1:9000 --url \"$VARCO_SOAP_URL\" --into session \\
      --ca \"$VARCO_CA\" --cert \"$VARCO_NODE_CERT\" --key \"$VARCO_NODE_KEY\"

  The same with TLS towards the caller, whose certificate is asked for:
    varco record --listen 0.0.0.0:9443 --url https://test.example.it/paForNode --into session --ca ca.pem \\
      --server-cert server.pem --server-key server.key --client-ca callers.pem

  Play it again:
    varco replay session --env varco-data/demo.env --url \"$VARCO_SOAP_URL\" --ca \"$VARCO_CA\" …";

/// Hand requests on to an endpoint and write them down without the data of persons
#[derive(Debug, Args)]
#[command(long_about = ABOUT, after_long_help = EXAMPLES)]
pub struct RecordArgs {
    /// Where to listen; port 0 takes any free port
    #[arg(long, value_name = "ADDRESS")]
    listen: SocketAddr,
    /// The endpoint that the requests are for; a path that a caller asks for is not looked at
    #[arg(long)]
    url: String,
    /// The folder to write into; made if it is not there, and empty
    #[arg(long, value_name = "DIR")]
    into: PathBuf,
    /// Certificate to show to the endpoint, PEM with its chain
    #[arg(long, value_name = "FILE", requires = "key")]
    cert: Option<PathBuf>,
    /// Its private key, PEM
    #[arg(long, value_name = "FILE", requires = "cert")]
    key: Option<PathBuf>,
    /// Authorities of the endpoint's certificate, PEM; else those of this machine
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// Certificate to show to callers, PEM with its chain; plain HTTP without it
    #[arg(long, value_name = "FILE", requires = "server_key")]
    server_cert: Option<PathBuf>,
    /// Its private key, PEM
    #[arg(long, value_name = "FILE", requires = "server_cert")]
    server_key: Option<PathBuf>,
    /// Authorities of the certificates that callers must show, PEM; none is asked for without it
    #[arg(long, value_name = "FILE", requires = "server_cert")]
    client_ca: Vec<PathBuf>,
    /// Keep notice numbers and references as they are: for test environments
    #[arg(long)]
    keep_notices: bool,
    /// Keep the texts of elements of this name, because they name nobody; may be given several times
    #[arg(long, value_name = "ELEMENT")]
    keep: Vec<String>,
    /// The most bytes of a request or an answer
    #[arg(long, value_name = "BYTES", default_value_t = 2 * 1024 * 1024)]
    limit: usize,
    /// How many seconds the endpoint has for an answer
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    timeout: u64,
}

/// Records until a signal comes.
pub async fn run(args: RecordArgs) -> Result<(), Failure> {
    let clock = Clock::system();
    let target = Target::new(&args)?;
    let notices = if args.keep_notices { Notices::Kept } else { Notices::Invented };
    let kept: BTreeSet<String> = args.keep.iter().cloned().collect();
    let folder = Folder::open(&args.into, Masker::new(session_key()?, notices, kept), clock.clone())?;
    let folder = Arc::new(folder);
    let listener = bind(&args, clock).await?;
    let scheme = if args.server_cert.is_some() { "https" } else { "http" };
    let address = listener.local_addr();
    let proxy = Proxy { target, folder: Arc::clone(&folder), limit: args.limit };

    let shutdown = Shutdown::new();
    // The signals are listened to before anybody is told that there is something to stop.
    let stopped = shutdown.on_signal().map_err(Failure::unusable)?;
    let serving = tokio::spawn(listener.serve(proxy.router(), shutdown.clone()));
    print(&format!(
        "Recording at {scheme}://{address}/ into {}. Press Ctrl-C to stop.\n",
        args.into.display()
    ))?;
    stopped.await;
    shutdown.finish(GRACE).await;
    serving.await.map_err(Failure::unusable)?;
    conclude(&folder)
}

fn conclude(folder: &Folder) -> Result<(), Failure> {
    let told = folder.session();
    for (operation, count) in tally(&told) {
        print(&format!("{count:>6} {operation}\n"))?;
    }
    let withheld = told.steps.iter().filter(|step| step.request_withheld.is_some()).count();
    print(&format!("{} exchanges recorded, {withheld} of them without their request\n", told.steps.len()))?;
    match folder.trouble() {
        None => Ok(()),
        Some(trouble) => Err(Failure::Found(format!("not everything was written down: {trouble}"))),
    }
}

async fn bind(args: &RecordArgs, clock: Clock) -> Result<Listener, Failure> {
    let limits =
        Limits { connections: CONNECTIONS, handshake: HANDSHAKE, header: HANDSHAKE, idle: IDLE, write: IDLE };
    let settings = ListenerSettings { name: "record", listen: args.listen, limits };
    let tls = match (&args.server_cert, &args.server_key) {
        (Some(certificate), Some(key)) => {
            let callers = (!args.client_ca.is_empty()).then(|| CallerSettings {
                client_ca: args.client_ca.clone(),
                allowed: AllowedClients::AnyOfCa,
            });
            let settings = TlsSettings {
                section: "record",
                certificate: certificate.clone(),
                key: key.clone(),
                callers,
                reload_interval: Duration::from_secs(60),
            };
            Some(Arc::new(TlsReloader::load(settings, clock).map_err(Failure::unusable)?))
        }
        _ => None,
    };
    Listener::bind(settings, tls, Arc::new(Metrics::new(|_| {}))).await.map_err(Failure::unusable)
}

#[expect(clippy::disallowed_methods, reason = "a composition root: the key of the session is drawn here")]
fn session_key() -> Result<SessionKey, Failure> {
    let mut key = [0; 32];
    getrandom::fill(&mut key).map_err(Failure::unusable)?;
    Ok(SessionKey(key))
}

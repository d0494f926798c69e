//! Whom the node asks, as all commands of `varco node` are told it.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::cli::Failure;
use crate::domain::clock::Clock;
use crate::node::Parties;
use crate::node::client::TlsFiles;
use crate::node::judge::Expectations;
use crate::node::scenario::{PositionApi, Target};
use crate::node::variables::Variables;

/// Whom the node asks, and in whose name. What is not given is read from the variables.
#[derive(Clone, Debug, Args)]
pub struct Peer {
    /// Where paForNode is offered, over https or in clear [variable SOAP_URL]
    #[arg(long)]
    url: Option<String>,
    /// Certificate of the node to present, PEM with its chain [variable NODE_CERT]
    #[arg(long, value_name = "FILE", requires = "key")]
    cert: Option<PathBuf>,
    /// Its private key, PEM [variable NODE_KEY]
    #[arg(long, value_name = "FILE", requires = "cert")]
    key: Option<PathBuf>,
    /// Authorities to trust, PEM [variable CA]
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// The creditor institution that is asked (idPA) [variable EC]
    #[arg(long, value_name = "CODE")]
    pub pa: Option<String>,
    /// Its broker (idBrokerPA) [variable BROKER]
    #[arg(long, value_name = "CODE")]
    broker: Option<String>,
    /// The broker's station (idStation) [variable STATION]
    #[arg(long, value_name = "CODE")]
    station: Option<String>,
    /// Read variables from a file of KEY=VALUE lines, such as demo.env; a VARCO_ before the key is dropped
    #[arg(long, value_name = "FILE")]
    env: Option<PathBuf>,
}

impl Peer {
    /// The variables of the file.
    pub fn variables(&self) -> Result<Variables, Failure> {
        let mut variables = Variables::default();
        if let Some(file) = &self.env {
            let named =
                |error: &dyn std::fmt::Display| Failure::unusable(format!("{}: {error}", file.display()));
            let text = fs::read_to_string(file).map_err(|error| named(&error))?;
            variables.read(&text).map_err(|error| named(&error))?;
        }
        Ok(variables)
    }

    /// The address.
    pub fn url(&self, variables: &Variables) -> Result<String, Failure> {
        needed(&self.url, variables, ("SOAP_URL", "--url"))
    }

    /// What a connection over TLS is made with.
    pub fn files(&self, variables: &Variables) -> TlsFiles {
        let file = |given: &Option<PathBuf>, name: &str| {
            given.clone().or_else(|| variables.get(name).map(PathBuf::from))
        };
        let identity = file(&self.cert, "NODE_CERT").zip(file(&self.key, "NODE_KEY"));
        TlsFiles { ca: file(&self.ca, "CA"), identity }
    }

    /// Who is asked.
    pub fn parties(&self, variables: &Variables) -> Result<Parties, Failure> {
        Ok(Parties {
            pa: needed(&self.pa, variables, ("EC", "--pa"))?,
            broker: needed(&self.broker, variables, ("BROKER", "--broker"))?,
            station: needed(&self.station, variables, ("STATION", "--station"))?,
        })
    }
}

fn needed(
    given: &Option<String>,
    variables: &Variables,
    (name, option): (&str, &str),
) -> Result<String, Failure> {
    let known = given.clone().or_else(|| variables.get(name).map(str::to_owned));
    known.ok_or_else(|| Failure::unusable(format!("give {option}, or --env FILE with {name}")))
}

/// The endpoint of scenarios and loads, and the variables that they are given by hand.
#[derive(Debug, Args)]
pub struct Endpoint {
    #[command(flatten)]
    peer: Peer,
    /// Set a variable; may be given several times, and wins over --env
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// How many seconds to wait for each answer; as long as the real node if not given
    #[arg(long, value_name = "SECONDS")]
    timeout: Option<u64>,
}

impl Endpoint {
    /// The variables, those of the options included.
    pub fn variables(&self) -> Result<Variables, Failure> {
        let mut variables = self.peer.variables()?;
        for setting in &self.set {
            variables.set(setting).map_err(|error| Failure::unusable(format!("--set: {error}")))?;
        }
        let Peer { pa, broker, station, .. } = &self.peer;
        for (name, option) in [("EC", pa), ("BROKER", broker), ("STATION", station)] {
            if let Some(value) = option {
                variables.put(name, value);
            }
        }
        Ok(variables)
    }

    /// The names of variables that were set one by one, and not read from a file.
    pub fn set_by_hand(&self) -> Vec<String> {
        let names = self.set.iter().filter_map(|setting| setting.split_once('='));
        names.map(|(name, _)| name.trim().to_owned()).collect()
    }

    /// Whom to ask.
    pub fn target(&self, variables: &Variables) -> Result<Target, Failure> {
        let (url, files) = (self.peer.url(variables)?, self.peer.files(variables));
        let clock = Clock::system();
        let api = variables.get("API_URL").zip(variables.get("API_KEY")).map(|(url, key)| {
            // The API is asked as a system of the institution asks it, which has no certificate of the node.
            let files = TlsFiles { identity: None, ..files.clone() };
            PositionApi::new(url, key, files, clock.clone())
        });
        let parties = self.peer.parties(variables)?;
        let patience = self.timeout.map(Duration::from_secs);
        Ok(Target { url, files, parties, known: Expectations::default(), patience, api, clock })
    }
}

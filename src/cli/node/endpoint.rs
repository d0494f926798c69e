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

/// The endpoint, and in whose name it is asked. What is not given is read from the variables.
#[derive(Debug, Args)]
pub struct Endpoint {
    /// Where to send the requests [variable SOAP_URL]
    #[arg(long)]
    url: Option<String>,
    /// Certificate to present, PEM with its chain [variable NODE_CERT]
    #[arg(long, value_name = "FILE", requires = "key")]
    cert: Option<PathBuf>,
    /// Its private key, PEM [variable NODE_KEY]
    #[arg(long, value_name = "FILE", requires = "cert")]
    key: Option<PathBuf>,
    /// Authorities to trust, PEM [variable CA]
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// Fiscal code of the institution [variable EC]
    #[arg(long, value_name = "CODE")]
    pa: Option<String>,
    /// Its broker [variable BROKER]
    #[arg(long, value_name = "CODE")]
    broker: Option<String>,
    /// The broker's station [variable STATION]
    #[arg(long, value_name = "CODE")]
    station: Option<String>,
    /// Read variables from a file of KEY=VALUE lines, such as demo.env; a VARCO_ before the key is dropped
    #[arg(long, value_name = "FILE")]
    env: Option<PathBuf>,
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
        let mut variables = Variables::default();
        if let Some(file) = &self.env {
            let named =
                |error: &dyn std::fmt::Display| Failure::unusable(format!("{}: {error}", file.display()));
            let text = fs::read_to_string(file).map_err(|error| named(&error))?;
            variables.read(&text).map_err(|error| named(&error))?;
        }
        for setting in &self.set {
            variables.set(setting).map_err(|error| Failure::unusable(format!("--set: {error}")))?;
        }
        for (name, option) in [("EC", &self.pa), ("BROKER", &self.broker), ("STATION", &self.station)] {
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
        let value = |name: &str, option: &str| {
            let missing = || Failure::unusable(format!("give {option}, or {name} by --env FILE"));
            variables.get(name).map(str::to_owned).ok_or_else(missing)
        };
        let file = |option: &Option<PathBuf>, name: &str| {
            option.clone().or_else(|| variables.get(name).map(PathBuf::from))
        };
        let url = match &self.url {
            Some(url) => url.clone(),
            None => value("SOAP_URL", "--url")?,
        };
        let identity = file(&self.cert, "NODE_CERT").zip(file(&self.key, "NODE_KEY"));
        let files = TlsFiles { ca: file(&self.ca, "CA"), identity };
        let clock = Clock::system();
        let api = variables.get("API_URL").zip(variables.get("API_KEY")).map(|(url, key)| {
            // The API is asked as a system of the institution asks it, which has no certificate of the node.
            let files = TlsFiles { identity: None, ..files.clone() };
            PositionApi::new(url, key, files, clock.clone())
        });
        let parties = Parties {
            pa: value("EC", "--pa")?,
            broker: value("BROKER", "--broker")?,
            station: value("STATION", "--station")?,
        };
        let patience = self.timeout.map(Duration::from_secs);
        Ok(Target { url, files, parties, known: Expectations::default(), patience, api, clock })
    }
}

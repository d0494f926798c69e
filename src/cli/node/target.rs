//! Whom a command of the node asks, and how: the options that all of them share.

use std::collections::BTreeSet;
use std::time::Duration;

use clap::Args;

use super::endpoint::Peer;
use crate::cli::Failure;
use crate::domain::clock::Clock;
use crate::node::Node;
use crate::node::client::Client;
use crate::node::expected::Expected;
use crate::node::judge::Expectations;
use crate::node::variables::Variables;

/// Longer than the node waits, so that its own time-out ends the waiting.
const LONGEST: Duration = Duration::from_secs(3600);

/// The options that every command of the node takes.
#[derive(Clone, Debug, Args)]
pub struct Target {
    #[command(flatten)]
    peer: Peer,
    /// The notice number, or the name of one in --env: shared, postal, paid, ...
    #[arg(long, value_name = "NUMBER")]
    pub notice: Option<String>,
    /// How many seconds to wait for an answer; as the node if not given: 7, and 15 for a receipt
    #[arg(long, value_name = "SECONDS")]
    pub timeout: Option<f64>,
    /// The answer to expect: OK, KO, a code such as PAA_PAGAMENTO_DUPLICATO, or what the node tells (PPT_...)
    #[arg(long, value_name = "ANSWER")]
    pub expect: Option<String>,
    /// An institution that is registered; others in a transfer are wrong. May be given several times
    #[arg(long, value_name = "CODE")]
    pub known_ec: Vec<String>,
    /// An account that is registered; others in a transfer are wrong. May be given several times
    #[arg(long, value_name = "IBAN")]
    pub known_iban: Vec<String>,
    /// A code of notices that the station is registered for; the node asks for no others. May be given several times
    #[arg(long, value_name = "DIGITS")]
    pub code: Vec<String>,
    /// Tell the outcome as JSON
    #[arg(long)]
    pub json: bool,
    /// Show the messages as well
    #[arg(long, short)]
    pub verbose: bool,
}

/// A node that is ready to ask, and what else the options and the environment said.
#[derive(Debug)]
pub struct Ready {
    /// The node.
    pub node: Node,
    /// What --env holds.
    pub variables: Variables,
    /// What time it is.
    pub clock: Clock,
}

impl Target {
    /// A node for this target.
    pub fn ready(&self) -> Result<Ready, Failure> {
        let variables = self.peer.variables()?;
        let (url, files) = (self.peer.url(&variables)?, self.peer.files(&variables));
        let client = Client::new(&url, &files, LONGEST).map_err(Failure::unusable)?;
        let parties = self.peer.parties(&variables)?;
        let clock = Clock::system();
        let mut node = Node::new(client, parties, clock.clone()).knowing(self.known(&variables));
        if let Some(seconds) = self.timeout {
            let patience = Duration::try_from_secs_f64(seconds);
            node = node.waiting(patience.map_err(|error| Failure::unusable(format!("--timeout: {error}")))?);
        }
        Ok(Ready { node, variables, clock })
    }

    /// The notice that is meant.
    pub fn notice(&self, variables: &Variables) -> Result<String, Failure> {
        let Some(given) = &self.notice else {
            let notice = variables.get("NOTICE").map(str::to_owned);
            return notice.ok_or_else(|| Failure::unusable("give --notice, or --env FILE with NOTICE"));
        };
        let named = variables.get(&format!("NOTICE_{}", given.to_ascii_uppercase()));
        Ok(named.unwrap_or(given).to_owned())
    }

    /// The answer to expect; OK if nothing was said.
    pub fn expected(&self) -> Result<Expected, Failure> {
        self.expected_or(Expected::Ok)
    }

    /// The answer to expect, or this if nothing was said.
    pub fn expected_or(&self, usual: Expected) -> Result<Expected, Failure> {
        match &self.expect {
            None => Ok(usual),
            Some(text) => text.parse().map_err(|error| Failure::unusable(format!("--expect: {error}"))),
        }
    }

    /// What the registry of the platform holds: as given, or what the environment says of the demo's.
    fn known(&self, variables: &Variables) -> Expectations {
        let set = |given: &[String], keys: &[&str]| -> Option<BTreeSet<String>> {
            // What the environment says of its own institution says nothing about another one.
            let own = self.peer.pa.is_none() || self.peer.pa.as_deref() == variables.get("EC");
            let from = || keys.iter().filter(|_| own).filter_map(|key| variables.get(key)).map(str::to_owned);
            let all: BTreeSet<_> =
                if given.is_empty() { from().collect() } else { given.iter().cloned().collect() };
            (!all.is_empty()).then_some(all)
        };
        Expectations {
            known_ecs: set(&self.known_ec, &["EC", "PROVINCE"]),
            ibans: set(&self.known_iban, &["IBAN", "POSTAL_IBAN", "PROVINCE_IBAN"]),
            codes: set(&self.code, &[]),
            ..Expectations::default()
        }
    }
}

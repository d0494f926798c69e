//! A station: where the node finds the systems of an institution, and how it uses them.

use std::ops::RangeInclusive;

use super::visible::Visible;
use crate::domain::ids::{BrokerCode, StationCode};
use crate::domain::party::PrimitiveVersion;

/// All that is known of a station (api-config 0.59, `StationDetails`). No password is: those of the contract
/// are not used since callers are known by their certificates and keys.
#[derive(Clone, Debug, PartialEq)]
pub struct StationFacts {
    /// Its code.
    pub code: StationCode,
    /// Who runs it.
    pub broker: BrokerCode,
    /// Whether the node may come through it.
    pub enabled: bool,
    /// Which generation of stations it is of.
    pub version: StationVersion,
    /// Which version of get and receipt the node uses on it.
    pub primitives: PrimitiveVersion,
    /// Where the node calls.
    pub service: Service,
    /// Where the institution really listens for receipts of the first payment model.
    pub target: Target,
    /// Where it really listens for the questions and receipts of notices (paForNode).
    pub target_pof: Target,
    /// Where payers come back to after a payment of the first model.
    pub redirect: Redirect,
    /// Where spontaneous payments are asked for.
    pub fourth_model: Address,
    /// What stands between the node and the station.
    pub proxy: Proxy,
    /// How the node uses it.
    pub tuning: Tuning,
    /// Whether it is asked while the payer waits.
    pub online: Option<bool>,
    /// Whether receipts are sent at once.
    pub instant_receipts: Option<bool>,
    /// Whether the node may answer in its place while it does not.
    pub stand_in: bool,
    /// Whether payment options are asked of it.
    pub payment_options: Option<bool>,
    /// Where its REST services are: a URL of http or https.
    pub rest_endpoint: Option<Visible<255>>,
}

/// Which generation of stations one is of. Copies of receipts that many share need the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum StationVersion {
    /// The first.
    V1,
    /// The second.
    V2,
}

/// How an address is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// In clear.
    Http,
    /// With TLS.
    Https,
}

/// A TCP port: 1 to 65535.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Port(u16);

/// Where the node calls.
#[derive(Clone, Debug, PartialEq)]
pub struct Service {
    /// How.
    pub protocol: Protocol,
    /// The host, by name or number.
    pub host: Option<Visible<100>>,
    /// The port.
    pub port: Port,
    /// The path for receipts of the first model.
    pub path: Option<Visible<100>>,
    /// The path for paForNode.
    pub pof_path: Option<Visible<100>>,
}

/// Where a system really listens.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Target {
    /// The host; forwarders take a whole URL's beginning too.
    pub host: Option<Visible<255>>,
    /// The port.
    pub port: Option<Port>,
    /// The path.
    pub path: Option<Visible<255>>,
}

/// An address that may be left out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Address {
    /// How it is spoken to.
    pub protocol: Option<Protocol>,
    /// The host.
    pub host: Option<Visible<100>>,
    /// The port.
    pub port: Option<Port>,
    /// The path.
    pub path: Option<Visible<100>>,
}

/// Where payers come back to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Redirect {
    /// The page.
    pub address: Address,
    /// What stands behind the question mark.
    pub query: Option<Visible<255>>,
}

/// What stands between the node and the station. Its password is not kept.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Proxy {
    /// Whether it is used.
    pub enabled: Option<bool>,
    /// The host.
    pub host: Option<Visible<100>>,
    /// The port.
    pub port: Option<Port>,
    /// Who the node says it is.
    pub username: Option<Visible<100>>,
}

/// How the node uses a station.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tuning {
    /// How many requests at once, at least one.
    pub threads: i64,
    /// How long it waits for the station to be reached, in seconds.
    pub timeout_a: i64,
    /// How long it waits for an answer, in seconds.
    pub timeout_b: i64,
    /// How long it waits for the end of a conversation, in seconds.
    pub timeout_c: i64,
}

/// How many requests at once there can be.
pub const THREADS: RangeInclusive<i64> = 1..=100_000;
/// How long a time-out can be, in seconds.
pub const TIMEOUT: RangeInclusive<i64> = 0..=86_400;

/// The back office's values.
impl Default for Tuning {
    fn default() -> Self {
        Tuning { threads: 1, timeout_a: 7, timeout_b: 30, timeout_c: 120 }
    }
}

impl Port {
    /// The port of plain HTTP.
    pub const HTTP: Port = Port(80);

    /// The port of that number.
    pub fn new(number: i64) -> Option<Self> {
        u16::try_from(number).ok().filter(|number| *number > 0).map(Port)
    }

    /// Its number.
    pub fn number(self) -> i64 {
        i64::from(self.0)
    }
}

impl Protocol {
    /// All of them.
    pub const ALL: [Protocol; 2] = [Protocol::Https, Protocol::Http];

    /// Its name in the contract.
    pub const fn name(self) -> &'static str {
        match self {
            Protocol::Http => "HTTP",
            Protocol::Https => "HTTPS",
        }
    }

    /// The protocol of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Protocol::ALL.into_iter().find(|protocol| protocol.name() == name)
    }
}

impl StationVersion {
    /// Its number.
    pub const fn number(self) -> i64 {
        match self {
            StationVersion::V1 => 1,
            StationVersion::V2 => 2,
        }
    }

    /// The version of that number.
    pub fn from_number(number: i64) -> Option<Self> {
        match number {
            1 => Some(StationVersion::V1),
            2 => Some(StationVersion::V2),
            _ => None,
        }
    }
}

impl StationFacts {
    /// Whether the node and the institution speak while the payer waits: payers can come back, or the
    /// questions of notices are answered there.
    pub fn is_synchronous(&self) -> bool {
        let first_model = self.target.path.is_some() && self.redirect.address.host.is_some();
        first_model || self.target_pof.path.is_some()
    }
}

/// Whether a code is one that a broker gives its stations: its own code, `_`, two digits.
pub fn is_code_of(station: &StationCode, broker: &BrokerCode) -> bool {
    let rest = station.as_str().strip_prefix(broker.as_str()).and_then(|rest| rest.strip_prefix('_'));
    rest.is_some_and(|digits| digits.len() == 2 && digits.bytes().all(|b| b.is_ascii_digit()))
}

/// The first code from `_01` to `_99` that no station has; none if all are taken.
pub fn next_code<'a>(
    broker: &BrokerCode,
    taken: impl IntoIterator<Item = &'a StationCode>,
) -> Option<StationCode> {
    let taken: std::collections::BTreeSet<&StationCode> = taken.into_iter().collect();
    let codes = (1..=99).filter_map(|number| StationCode::new(&format!("{broker}_{number:02}")).ok());
    codes.into_iter().find(|code| !taken.contains(code))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broker() -> BrokerCode {
        BrokerCode::new("88888888888").unwrap()
    }

    fn station(text: &str) -> StationCode {
        StationCode::new(text).unwrap()
    }

    #[test]
    fn a_station_bears_the_code_of_its_broker() {
        assert!(is_code_of(&station("88888888888_01"), &broker()));
        for wrong in ["88888888888", "88888888888_1", "88888888888_001", "88888888888_0a", "77777777777_01"] {
            assert!(!is_code_of(&station(wrong), &broker()), "{wrong}");
        }
    }

    #[test]
    fn the_next_code_is_the_first_that_is_free() {
        let taken = ["88888888888_01", "88888888888_03", "77777777777_02"].map(station);
        assert_eq!(next_code(&broker(), &taken), Some(station("88888888888_02")));
        assert_eq!(next_code(&broker(), []), Some(station("88888888888_01")));
        let all: Vec<_> = (1..=99).map(|number| station(&format!("88888888888_{number:02}"))).collect();
        assert_eq!(next_code(&broker(), &all), None);
    }

    #[test]
    fn a_port_is_a_number_that_tcp_has() {
        assert_eq!(Port::new(443).map(Port::number), Some(443));
        for wrong in [0, -1, 65_536] {
            assert_eq!(Port::new(wrong), None);
        }
    }
}

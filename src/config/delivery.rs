//! `[delivery]`: how events reach the endpoints of subscribers.

use std::path::PathBuf;

use ipnet::IpNet;
use secrecy::{ExposeSecret, SecretString};
use toml::{Table, Value};

use super::source::Section;
use super::table;
use super::values::{Count, HumanDuration, Setting};

/// The least length of a master key: the Base64 of 24 random bytes.
const MASTER_KEY: usize = 32;

/// Deliveries to endpoints.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// What the secrets of subscriptions are derived from; without it nothing is delivered.
    pub master_key: Option<SecretString>,
    /// Networks that endpoints may be in although they are not public; these are reached by http too.
    pub allow_networks: Vec<IpNet>,
    /// PEM file of authorities, besides those of the system, that sign the certificates of endpoints.
    pub ca_file: Option<PathBuf>,
    /// Until a connection stands.
    pub connect_timeout: HumanDuration,
    /// A whole delivery.
    pub timeout: HumanDuration,
    /// Deliveries under way to one endpoint.
    pub per_endpoint: Count,
    /// Deliveries that an instance has under way.
    pub at_once: Count,
    /// An event that fails for so long is given up.
    pub give_up_after: HumanDuration,
    /// An endpoint at which nothing succeeds for so long is disabled.
    pub disable_after: HumanDuration,
    /// How long deliveries that are done, and their log, are kept.
    pub keep: HumanDuration,
}

const HOUR: u64 = 3600;

impl Delivery {
    pub(super) fn read(section: &mut Section<'_>) -> Self {
        Self {
            master_key: read_master_key(section),
            allow_networks: section.or("allow_networks", Vec::new()),
            ca_file: section.optional::<PathBuf>("ca_file").map(|file| section.in_folder(&file)),
            connect_timeout: section.or("connect_timeout", HumanDuration::from_secs(5)),
            timeout: section.or("timeout", HumanDuration::from_secs(15)),
            per_endpoint: section.or("per_endpoint", Count::new(8)),
            at_once: section.or("at_once", Count::new(64)),
            give_up_after: section.or("give_up_after", HumanDuration::from_secs(72 * HOUR)),
            disable_after: section.or("disable_after", HumanDuration::from_secs(120 * HOUR)),
            keep: section.or("keep", HumanDuration::from_secs(90 * 24 * HOUR)),
        }
    }

    pub(super) fn to_table(&self) -> Table {
        let mut shown = table([
            ("allow_networks", self.allow_networks.to_value()),
            ("connect_timeout", self.connect_timeout.to_value()),
            ("timeout", self.timeout.to_value()),
            ("per_endpoint", self.per_endpoint.to_value()),
            ("at_once", self.at_once.to_value()),
            ("give_up_after", self.give_up_after.to_value()),
            ("disable_after", self.disable_after.to_value()),
            ("keep", self.keep.to_value()),
        ]);
        if self.master_key.is_some() {
            shown.insert("master_key".to_owned(), Value::String("<redacted>".to_owned()));
        }
        if let Some(file) = &self.ca_file {
            shown.insert("ca_file".to_owned(), file.to_value());
        }
        shown
    }
}

pub(super) fn read_master_key(section: &mut Section<'_>) -> Option<SecretString> {
    let key = section.secret("master_key")?;
    if key.expose_secret().len() < MASTER_KEY {
        let problem = format!("must have at least {MASTER_KEY} characters (the value is not shown)");
        section.refuse("master_key", problem);
        return None;
    }
    Some(key)
}

impl Setting for Vec<IpNet> {
    const EXPECTED: &'static str =
        "a list of networks such as 10.0.0.0/8 or fd00::/8 (in a variable: separated by commas)";

    fn from_text(text: &str) -> Option<Self> {
        text.split(',').map(|one| network(one.trim())).collect()
    }

    fn from_value(value: &Value) -> Option<Self> {
        value.as_array()?.iter().map(|one| network(one.as_str()?)).collect()
    }

    fn to_value(&self) -> Value {
        Value::Array(self.iter().map(|network| Value::String(network.to_string())).collect())
    }
}

/// A network, or one address.
fn network(text: &str) -> Option<IpNet> {
    text.parse().ok().or_else(|| Some(IpNet::from(text.parse::<std::net::IpAddr>().ok()?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_are_read_as_they_are_written() {
        let read = Vec::<IpNet>::from_text("10.0.0.0/8, fd00::/8,192.168.1.5").unwrap();
        let shown: Vec<String> = read.iter().map(ToString::to_string).collect();
        assert_eq!(shown, ["10.0.0.0/8", "fd00::/8", "192.168.1.5/32"]);
        assert_eq!(Vec::<IpNet>::from_value(&read.to_value()), Some(read));
        assert!(Vec::<IpNet>::from_text("localhost").is_none());
        assert!(Vec::<IpNet>::from_text("10.0.0.0/33").is_none());
    }
}

//! Hosts, and whether a certificate is good for them (RFC 6125, RFC 9525).

use std::fmt;
use std::net::IpAddr;

/// A host that a certificate is for: a name in lower case, or an address.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Host {
    /// A name.
    Name(Box<str>),
    /// An address.
    Address(IpAddr),
}

/// A text that is no host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be the name of a host such as ente.example.it, or its address")]
pub struct HostError;

impl Host {
    /// Reads a host. A name may begin with `*.`.
    pub fn new(text: &str) -> Result<Self, HostError> {
        let bare = text.trim_start_matches('[').trim_end_matches(']');
        if let Ok(address) = bare.parse() {
            return Ok(Host::Address(address));
        }
        let name = text.trim_end_matches('.').to_ascii_lowercase();
        let labels = name.strip_prefix("*.").unwrap_or(&name);
        let label = |label: &str| {
            let fits = !label.is_empty() && label.len() <= 63;
            let letters = label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
            fits && letters && !label.starts_with('-') && !label.ends_with('-')
        };
        let is_name = name.len() <= 253 && labels.split('.').all(label);
        let is_number =
            labels.rsplit('.').next().is_some_and(|last| last.bytes().all(|b| b.is_ascii_digit()));
        if is_name && !is_number { Ok(Host::Name(name.into())) } else { Err(HostError) }
    }

    /// Whether a certificate that says this is good for the host. A star stands for one label, the first.
    pub fn is_covered_by(&self, said: &str) -> bool {
        match self {
            Host::Address(address) => said.parse::<IpAddr>().is_ok_and(|said| said == *address),
            Host::Name(name) => {
                let said = said.trim_end_matches('.').to_ascii_lowercase();
                match said.strip_prefix("*.") {
                    None => said == **name,
                    Some(rest) => {
                        rest.contains('.') && name.split_once('.').is_some_and(|(_, below)| below == rest)
                    }
                }
            }
        }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Host::Name(name) => f.write_str(name),
            Host::Address(address) => write!(f, "{address}"),
        }
    }
}

//! `[certificates]`: what holds for certificates that people manage, and for those of callers.

use std::path::PathBuf;

use toml::{Table, Value};

use super::source::Section;
use super::table;
use super::values::{HumanDuration, Setting};

/// How certificates are handled.
#[derive(Debug, Clone)]
pub struct Certificates {
    /// Whether those for production are used, or those for tests.
    pub production: bool,
    /// The hosts that the certificate of the SOAP listener must be good for.
    pub soap_hosts: Vec<String>,
    /// The hosts that the certificate of the REST listener must be good for.
    pub api_hosts: Vec<String>,
    /// Files, or folders of files, with revocation lists of the authorities of callers.
    pub revocation_lists: Vec<PathBuf>,
    /// Whether callers are refused whose authority has only a list that should have been renewed.
    pub refuse_on_outdated_list: bool,
    /// How long each step of a handshake that is tried may take.
    pub handshake_timeout: HumanDuration,
}

impl Certificates {
    /// `public_url` is where the node calls: its host is what the SOAP listener must be good for.
    pub(super) fn read(section: &mut Section<'_>, public_url: Option<&str>) -> Self {
        let files: Vec<PathBuf> = section.or("revocation_lists", Vec::new());
        Self {
            production: section.or("production", true),
            soap_hosts: hosts(section, "soap_hosts")
                .unwrap_or_else(|| public_url.and_then(host).into_iter().collect()),
            api_hosts: hosts(section, "api_hosts").unwrap_or_default(),
            revocation_lists: files.iter().map(|path| section.in_folder(path)).collect(),
            refuse_on_outdated_list: section.or("refuse_on_outdated_list", false),
            handshake_timeout: section.or("handshake_timeout", HumanDuration::from_secs(5)),
        }
    }

    pub(super) fn to_table(&self) -> Table {
        let list = |hosts: &[String]| Value::Array(hosts.iter().cloned().map(Value::String).collect());
        let mut shown = table([
            ("production", self.production.to_value()),
            ("soap_hosts", list(&self.soap_hosts)),
            ("api_hosts", list(&self.api_hosts)),
            ("refuse_on_outdated_list", self.refuse_on_outdated_list.to_value()),
            ("handshake_timeout", self.handshake_timeout.to_value()),
        ]);
        if !self.revocation_lists.is_empty() {
            shown.insert("revocation_lists".to_owned(), self.revocation_lists.to_value());
        }
        shown
    }
}

/// Whether a text can be the name of a host, or its address.
fn is_host(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b".-_:[]".contains(&b))
}

fn hosts(section: &mut Section<'_>, key: &'static str) -> Option<Vec<String>> {
    let hosts: Vec<String> = section.optional::<Hosts>(key)?.0;
    for wrong in hosts.iter().filter(|host| !is_host(host)) {
        section.refuse(key, format!("{wrong:?} is not the name of a host, nor an address"));
    }
    Some(hosts)
}

/// The host of a URL.
fn host(url: &str) -> Option<String> {
    let (_, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = match authority.strip_prefix('[') {
        Some(address) => address.split(']').next()?,
        None => authority.split(':').next()?,
    };
    Some(host.to_owned()).filter(|host| !host.is_empty())
}

/// A list of hosts.
struct Hosts(Vec<String>);

impl Setting for Hosts {
    const EXPECTED: &'static str = "a list of hosts, or several with commas between";

    fn from_text(text: &str) -> Option<Self> {
        let hosts = text.split(',').map(str::trim).filter(|host| !host.is_empty());
        Some(Hosts(hosts.map(str::to_owned).collect()))
    }

    fn from_value(value: &Value) -> Option<Self> {
        let hosts = value.as_array()?.iter().map(|host| Some(host.as_str()?.to_owned()));
        Some(Hosts(hosts.collect::<Option<_>>()?))
    }

    fn to_value(&self) -> Value {
        Value::Array(self.0.iter().cloned().map(Value::String).collect())
    }
}

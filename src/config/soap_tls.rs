//! `[soap.tls]`: our certificate and the callers let in.

use std::path::PathBuf;

use toml::{Table, Value};

use super::source::Section;
use super::table;
use super::values::{HumanDuration, Setting};

/// Mutual TLS of the SOAP listener.
#[derive(Debug, Clone)]
pub struct SoapTls {
    /// PEM file: our certificate and the intermediates up to a public root (the node wants the chain).
    pub certificate: PathBuf,
    /// PEM file of its private key.
    pub key: PathBuf,
    /// PEM files of the authorities that sign the callers' certificates. The node sends its leaf only,
    /// so the intermediate that signed it belongs here.
    pub client_ca: Vec<PathBuf>,
    /// Which of the certificates those authorities signed may call.
    pub allowed_clients: AllowedClients,
    /// How often the files are looked at for a change.
    pub reload_interval: HumanDuration,
}

/// The callers let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AllowedClients {
    /// Only these; several, because the node's certificate is renewed yearly and both must work then.
    Listed(Vec<ClientNames>),
    /// Every certificate of the configured authorities: right only for an authority of one's own.
    AnyOfCa,
}

/// A caller's certificate, by names: it survives the yearly renewal, a pinned certificate does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientNames {
    /// Distinguished name of the caller, such as `CN=forwarder.example, O=Node, C=IT`.
    pub subject: String,
    /// Distinguished name of the authority that signed it.
    pub issuer: String,
}

impl SoapTls {
    pub(super) fn read(section: &mut Section<'_>) -> Self {
        let certificate: PathBuf = section.required("certificate", "give the PEM file of our certificate");
        let key: PathBuf = section.required("key", "give the PEM file of the certificate's private key");
        let client_ca: Vec<PathBuf> =
            section.required("client_ca", "list the PEM files of the authorities that sign the callers");
        let allowed_clients = read_allowed(section);
        Self {
            certificate: section.in_folder(&certificate),
            key: section.in_folder(&key),
            client_ca: client_ca.iter().map(|path| section.in_folder(path)).collect(),
            allowed_clients,
            reload_interval: section.or("reload_interval", HumanDuration::from_secs(5)),
        }
    }

    pub(super) fn to_table(&self) -> Table {
        let (listed, any) = match &self.allowed_clients {
            AllowedClients::Listed(names) => (names.clone(), false),
            AllowedClients::AnyOfCa => (Vec::new(), true),
        };
        table([
            ("certificate", self.certificate.to_value()),
            ("key", self.key.to_value()),
            ("client_ca", self.client_ca.to_value()),
            ("allowed_clients", listed.to_value()),
            ("any_client_of_ca", any.to_value()),
            ("reload_interval", self.reload_interval.to_value()),
        ])
    }
}

/// An empty list would let nobody in or everybody, depending on who reads it: it has to be said.
fn read_allowed(section: &mut Section<'_>) -> AllowedClients {
    let listed = section.optional_or_wrong::<Vec<ClientNames>>("allowed_clients");
    let Ok(listed) = listed else {
        return AllowedClients::Listed(Vec::new());
    };
    let any = section.or("any_client_of_ca", false);
    match (listed, any) {
        (Some(names), false) if !names.is_empty() => AllowedClients::Listed(names),
        (Some(names), true) if !names.is_empty() => {
            let problem = "can't be true while soap.tls.allowed_clients lists callers: drop one of the two";
            section.refuse("any_client_of_ca", problem.to_owned());
            AllowedClients::Listed(names)
        }
        (_, true) => AllowedClients::AnyOfCa,
        (_, false) => {
            let problem = "lists nobody: add { subject, issuer } of each caller, \
                           or set soap.tls.any_client_of_ca = true for an authority of your own";
            section.refuse("allowed_clients", problem.to_owned());
            AllowedClients::Listed(Vec::new())
        }
    }
}

impl Setting for Vec<ClientNames> {
    const EXPECTED: &'static str = "a list of { subject = \"CN=…\", issuer = \"CN=…\" }";

    fn from_text(text: &str) -> Option<Self> {
        let table: Table = toml::from_str(&format!("list = {text}")).ok()?;
        Self::from_value(table.get("list")?)
    }

    fn from_value(value: &Value) -> Option<Self> {
        value.as_array()?.iter().map(one).collect()
    }

    fn to_value(&self) -> Value {
        let entry = |names: &ClientNames| {
            let subject = Value::String(names.subject.clone());
            let issuer = Value::String(names.issuer.clone());
            Value::Table(table([("subject", subject), ("issuer", issuer)]))
        };
        Value::Array(self.iter().map(entry).collect())
    }
}

fn one(value: &Value) -> Option<ClientNames> {
    let table = value.as_table().filter(|table| table.len() == 2)?;
    let text = |key: &str| Some(table.get(key)?.as_str()?.to_owned());
    Some(ClientNames { subject: text("subject")?, issuer: text("issuer")? })
}

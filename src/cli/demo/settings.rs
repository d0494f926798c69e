//! The two files that the demo writes for others: `varco.toml` for the server, `demo.env` for scripts.

use std::fmt::Write;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use toml::Value;

use super::folder::{Access, Folder};
use super::pki::{CA_SUBJECT, NODE_SUBJECT, Pki};
use super::services::CAR_TAX;
use super::world::{
    BANK_IBAN, BROKER, OTHER_BROKER, OTHER_SEGREGATION, OTHER_STATION, POSTAL_IBAN, PROVINCE, PROVINCE_IBAN,
    SEGREGATION, STATION, TOWN,
};
use crate::cli::Failure;
use crate::domain::notice_number::NoticeNumber;

/// The server's configuration.
pub const CONFIG: &str = "varco.toml";
/// What a script needs to know, in lines of `KEY=VALUE`.
pub const ENVIRONMENT: &str = "demo.env";
/// What the secrets of webhooks are derived from.
pub const MASTER_KEY: &str = "master.key";

/// The file with the key under which secrets are kept.
pub const VAULT_KEY: &str = "vault.key";
const API_KEY: &str = "VARCO_API_KEY=";
const ADMIN_KEY: &str = "VARCO_ADMIN_KEY=";

/// Where the server listens.
#[derive(Clone, Copy, Debug)]
pub struct Addresses {
    /// For the node.
    pub soap: SocketAddr,
    /// For everybody else.
    pub api: SocketAddr,
}

impl Addresses {
    /// Where the node's requests go.
    pub fn soap_url(&self) -> String {
        format!("https://{}/paForNode", reachable(self.soap))
    }

    /// Where REST requests go.
    pub fn api_url(&self) -> String {
        format!("http://{}", reachable(self.api))
    }
}

/// A server that listens on every address is reached on the loopback one, which its certificate names.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::from([127, 0, 0, 1]),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1]),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

/// The database of the demo.
pub fn database_url(folder: &Folder) -> String {
    let path = folder.path("varco.db").display().to_string();
    // A URL would read these as something else.
    format!("sqlite://{}", path.replace('%', "%25").replace('?', "%3F").replace('#', "%23"))
}

/// Writes the server's configuration into a file of that name.
pub fn write_config(folder: &Folder, name: &str, pki: &Pki, addresses: &Addresses) -> Result<(), Failure> {
    let quoted = |text: &str| Value::String(text.to_owned()).to_string();
    let file = |path: &Path| quoted(&path.to_string_lossy());
    let text = format!(
        "# Written by varco demo. Start the same server with: varco serve --config {CONFIG}\n\n\
         [soap]\nlisten = {}\n\n\
         [soap.tls]\ncertificate = {}\nkey = {}\nclient_ca = [{}]\n\
         allowed_clients = [{{ subject = {}, issuer = {} }}]\n\n\
         [api]\nlisten = {}\n\n\
         [database]\nurl = {}\n\n\
         # Receivers of webhooks on this machine are let in, which is for trying out only.\n\
         [delivery]\nmaster_key_file = {}\nallow_networks = [\"127.0.0.0/8\", \"::1\"]\n\n\
         [vault]\nmaster_key_file = {}\n\n\
         # Everybody may see what can be paid without a notice, by programs and in a browser (/servizi).\n\
         [catalogue]\npublic = true\npages = true\n\n\
         # One person is enough for trying out: changes wait for nobody else.\n\
         [approval]\nibans = \"none\"\niban_labels = \"none\"\niban_deletions = \"none\"\n\
         stations = \"none\"\ncertificates = \"none\"\n\
         revocation_lists = \"none\"\ndelegations = \"none\"\n",
        quoted(&addresses.soap.to_string()),
        file(&pki.server),
        file(&pki.server_key),
        file(&pki.ca),
        quoted(NODE_SUBJECT),
        quoted(CA_SUBJECT),
        quoted(&addresses.api.to_string()),
        quoted(&database_url(folder)),
        quoted(MASTER_KEY),
        quoted(VAULT_KEY),
    );
    folder.write(name, &text, Access::Public)
}

/// The API keys of a demo.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keys<T> {
    /// That of a system of the town.
    pub api: T,
    /// That of the operator.
    pub admin: T,
}

/// The API keys of an earlier run.
pub fn known_keys(folder: &Folder) -> Result<Keys<Option<String>>, Failure> {
    let text = folder.read(ENVIRONMENT)?.unwrap_or_default();
    let known = |name| text.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
    Ok(Keys { api: known(API_KEY), admin: known(ADMIN_KEY) })
}

/// What scripts ask for.
#[derive(Clone, Debug)]
pub struct Named {
    /// Notices: what follows `NOTICE` in the name, and the number. The first has no name.
    pub notices: Vec<(&'static str, NoticeNumber)>,
    /// The document with which a notice is demanded.
    pub document: PathBuf,
}

/// Writes what scripts need. It holds the API key, so only its owner may read it.
pub fn write_environment(
    folder: &Folder,
    pki: &Pki,
    addresses: &Addresses,
    keys: &Keys<String>,
    named: &Named,
) -> Result<(), Failure> {
    let path = |path: &Path| path.display().to_string();
    let mut text = String::new();
    for (key, value) in [
        ("SOAP_URL", addresses.soap_url()),
        ("API_URL", addresses.api_url()),
        ("CA", path(&pki.ca)),
        ("NODE_CERT", path(&pki.node)),
        ("NODE_KEY", path(&pki.node_key)),
        ("API_KEY", keys.api.clone()),
        ("ADMIN_KEY", keys.admin.clone()),
        ("EC", TOWN.to_owned()),
        ("BROKER", BROKER.to_owned()),
        ("STATION", STATION.to_owned()),
        ("SEGREGATION", SEGREGATION.to_owned()),
        ("IBAN", BANK_IBAN.to_owned()),
        ("POSTAL_IBAN", POSTAL_IBAN.to_owned()),
        ("PROVINCE", PROVINCE.to_owned()),
        ("PROVINCE_IBAN", PROVINCE_IBAN.to_owned()),
        ("OTHER_BROKER", OTHER_BROKER.to_owned()),
        ("OTHER_STATION", OTHER_STATION.to_owned()),
        ("OTHER_SEGREGATION", OTHER_SEGREGATION.to_owned()),
        ("SERVICE", CAR_TAX.to_owned()),
        ("SUBJECT", CAR_TAX.to_owned()),
        ("DOCUMENT", path(&named.document)),
    ] {
        let _ = writeln!(text, "VARCO_{key}={}", for_shell(&value));
    }
    for (name, notice) in &named.notices {
        let _ = writeln!(text, "VARCO_NOTICE{name}={notice}");
    }
    folder.write(ENVIRONMENT, &text, Access::Private)
}

/// A value as a shell reads it back: plain where it can be, so that simpler readers understand it too.
fn for_shell(value: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_./:@%+,=[]-".contains(c);
    if value.chars().all(plain) { value.to_owned() } else { format!("'{}'", value.replace('\'', "'\\''")) }
}

#[cfg(test)]
mod tests {
    use super::super::pki;
    use super::*;
    use crate::config::Config;

    #[test]
    fn the_configuration_is_one_that_the_server_takes() {
        let root = tempfile::tempdir().unwrap();
        let folder = Folder::open(&root.path().join("a \"strange\" folder")).unwrap();
        let (pki, _) = pki::prepare(&folder, "2026-03-01T10:00:00Z".parse().unwrap()).unwrap();
        for key in [MASTER_KEY, VAULT_KEY] {
            folder.write(key, &"k".repeat(48), Access::Private).unwrap();
        }
        let addresses = Addresses { soap: "0.0.0.0:0".parse().unwrap(), api: "[::1]:8080".parse().unwrap() };
        write_config(&folder, CONFIG, &pki, &addresses).unwrap();
        let config = Config::load(&folder.path(CONFIG), []).unwrap();
        assert_eq!((config.soap.listen, config.api.listen), (addresses.soap, addresses.api));
        assert!(config.delivery.master_key.is_some() && config.vault.master_key.is_some());
        assert_eq!(addresses.soap_url(), "https://127.0.0.1:0/paForNode");
        assert_eq!(addresses.api_url(), "http://[::1]:8080");
    }

    #[test]
    fn values_survive_the_shell() {
        assert_eq!(for_shell("/tmp/a-b/node.pem"), "/tmp/a-b/node.pem");
        assert_eq!(for_shell("/tmp/a b/it's"), r"'/tmp/a b/it'\''s'");
    }

    #[test]
    fn the_api_key_is_found_again() {
        let root = tempfile::tempdir().unwrap();
        let folder = Folder::open(root.path()).unwrap();
        let (pki, _) = pki::prepare(&folder, "2026-03-01T10:00:00Z".parse().unwrap()).unwrap();
        let address = "127.0.0.1:1".parse().unwrap();
        assert_eq!(known_keys(&folder).unwrap(), Keys::default());
        let addresses = Addresses { soap: address, api: address };
        let keys = Keys { api: "secret".to_owned(), admin: "another".to_owned() };
        let notices = vec![("", NoticeNumber::PROBE), ("_PAID", NoticeNumber::PROBE)];
        let named = Named { notices, document: folder.path("demand.xml") };
        write_environment(&folder, &pki, &addresses, &keys, &named).unwrap();
        assert!(folder.read(ENVIRONMENT).unwrap().unwrap().contains("\nVARCO_NOTICE_PAID=0"));
        assert_eq!(known_keys(&folder).unwrap(), Keys { api: Some(keys.api), admin: Some(keys.admin) });
    }
}

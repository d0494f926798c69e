//! Configuration: one TOML file, every key overridable as `VARCO__SECTION__KEY`.
//!
//! Every wrong setting is reported, all at once, each by its name; nothing unknown passes in silence
//! (a misspelt time-out must not become a default one in service).

mod api;
mod approval;
mod catalogue;
mod certificates;
mod database;
mod delivery;
mod legacy;
mod log;
mod maintenance;
mod nats;
mod oidc;
mod partners;
mod people;
mod positions;
mod soap;
mod soap_tls;
mod source;
mod upload;
mod values;
mod vault;
mod web;

use std::fmt;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

pub use api::{Api, ApiTls};
pub use approval::Approval;
pub use catalogue::Catalogue;
pub use certificates::Certificates;
pub use database::Database;
pub use delivery::Delivery;
pub use legacy::{Legacy, LegacyListener};
pub use log::{Log, LogFormat};
pub use maintenance::Maintenance;
pub use nats::{Nats, NatsName, NatsServers};
pub use oidc::{ClaimNames, Oidc, RoleRule};
pub use partners::Partners;
pub use people::People;
pub use positions::{Pause, Positions};
pub use soap::Soap;
pub use soap_tls::{AllowedClients, ClientNames, SoapTls};
pub use source::SettingError;
use source::Source;
pub use upload::Upload;
pub use values::{ByteSize, Count, HumanDuration};
pub use vault::Vault;
pub use web::{Origin, ProviderUrl, Word};

/// Everything an operator can set, checked and with defaults filled in.
#[derive(Debug, Clone)]
pub struct Config {
    /// The listener the node calls.
    pub soap: Soap,
    /// The REST listener, with health and metrics.
    pub api: Api,
    /// Where facts are kept.
    pub database: Database,
    /// How events reach the endpoints of subscribers.
    pub delivery: Delivery,
    /// Files of positions.
    pub upload: Upload,
    /// What is logged and how.
    pub log: Log,
    /// Events to NATS JetStream.
    pub nats: Nats,
    /// The provider by which people sign in.
    pub oidc: Oidc,
    /// How those who administer sign in.
    pub people: People,
    /// What holds for announced maintenance.
    pub maintenance: Maintenance,
    /// What holds for debt positions.
    pub positions: Positions,
    /// Which changes a second person has to agree to.
    pub approval: Approval,
    /// Services that are paid for without a notice.
    pub catalogue: Catalogue,
    /// How systems of institutions behind us are reached.
    pub partners: Partners,
    /// The listener that old systems of institutions call.
    pub legacy: Legacy,
    /// How secrets are kept.
    pub vault: Vault,
    /// Certificates that people manage.
    pub certificates: Certificates,
}

/// Why the configuration can't be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file is not there or not readable.
    #[error("can't read the configuration file {}: {source}", path.display())]
    Unreadable {
        /// The file asked for.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is not TOML. The line itself is not shown: it may hold a secret.
    #[error("the configuration file {} is not valid TOML at line {line}: {problem}", path.display())]
    Syntax {
        /// The file asked for.
        path: PathBuf,
        /// Line of the mistake, from 1.
        line: usize,
        /// What the TOML reader said.
        problem: String,
    },
    /// Settings that can't be used, one a line.
    #[error("the configuration can't be used:{}", list(errors))]
    Settings {
        /// Each wrong setting, by name.
        errors: Vec<SettingError>,
    },
}

fn list(errors: &[SettingError]) -> String {
    errors.iter().map(|error| format!("\n  {error}")).collect()
}

impl Config {
    /// Reads the file at `path` and lays the environment over it (see [`environment`]). Relative paths
    /// in either are taken from the folder of the file.
    pub fn load(path: &Path, env: impl IntoIterator<Item = (String, String)>) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })?;
        let table: Table = toml::from_str(&text).map_err(|error| {
            let start = error.span().map_or(0, |span| span.start);
            let line = text.bytes().take(start).filter(|byte| *byte == b'\n').count() + 1;
            ConfigError::Syntax { path: path.to_owned(), line, problem: error.message().to_owned() }
        })?;
        Self::from_table(table, env, path.parent().unwrap_or(Path::new("")))
    }

    fn from_table(
        table: Table,
        env: impl IntoIterator<Item = (String, String)>,
        folder: &Path,
    ) -> Result<Self, ConfigError> {
        let mut source = Source::new(table, env, folder);
        let database = Database::read(&mut source.section("database"));
        let soap = Soap::read(&mut source);
        let config = Self {
            certificates: Certificates::read(&mut source.section("certificates"), soap.public_url.as_deref()),
            partners: Partners::read(&mut source.section("partners"), soap.verify_deadline),
            legacy: Legacy::read(&mut source.section("legacy")),
            soap,
            api: Api::read(&mut source.section("api")),
            delivery: Delivery::read(&mut source.section("delivery")),
            upload: Upload::read(&mut source.section("upload"), &database.url),
            database,
            log: Log::read(&mut source.section("log")),
            nats: Nats::read(&mut source.section("nats")),
            oidc: Oidc::read(&mut source.section("oidc")),
            people: People::read(&mut source.section("people")),
            maintenance: Maintenance::read(&mut source.section("maintenance")),
            positions: Positions::read(&mut source.section("positions")),
            approval: Approval::read(&mut source.section("approval")),
            catalogue: Catalogue::read(&mut source.section("catalogue")),
            vault: Vault::read(&mut source.section("vault")),
        };
        let errors = source.finish();
        if errors.is_empty() { Ok(config) } else { Err(ConfigError::Settings { errors }) }
    }
}

/// The effective configuration as TOML, secrets blotted out; what `varco check-config` shows.
impl fmt::Display for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = Table::new();
        table.insert("soap".to_owned(), Value::Table(self.soap.to_table()));
        table.insert("api".to_owned(), Value::Table(self.api.to_table()));
        table.insert("database".to_owned(), Value::Table(self.database.to_table()));
        table.insert("delivery".to_owned(), Value::Table(self.delivery.to_table()));
        table.insert("upload".to_owned(), Value::Table(self.upload.to_table()));
        table.insert("log".to_owned(), Value::Table(self.log.to_table()));
        table.insert("nats".to_owned(), Value::Table(self.nats.to_table()));
        table.insert("oidc".to_owned(), Value::Table(self.oidc.to_table()));
        table.insert("people".to_owned(), Value::Table(self.people.to_table()));
        table.insert("maintenance".to_owned(), Value::Table(self.maintenance.to_table()));
        table.insert("positions".to_owned(), Value::Table(self.positions.to_table()));
        table.insert("approval".to_owned(), Value::Table(self.approval.to_table()));
        table.insert("certificates".to_owned(), Value::Table(self.certificates.to_table()));
        table.insert("catalogue".to_owned(), Value::Table(self.catalogue.to_table()));
        table.insert("partners".to_owned(), Value::Table(self.partners.to_table()));
        table.insert("legacy".to_owned(), Value::Table(self.legacy.to_table()));
        table.insert("vault".to_owned(), Value::Table(self.vault.to_table()));
        write!(f, "{table}")
    }
}

/// The process environment for [`Config::load`], ours only. A value that is not UTF-8 is passed on
/// marred, so that the setting's own check names it.
pub fn environment() -> Vec<(String, String)> {
    let text = |value: std::ffi::OsString| value.to_string_lossy().into_owned();
    let all = std::env::vars_os().map(|(name, value)| (text(name), text(value)));
    all.filter(|(name, _)| name.starts_with("VARCO__")).collect()
}

fn table<const N: usize>(entries: [(&str, Value); N]) -> Table {
    entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

#[cfg(test)]
mod tests;

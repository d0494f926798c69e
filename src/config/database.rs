//! `[database]`: where facts are kept.

use secrecy::{ExposeSecret, SecretString};
use toml::{Table, Value};

use super::source::Section;
use super::table;
use super::values::{Count, HumanDuration, Setting};

/// The database and how it is shared.
#[derive(Debug, Clone)]
pub struct Database {
    /// `sqlite://file?…` or `postgres://…`; secret because it may hold a password.
    pub url: SecretString,
    /// Connections in the pool; twice the cores is plenty.
    pub max_connections: Count,
    /// How long a request waits for a connection before it is answered 503.
    pub acquire_timeout: HumanDuration,
}

impl Database {
    pub(super) fn read(section: &mut Section<'_>) -> Self {
        Self {
            url: read_url(section),
            max_connections: section.or("max_connections", Count::new(8)),
            acquire_timeout: section.or("acquire_timeout", HumanDuration::from_secs(3)),
        }
    }

    pub(super) fn to_table(&self) -> Table {
        table([
            ("url", Value::String(redacted(self.url.expose_secret()))),
            ("max_connections", self.max_connections.to_value()),
            ("acquire_timeout", self.acquire_timeout.to_value()),
        ])
    }
}

const DEFAULT_URL: &str = "sqlite://varco.db?mode=rwc";

fn read_url(section: &mut Section<'_>) -> SecretString {
    let url = section.secret("url").unwrap_or_else(|| SecretString::from(DEFAULT_URL));
    let text = url.expose_secret();
    if text.starts_with("postgres://") || text.starts_with("postgresql://") {
        return url;
    }
    let Some(rest) = text.strip_prefix("sqlite:") else {
        section.refuse("url", "must begin with sqlite: or postgres: (the value is not shown)".to_owned());
        return url;
    };
    let rest = rest.strip_prefix("//").unwrap_or(rest);
    let (file, options) = rest.split_once('?').map_or((rest, None), |(file, options)| (file, Some(options)));
    if file == ":memory:" {
        return url;
    }
    let file = section.in_folder(file.as_ref());
    let options = options.map(|options| format!("?{options}")).unwrap_or_default();
    SecretString::from(format!("sqlite://{}{options}", file.display()))
}

/// A SQLite URL is a file name and helps the operator; any other may hold a password.
fn redacted(url: &str) -> String {
    match url.split_once("://") {
        Some(("sqlite", _)) => url.to_owned(),
        Some((scheme, _)) => format!("{scheme}://<redacted>"),
        None => "<redacted>".to_owned(),
    }
}

//! `[vault]`: the key under which secrets are kept.

use secrecy::SecretString;
use toml::{Table, Value};

use super::delivery::read_master_key;
use super::source::Section;

/// How secrets are kept: private keys, second factors, the hashes of API keys.
#[derive(Debug, Clone)]
pub struct Vault {
    /// What the keys are derived from; without it nothing that needs one can be kept.
    pub master_key: Option<SecretString>,
}

impl Vault {
    pub(super) fn read(section: &mut Section<'_>) -> Self {
        Self { master_key: read_master_key(section) }
    }

    pub(super) fn to_table(&self) -> Table {
        let mut shown = Table::new();
        if self.master_key.is_some() {
            shown.insert("master_key".to_owned(), Value::String("<redacted>".to_owned()));
        }
        shown
    }
}

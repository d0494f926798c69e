//! `[approval]`: which kinds of changes a second person has to agree to.

use std::collections::BTreeMap;

use toml::{Table, Value};

use super::source::Section;
use super::values::Setting;

/// Who has to agree, kind by kind.
#[derive(Debug, Clone)]
pub struct Approval(BTreeMap<&'static str, Agreement>);

/// Who has to agree to changes of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Agreement {
    SecondPerson,
    Nobody,
}

/// Each setting, the kind that it is about, and what holds if it is left out.
const KINDS: [(&str, &str, Agreement); 27] = [
    ("activations", "activation", Agreement::Nobody),
    ("brokers", "broker", Agreement::Nobody),
    ("calculator_secrets", "calculator_secret", Agreement::Nobody),
    ("categories", "category", Agreement::Nobody),
    ("certificates", "certificate", Agreement::SecondPerson),
    ("contacts", "contact", Agreement::Nobody),
    ("delegations", "delegation", Agreement::SecondPerson),
    ("documents", "document", Agreement::Nobody),
    ("encodings", "encoding", Agreement::Nobody),
    ("grants", "grant", Agreement::Nobody),
    ("iban_deletions", "iban_deletion", Agreement::SecondPerson),
    ("iban_labels", "iban_label", Agreement::SecondPerson),
    ("ibans", "iban", Agreement::SecondPerson),
    ("institutions", "institution", Agreement::Nobody),
    ("keys", "key", Agreement::Nobody),
    ("maintenances", "maintenance", Agreement::Nobody),
    ("offerings", "offering", Agreement::Nobody),
    ("organizations", "organization", Agreement::Nobody),
    ("partners", "partner", Agreement::SecondPerson),
    ("people", "person", Agreement::Nobody),
    ("profiles", "profile", Agreement::Nobody),
    ("relations", "relation", Agreement::Nobody),
    ("revocation_lists", "revocation_list", Agreement::SecondPerson),
    ("routes", "route", Agreement::SecondPerson),
    ("service_schemas", "service_schema", Agreement::Nobody),
    ("services", "service", Agreement::Nobody),
    ("stations", "station", Agreement::SecondPerson),
];

impl Approval {
    pub(super) fn read(section: &mut Section<'_>) -> Self {
        Self(KINDS.into_iter().map(|(setting, kind, default)| (kind, section.or(setting, default))).collect())
    }

    /// The names of the kinds whose changes a second person has to agree to.
    pub fn second_person(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().filter(|(_, who)| **who == Agreement::SecondPerson).map(|(kind, _)| *kind)
    }

    /// The names of all kinds that the section knows.
    pub fn kinds() -> impl Iterator<Item = &'static str> {
        KINDS.into_iter().map(|(_, kind, _)| kind)
    }

    pub(super) fn to_table(&self) -> Table {
        let value = |kind| self.0.get(kind).map(Agreement::to_value);
        KINDS.into_iter().filter_map(|(setting, kind, _)| Some((setting.to_owned(), value(kind)?))).collect()
    }
}

impl Setting for Agreement {
    const EXPECTED: &'static str = "second_person or none";

    fn from_text(text: &str) -> Option<Self> {
        match text.trim() {
            "second_person" => Some(Self::SecondPerson),
            "none" => Some(Self::Nobody),
            _ => None,
        }
    }

    fn to_value(&self) -> Value {
        let word = match self {
            Self::SecondPerson => "second_person",
            Self::Nobody => "none",
        };
        Value::String(word.to_owned())
    }
}

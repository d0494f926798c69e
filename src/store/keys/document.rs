//! A key in JSON: as the audit keeps it, and as the proposal of a change carries it.
//!
//! What the audit keeps of a key names its secrets by their slots and times alone. New secrets come with a wish
//! as hashes.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::list::{KeyRecord, KeySecret};
use crate::domain::access::{ApiKey, ApiScope, Deed, KeyRights, KeyScope, Role, Slot, Tenant};
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::notice_number::TwoDigits;
use crate::domain::segregation::Segregation;
use crate::store::rows::read as readable;
use crate::store::{StoreError, hex, unhex};

/// A key as it is wished to be.
#[derive(Clone, Debug)]
pub struct KeyWish {
    /// The key.
    pub key: ApiKey,
    /// Its end, no longer included.
    pub until: Option<Timestamp>,
    /// Who makes it; it is kept as it was when a key is changed.
    pub created_by: String,
    /// Who revokes it, if somebody does.
    pub revoked_by: Option<String>,
    /// Secrets that it gets.
    pub secrets: Vec<NewSecret>,
}

/// A secret that a key gets, by what it will be known.
#[derive(Clone, Copy, Debug)]
pub struct NewSecret {
    /// Which of the two.
    pub slot: Slot,
    /// SHA-256 of the secret, or a code over that.
    pub hash: [u8; 32],
    /// Whether it is a code under the master key of the vault.
    pub keyed: bool,
    /// Until when the secret before it works too.
    pub overlap: Option<Timestamp>,
}

/// A key in JSON.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::store) struct Document {
    pub(super) label: String,
    pub(super) owner: String,
    pub(super) scopes: Vec<String>,
    pub(super) role: Option<String>,
    pub(super) organizations: Option<Vec<String>>,
    pub(super) segregation_codes: Option<Vec<String>>,
    pub(super) expires_at: Option<Timestamp>,
    created_at: Option<Timestamp>,
    pub(super) created_by: Option<String>,
    revoked_at: Option<Timestamp>,
    pub(super) revoked_by: Option<String>,
    #[serde(default)]
    secrets: Vec<SecretDocument>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    new_secrets: Vec<NewDocument>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct SecretDocument {
    slot: String,
    made_at: Option<Timestamp>,
    until: Option<Timestamp>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::store) struct NewDocument {
    slot: String,
    hash: String,
    pub(super) keyed: bool,
    pub(super) overlap: Option<Timestamp>,
}

impl KeyWish {
    /// The wish that a key stays as it is.
    pub fn of(record: KeyRecord) -> Self {
        let created_by = record.created.map(|deed| deed.by).unwrap_or_default();
        let (key, until, revoked_by) = (record.key, record.until, record.revoked.map(|deed| deed.by));
        KeyWish { key, until, created_by, revoked_by, secrets: Vec::new() }
    }

    /// The wish as the proposal of a change carries it.
    pub fn into_json(self) -> Result<String, StoreError> {
        let (created, revoked) = ((None, Some(self.created_by)), (None, self.revoked_by));
        let mut document = document(&self.key, self.until, created, revoked);
        document.new_secrets = self.secrets.iter().map(NewDocument::from).collect();
        json(&document)
    }
}

impl From<&NewSecret> for NewDocument {
    fn from(secret: &NewSecret) -> Self {
        NewDocument {
            slot: secret.slot.name().to_owned(),
            hash: hex(&secret.hash),
            keyed: secret.keyed,
            overlap: secret.overlap,
        }
    }
}

type By = (Option<Timestamp>, Option<String>);

fn document(key: &ApiKey, until: Option<Timestamp>, created: By, revoked: By) -> Document {
    Document {
        label: key.label.clone(),
        owner: key.rights.owner.to_string(),
        scopes: key.rights.scopes.iter().map(|scope| scope.name().to_owned()).collect(),
        role: key.rights.role.map(|role| role.name().to_owned()),
        organizations: match &key.institutions {
            ApiScope::Every => None,
            ApiScope::Only(held) => Some(held.iter().map(ToString::to_string).collect()),
        },
        segregation_codes: key
            .segregation
            .codes()
            .map(|codes| codes.iter().map(ToString::to_string).collect()),
        expires_at: until,
        created_at: created.0,
        created_by: created.1,
        revoked_at: revoked.0,
        revoked_by: revoked.1,
        secrets: Vec::new(),
        new_secrets: Vec::new(),
    }
}

/// What the audit keeps of a key.
pub(super) fn audited(record: KeyRecord) -> Result<String, StoreError> {
    let by = |deed: Option<Deed>| deed.map_or((None, None), |deed| (Some(deed.at), Some(deed.by)));
    let mut document = document(&record.key, record.until, by(record.created), by(record.revoked));
    let shown = |one: &KeySecret| SecretDocument {
        slot: one.slot.name().to_owned(),
        made_at: one.made_at,
        until: one.until,
    };
    document.secrets = record.secrets.iter().map(shown).collect();
    json(&document)
}

fn json(document: &Document) -> Result<String, StoreError> {
    serde_json::to_string(document).map_err(|_| StoreError::Corrupt { what: "key" })
}

/// The new secrets of a wish: where, by what it is known, and what else is said.
type NewSecrets = Vec<(Slot, Vec<u8>, NewDocument)>;

/// What a proposal wishes of a key.
pub(super) fn wished(json: &str) -> Result<(Document, NewSecrets), StoreError> {
    let corrupt = || StoreError::Corrupt { what: "wish for a key" };
    let mut document: Document = serde_json::from_str(json).map_err(|_| corrupt())?;
    let secrets = std::mem::take(&mut document.new_secrets).into_iter().map(|secret| {
        let slot = Slot::named(&secret.slot).ok_or_else(corrupt)?;
        Ok((slot, unhex(&secret.hash).ok_or_else(corrupt)?, secret))
    });
    let secrets = secrets.collect::<Result<_, StoreError>>()?;
    Ok((document, secrets))
}

/// The key that a form says, of a wish or of the audit.
pub fn key_of_form(id: &str, json: &str) -> Result<ApiKey, StoreError> {
    let (document, _) = wished(json)?;
    let scope = |name: &String| KeyScope::named(name).ok_or(StoreError::Corrupt { what: "scope of a key" });
    let role = |name: &str| Role::named(name).ok_or(StoreError::Corrupt { what: "role of a key" });
    Ok(ApiKey {
        id: id.to_owned(),
        institutions: institutions(&document)?,
        segregation: segregation(&document)?,
        rights: KeyRights {
            owner: readable(Tenant::parse(&document.owner), "owner of a key")?,
            scopes: document.scopes.iter().map(scope).collect::<Result<_, _>>()?,
            role: document.role.as_deref().map(role).transpose()?,
        },
        label: document.label,
    })
}

pub(super) fn institutions(document: &Document) -> Result<ApiScope, StoreError> {
    let Some(held) = &document.organizations else { return Ok(ApiScope::Every) };
    let held = held.iter().map(|ec| readable(FiscalCode::new(ec), "fiscal code"));
    Ok(ApiScope::Only(held.collect::<Result<_, _>>()?))
}

pub(super) fn segregation(document: &Document) -> Result<Segregation, StoreError> {
    let Some(codes) = &document.segregation_codes else { return Ok(Segregation::Every) };
    let codes = codes.iter().map(|code| readable(TwoDigits::new(code), "segregation code"));
    Ok(Segregation::Only(codes.collect::<Result<_, _>>()?))
}

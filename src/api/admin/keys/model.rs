//! Keys as JSON.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::api::openapi::form::{Instant, form, text, words};
use crate::domain::access::{ApiScope, KeyScope, Role, Slot};
use crate::store::{KeyRecord, KeySecret};

/// The id of a key, for the document.
pub(super) const ID: &str = "8c1f6a0c27d3e4f5a9b8c0d1e2f3a4b5";

/// What a key opens.
pub(super) enum ScopeWord {}
form!(
    ScopeWord,
    "KeyScope",
    words(
        KeyScope::ALL.map(KeyScope::name),
        "positions: debt positions; receipts: receipts and anomalies; events: events and webhooks; catalogue: services paid without a notice; registry: reading the registry; administration: this surface, in the role of the key.",
    )
);

/// In what role a key administers.
pub(super) enum RoleWord {}
form!(RoleWord, "KeyRole", words(Role::ALL.map(Role::name), "In what role a key administers."));

/// On whose behalf a key acts.
pub(super) enum OwnerText {}
form!(
    OwnerText,
    "KeyOwner",
    text(
        "^(gateway|ec:[0-9]{11}|broker:[!-~]{1,35})$",
        "Whose a key is: gateway, ec: and a fiscal code, or broker: and a code.",
        "ec:99000010019",
    )
);

/// A segregation code.
pub(super) enum CodeText {}
form!(CodeText, "KeySegregationCode", text("^[0-9]{2}$", "A code of two digits.", "02"));

/// Whether a key works.
pub(super) enum StatusWord {}
form!(
    StatusWord,
    "KeyStatus",
    words(["active", "expired", "revoked"], "Whether it works, its time is over, or somebody revoked it.")
);

/// Which of the two secrets.
pub(super) enum SlotWord {}
form!(SlotWord, "KeySlot", super::slot_words());

/// A secret, of which nothing is told but when it works.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = KeySecret)]
pub(super) struct SecretModel {
    /// Which of the two.
    #[schema(value_type = SlotWord)]
    slot: &'static str,
    /// When it was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Instant)]
    created_at: Option<Timestamp>,
    /// The end of one that was replaced and still works.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Instant)]
    works_until: Option<Timestamp>,
}

/// An API key.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ApiKey)]
pub(super) struct KeyModel<'a> {
    /// Its id.
    #[schema(value_type = String)]
    id: &'a str,
    /// What people call it.
    #[schema(value_type = String)]
    label: &'a str,
    /// Whose it is.
    #[schema(value_type = OwnerText)]
    owner: String,
    /// What it opens.
    #[schema(value_type = Vec<ScopeWord>)]
    scopes: Vec<&'static str>,
    /// In what role it administers.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = RoleWord)]
    role: Option<&'static str>,
    /// Only for these of the institutions of its owner; for all if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Vec<crate::domain::fiscal_code::FiscalCode>)]
    organizations: Option<Vec<&'a str>>,
    /// Only for notices of these codes; for all if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Vec<CodeText>)]
    segregation_codes: Option<Vec<String>>,
    /// Whether it works.
    #[schema(value_type = StatusWord)]
    status: &'static str,
    /// When it was made; keys of before do not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Instant)]
    created_at: Option<Timestamp>,
    /// By whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    created_by: Option<&'a str>,
    /// Its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Instant)]
    expires_at: Option<Timestamp>,
    /// When it was revoked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Instant)]
    revoked_at: Option<Timestamp>,
    /// By whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    revoked_by: Option<&'a str>,
    /// When it was last used, to the minute.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Instant)]
    last_used_at: Option<Timestamp>,
    /// Its secrets that work.
    secrets: Vec<SecretModel>,
}

impl<'a> KeyModel<'a> {
    pub(super) fn new(record: &'a KeyRecord, now: Timestamp) -> Self {
        let (key, rights) = (&record.key, &record.key.rights);
        let status = match (&record.revoked, record.until) {
            (Some(_), _) => "revoked",
            (None, Some(until)) if until <= now => "expired",
            (None, _) => "active",
        };
        let works =
            |secret: &&KeySecret| record.revoked.is_none() && secret.until.is_none_or(|until| now < until);
        let shown = |secret: &KeySecret| SecretModel {
            slot: secret.slot.name(),
            created_at: secret.made_at,
            works_until: secret.until,
        };
        KeyModel {
            id: &key.id,
            label: &key.label,
            owner: rights.owner.to_string(),
            scopes: rights.scopes.iter().map(|scope| scope.name()).collect(),
            role: rights.role.map(Role::name),
            organizations: match &key.institutions {
                ApiScope::Every => None,
                ApiScope::Only(held) => Some(held.iter().map(|ec| ec.as_str()).collect()),
            },
            segregation_codes: key
                .segregation
                .codes()
                .map(|codes| codes.iter().map(ToString::to_string).collect()),
            status,
            created_at: record.created.as_ref().map(|deed| deed.at),
            created_by: record.created.as_ref().map(|deed| deed.by.as_str()),
            expires_at: record.until,
            revoked_at: record.revoked.as_ref().map(|deed| deed.at),
            revoked_by: record.revoked.as_ref().map(|deed| deed.by.as_str()),
            last_used_at: record.used_at,
            secrets: record.secrets.iter().filter(works).map(shown).collect(),
        }
    }
}

/// Some keys.
#[derive(Serialize, ToSchema)]
#[schema(as = ApiKeys)]
pub(super) struct KeysModel<'a> {
    /// Those of the caller's tenants, in the order in which they were made.
    #[schema(value_type = Vec<KeyModel<'static>>)]
    pub keys: Vec<KeyModel<'a>>,
}

/// Secrets that were made, each shown this once.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = NewKeySecrets)]
pub(super) struct SecretsModel {
    /// The id of the key.
    pub id: String,
    /// The primary secret, if it was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub primary: Option<String>,
    /// The secondary secret, if it was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secondary: Option<String>,
}

impl SecretsModel {
    /// The secrets of a key.
    pub(super) fn new(id: &str, made: Vec<(Slot, String)>) -> Self {
        let mut shown = SecretsModel { id: id.to_owned(), primary: None, secondary: None };
        for (slot, secret) in made {
            match slot {
                Slot::Primary => shown.primary = Some(secret),
                Slot::Secondary => shown.secondary = Some(secret),
            }
        }
        shown
    }
}

/// A key, for the document.
pub(super) fn example() -> Value {
    json!({
        "id": ID, "label": "Ragioneria", "owner": "ec:99000010019", "scopes": ["positions", "receipts"],
        "status": "active", "createdAt": "2026-11-22T10:20:00Z", "createdBy": "key:operator",
        "lastUsedAt": "2026-11-22T11:00:00Z",
        "secrets": [
            { "slot": "primary", "createdAt": "2026-11-22T10:20:00Z" },
            { "slot": "secondary", "createdAt": "2026-11-22T10:20:00Z" },
        ],
    })
}

/// The secrets of a new key, for the document.
pub(super) fn example_of_secrets() -> Value {
    let secret = |byte| crate::domain::access::key_text(&[byte; 32]);
    json!({ "id": ID, "primary": secret(0), "secondary": secret(1) })
}

//! Entries of the audit as JSON. Instants are UTC.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::api::admin::changes::model::{ActorModel, RoleWord};
use crate::api::admin::diff::{Difference, between};
use crate::api::openapi::form::Instant;
use crate::store::AuditEntry;

/// Something that was done.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AuditEntry)]
pub(super) struct EntryModel {
    /// Its number, from 1.
    sequence: i64,
    /// When.
    #[schema(value_type = Instant)]
    at: String,
    /// Who did it.
    actor: ActorModel,
    /// In what role; left out for the gateway itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<RoleWord>)]
    role: Option<String>,
    /// Whose role it is: gateway, ec:<fiscal code> or broker:<code>.
    acting_for: String,
    /// The id of the request; empty for the gateway itself.
    request_id: String,
    /// Why, in their words.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// What was done, such as station.create.
    action: String,
    /// Whose it was done to.
    tenant: String,
    /// What it was done to.
    target: String,
    /// How that was.
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<Value>,
    /// How it was then.
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<Value>,
    /// The fields that differ.
    differences: Vec<Difference>,
    /// The digest of the chain before it and of all that it says.
    chain: String,
}

/// The instant of an entry.
pub(super) fn at(entry: &AuditEntry) -> String {
    Timestamp::from_microsecond(entry.at).map(|at| at.to_string()).unwrap_or_default()
}

impl EntryModel {
    pub(super) fn new(entry: AuditEntry) -> Self {
        let state = |text: &Option<String>| text.as_deref().and_then(|text| serde_json::from_str(text).ok());
        let (before, after): (Option<Value>, Option<Value>) = (state(&entry.before), state(&entry.after));
        EntryModel {
            sequence: entry.seq,
            at: at(&entry),
            actor: ActorModel { id: entry.actor, name: entry.actor_name },
            role: entry.role,
            acting_for: entry.acting_for,
            request_id: entry.request,
            reason: entry.reason,
            action: entry.action,
            tenant: entry.tenant,
            target: entry.target,
            differences: between(before.as_ref(), after.as_ref()),
            before,
            after,
            chain: entry.chain,
        }
    }
}

/// An entry, to show what it looks like.
pub(super) fn example() -> Value {
    json!({
        "sequence": 42, "at": "2026-11-22T10:00:00Z", "actor": { "id": "person:1", "name": "Anna Verdi" },
        "role": "technical_referent", "actingFor": "ec:99000010019", "requestId": "3f2a9c51d04be786-1",
        "reason": "Nuovo indirizzo", "action": "station.replace", "tenant": "broker:99000010019",
        "target": "99000010019_01", "before": { "enabled": true }, "after": { "enabled": false },
        "differences": [{ "pointer": "/enabled", "before": true, "after": false }],
        "chain": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    })
}

//! Entries of the audit as a table that spreadsheets open.

use super::model::at;
use crate::api::sheet::table;
use crate::store::AuditEntry;

const COLUMNS: [&str; 14] = [
    "sequence",
    "at",
    "actor",
    "name",
    "role",
    "actingFor",
    "requestId",
    "reason",
    "action",
    "tenant",
    "target",
    "before",
    "after",
    "chain",
];

/// The whole table.
pub(super) fn of(entries: Vec<AuditEntry>) -> Vec<u8> {
    table(COLUMNS, entries.into_iter().map(cells))
}

fn cells(entry: AuditEntry) -> [String; 14] {
    [
        entry.seq.to_string(),
        at(&entry),
        entry.actor,
        entry.actor_name,
        entry.role.unwrap_or_default(),
        entry.acting_for,
        entry.request,
        entry.reason.unwrap_or_default(),
        entry.action,
        entry.tenant,
        entry.target,
        entry.before.unwrap_or_default(),
        entry.after.unwrap_or_default(),
        entry.chain,
    ]
}

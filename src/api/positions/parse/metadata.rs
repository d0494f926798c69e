//! Key-value pairs: of a notice, and of a transfer.

use std::collections::BTreeSet;

use super::super::field::Field;
use super::super::model::MetadataRequest;
use super::report::{Pointer, Report};
use crate::domain::position::{IBAN_APPOGGIO, MapEntry, NOTIFICATION_FEE};

/// The most pairs that the published contract allows. The node's contract carries fifteen, so there is
/// room for those that we add.
const MAX: usize = 10;

/// Keys that only we write.
pub const RESERVED_KEY: &str = "reserved_metadata_key";

/// Keys that are there twice.
pub const DUPLICATE_KEY: &str = "duplicate_metadata_key";

/// What we write into the metadata of a notice: what its postal notification cost.
pub const OF_NOTICES: &[&str] = &[NOTIFICATION_FEE];

/// What we write into the metadata of a transfer that may go to a postal account.
pub const OF_POSTAL_TRANSFERS: &[&str] = &[IBAN_APPOGGIO];

/// Reads a list of pairs.
pub fn metadata(
    field: Field<Vec<Field<MetadataRequest>>>,
    at: &Pointer,
    reserved: &[&str],
    report: &mut Report,
) -> Vec<MapEntry> {
    let rows = report.optional(field, at).unwrap_or_default();
    if rows.len() > MAX {
        report.add(at, "too_many", format_args!("must not have more than {MAX} key-value pairs"));
        return Vec::new();
    }
    let mut seen = BTreeSet::new();
    let mut entries = Vec::new();
    for (index, row) in rows.into_iter().enumerate() {
        let at = at.item(index);
        let Some(row) = report.required(row, &at) else { continue };
        let key_at = at.field("key");
        let key = report.text(row.key, &key_at);
        let value = report.text(row.value, &at.field("value"));
        let Some(key) = key else { continue };
        if reserved.contains(&key.as_str()) {
            report.add(&key_at, RESERVED_KEY, "is reserved: the gateway writes it itself");
        }
        if !seen.insert(key.as_str().to_owned()) {
            report.add(&key_at, DUPLICATE_KEY, "is there twice; keys must differ within their list");
        }
        entries.extend(value.map(|value| MapEntry { key, value }));
    }
    entries
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nodes_contract_has_room_for_the_callers_pairs_and_ours() {
        const CARRIED: usize = 15;
        for ours in [OF_NOTICES, OF_POSTAL_TRANSFERS] {
            assert!(MAX + ours.len() <= CARRIED);
        }
    }
}

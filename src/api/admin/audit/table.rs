//! Entries of the audit as a table that spreadsheets open: UTF-8 with a byte order mark, semicolons.

use super::model::at;
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

/// The byte order mark by which spreadsheets know UTF-8.
const MARK: &str = "\u{feff}";

/// The whole table; none if it could not be written.
pub(super) fn of(entries: Vec<AuditEntry>) -> Option<Vec<u8>> {
    let mut writer = csv::WriterBuilder::new().delimiter(b';').from_writer(MARK.as_bytes().to_vec());
    writer.write_record(COLUMNS).ok()?;
    for entry in entries {
        writer.write_record(cells(entry).map(|cell| harmless(&cell))).ok()?;
    }
    writer.into_inner().ok()
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

/// What a spreadsheet would take for a formula gets an apostrophe in front.
fn harmless(cell: &str) -> String {
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if formula { format!("'{cell}") } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for (cell, shown) in [("=1+1", "'=1+1"), ("@x", "'@x"), ("-1", "'-1"), ("x=1", "x=1"), ("", "")] {
            assert_eq!(harmless(cell), shown);
        }
    }
}

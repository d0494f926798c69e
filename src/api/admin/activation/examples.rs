//! What the documentation shows of a plan.

use serde_json::{Value, json};

/// The id of a piece of evidence.
pub(super) const ID: &str = "5b6a79880011223344556677aabbccdd";

/// A piece of evidence.
pub(super) fn evidence() -> Value {
    json!({
        "id": ID, "step": "EC-PSP-01", "outcome": "passed", "note": "Prova superata in collaudo",
        "at": "2026-11-22T10:00:00Z", "by": "person:4711", "name": "Anna Verdi",
        "file": {
            "name": "esito.txt", "mediaType": "text/plain",
            "sha256": "cae8b3a5e2d5a1c1a0ddeaa2c0a6a2d3a55a6ed94d2f0f0e1a5e1c9b6d0c1f2e",
        },
    })
}

/// A plan, of which one step is shown.
pub(super) fn plan() -> Value {
    json!({
        "fiscalCode": "99000010019", "live": false,
        "steps": [{
            "step": "EC-PSP-02", "state": "blocked", "toldBy": "evidence",
            "missing": [{ "code": "no_evidence", "message": "Nothing was shown that it has passed." }],
            "waitsFor": ["connectivity"], "responsible": "Anna Verdi", "dueDate": "2026-12-31", "evidence": [],
        }],
    })
}

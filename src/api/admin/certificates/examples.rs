//! Examples for the documentation.

use serde_json::{Value, json};

pub(super) const ID: &str = "5f1d0c9be3a7428896b1f2c3d4e5a607";

pub(super) fn certificate() -> Value {
    json!({
        "id": ID, "owner": "gateway", "role": "soap_server", "environment": "production",
        "label": "Nodo 2026", "state": "active", "inUse": true,
        "createdAt": "2026-10-01T08:00:00Z", "uploadedAt": "2026-10-02T08:00:00Z",
        "activatedAt": "2026-10-03T08:00:00Z", "subject": "C=IT, O=Ente, CN=pagopa.ente.example.it",
        "issuer": "C=IT, O=Autorità di prova, CN=CA", "serial": "01:af", "names": ["pagopa.ente.example.it"],
        "notBefore": "2026-10-01T00:00:00Z", "notAfter": "2027-10-01T00:00:00Z", "daysLeft": 312,
        "fingerprint": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "publicKey": "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752",
    })
}

//! What bodies look like, for the document.

use serde_json::{Value, json};

/// The id of a subscription.
pub(super) const ID: &str = "5b1f6a0c27d3e4f5a9b8c0d1e2f3a4b5";

/// A subscription.
pub(super) fn subscription() -> Value {
    json!({
        "id": ID, "label": "Contabilità", "url": "https://ente.example.it/varco", "form": "event",
        "types": ["varco.receipt.*"], "enabled": true, "failures": 0,
        "createdAt": "2026-11-22T10:20:00Z", "createdBy": "ragioneria",
    })
}

/// The same with its secret.
pub(super) fn with_secret() -> Value {
    json!({ "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=", "subscription": subscription() })
}

/// A page of deliveries.
pub(super) fn deliveries(state: &str) -> Value {
    json!({
        "deliveries": [{
            "eventId": "99000010019-17-646c3a1f8e0c0", "type": "varco.receipt.booked",
            "time": "2026-11-22T10:20:00Z", "feed": "99000010019", "sequence": 17, "state": state,
            "attempts": [{
                "number": 1, "at": "2026-11-22T10:20:01Z", "latencyMs": 52, "status": 500,
                "error": "the endpoint answered 500",
            }],
        }],
    })
}

//! A position of the first version, as each body shows it.

use serde_json::{Value, json};

use super::super::contract::Examples;
use super::super::examples::{
    DUE, EC, MADE, NAV, answered_transfer, debtor, iuv, transfer, transfer_with_history, with,
};

/// All bodies.
pub fn examples() -> Examples {
    let head = json!({
        "iupd": "MENSA-2026-000123", "companyName": "Comune di Borgo Varco", "officeName": "Ufficio scuola",
    });
    let request = json!({
        "payStandIn": true, "switchToExpired": false,
        "paymentOption": [with(option(), json!({ "dueDate": "2030-12-31T23:59:59", "transfer": [transfer()] }))],
    });
    let answer = json!({
        "payStandIn": true, "switchToExpired": false, "status": "DRAFT",
        "paymentOption": [with(answered_option(), json!({ "transfer": [answered_transfer()] }))],
    });
    let history = json!({
        "organizationFiscalCode": EC, "type": "F", "insertedDate": MADE, "publishDate": MADE,
        "status": "VALID", "lastUpdatedDate": MADE, "paymentOption": [option_with_history()],
    });
    Examples {
        request: with(with(head.clone(), debtor()), request),
        with_debtor: with(with(head.clone(), debtor()), answer),
        with_history: with(head, history),
    }
}

/// A payment option that was paid elsewhere.
pub fn paid() -> Value {
    with(option_with_history(), json!({ "status": "PO_PAID", "paymentDate": "2026-11-20T08:30:00Z" }))
}

fn option() -> Value {
    json!({
        "amount": 10_000, "description": "Mensa scolastica, novembre", "isPartialPayment": false,
        "paymentOptionMetadata": [{ "key": "SCUOLA", "value": "Primaria Don Milani" }],
    })
}

fn answered_option() -> Value {
    let answered = json!({ "nav": NAV, "iuv": iuv(), "dueDate": DUE, "fee": 0, "notificationFee": 0 });
    with(option(), answered)
}

/// A payment option that is to be paid.
pub fn option_with_history() -> Value {
    let history = json!({
        "organizationFiscalCode": EC, "insertedDate": MADE, "status": "PO_UNPAID", "lastUpdatedDate": MADE,
        "transfer": [transfer_with_history()],
    });
    with(answered_option(), history)
}

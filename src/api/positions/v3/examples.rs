//! A position of the third version, as each body shows it.

use serde_json::{Value, json};

use super::super::contract::Examples;
use super::super::examples::{
    DUE, EC, MADE, NAV, answered_transfer, debtor, iuv, transfer, transfer_with_history, with,
};

/// All bodies.
pub fn examples() -> Examples {
    let head = json!({
        "iupd": "MENSA-2026-000456", "companyName": "Comune di Borgo Varco", "officeName": "Ufficio scuola",
    });
    let option = |instalment: Value| json!({ "switchToExpired": false, "debtor": debtor(), "installments": [instalment] });
    let asked = with(instalment(), json!({ "dueDate": "2030-12-31T23:59:59", "transfer": [transfer()] }));
    let asked = with(option(asked), json!({ "description": "In un'unica soluzione" }));
    let answered = with(answered_instalment(), json!({ "transfer": [answered_transfer()] }));
    let told = json!({
        "organizationFiscalCode": EC, "lastUpdatedDate": MADE, "transfer": [transfer_with_history()],
    });
    let told = with(option(with(answered_instalment(), told)), json!({ "insertedDate": MADE }));
    let request = json!({ "payStandIn": true, "paymentOption": [asked] });
    let answer = json!({ "payStandIn": true, "status": "DRAFT", "paymentOption": [option(answered)] });
    let history = json!({
        "organizationFiscalCode": EC, "insertedDate": MADE, "publishDate": MADE, "status": "VALID",
        "lastUpdatedDate": MADE, "paymentOption": [told],
    });
    Examples {
        request: with(head.clone(), request),
        with_debtor: with(head.clone(), answer),
        with_history: with(head, history),
    }
}

fn instalment() -> Value {
    json!({
        "amount": 10_000, "description": "Mensa scolastica, novembre",
        "installmentMetadata": [{ "key": "SCUOLA", "value": "Primaria Don Milani" }],
    })
}

fn answered_instalment() -> Value {
    let answered = json!({
        "nav": NAV, "iuv": iuv(), "dueDate": DUE, "fee": 0, "notificationFee": 0, "status": "UNPAID",
    });
    with(instalment(), answered)
}

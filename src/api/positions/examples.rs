//! Parts of the examples that all versions of the contract share. Everybody in them is invented; the
//! institution and its account are those of the demo.

use serde_json::{Value, json};

/// The creditor institution.
pub const EC: &str = "99000010019";

/// The number of the notice, where an answer has one.
pub const NAV: &str = "302000000000100055";

/// When it should be paid.
pub const DUE: &str = "2030-12-31T22:59:59Z";

/// When it was made.
pub const MADE: &str = "2026-11-22T10:15:00Z";

/// The IUV inside the number.
pub fn iuv() -> &'static str {
    NAV.get(1..).unwrap_or_default()
}

/// Who owes.
pub fn debtor() -> Value {
    json!({
        "type": "F", "fiscalCode": "RSSMRA80A01H501U", "fullName": "Maria Rossi", "streetName": "Via Roma",
        "civicNumber": "12", "postalCode": "00100", "city": "Roma", "province": "RM", "country": "IT",
        "email": "maria.rossi@example.org",
    })
}

/// Where the money goes.
pub fn transfer() -> Value {
    json!({
        "idTransfer": "1", "amount": 10_000, "remittanceInformation": "Mensa scolastica, novembre",
        "category": "9/0101002IM/", "iban": "IT80Z0599903600000000001001",
        "transferMetadata": [{ "key": "CAPITOLO", "value": "3100" }],
    })
}

/// The same as answers have it.
pub fn answered_transfer() -> Value {
    with(transfer(), json!({ "organizationFiscalCode": EC }))
}

/// The same with its history.
pub fn transfer_with_history() -> Value {
    let history = json!({ "insertedDate": MADE, "status": "T_UNREPORTED", "lastUpdatedDate": MADE });
    with(answered_transfer(), history)
}

/// The one object with the fields of the other.
pub fn with(mut object: Value, fields: Value) -> Value {
    if let (Value::Object(object), Value::Object(fields)) = (&mut object, fields) {
        object.extend(fields);
    }
    object
}

//! What the catalogue looks like, for its documentation.

use serde_json::{Value, json};

/// A service.
pub(super) fn service() -> Value {
    json!({
        "id": "00003", "name": "Donazione", "description": "Un contributo libero all'ente.",
        "categories": [{ "id": "donazioni", "name": "Donazioni" }], "taxonomy": "9/0101002IM/",
        "languages": ["it", "en"], "organizations": 1, "someOrganizations": [institution()],
    })
}

fn institution() -> Value {
    json!({ "fiscalCode": "99000010019", "name": "Comune di Borgo" })
}

/// A page of services.
pub(super) fn services() -> Value {
    let page = json!({ "page": 0, "limit": 20, "itemsFound": 1, "totalPages": 1, "totalItems": 1 });
    json!({ "services": [service()], "pageInfo": page })
}

/// An offering.
pub(super) fn offering() -> Value {
    let link = |word: &str| format!("/catalogue/v1/organizations/99000010019/services/00003/{word}");
    json!({
        "service": "00003", "organization": institution(), "name": "Donazione", "subject": "00003",
        "commission": "unsaid", "places": ["Borgo"], "languages": ["it", "en"],
        "price": { "kind": "free", "field": "amount", "minAmount": 100, "maxAmount": 500_000 },
        "links": {
            "form": link("form"), "xsd": link("form.xsd"), "quote": link("quote"), "payments": link("payments"),
        },
    })
}

/// What was filled in.
pub(super) fn demand() -> Value {
    let debtor = json!({ "type": "F", "fiscalCode": "RSSMRA80A01H501U", "fullName": "Mario Rossi" });
    json!({ "inputs": { "amount": "25.00" }, "debtor": debtor })
}

/// What it would cost.
pub(super) fn quote() -> Value {
    json!({
        "amount": 2_500, "description": "Donazione", "dueDate": "2026-12-22",
        "shares": [{
            "organizationFiscalCode": "99000010019", "amount": 2_500, "iban": "IT80Z0599903600000000001001",
            "isStamp": false,
        }],
    })
}

/// The notice.
pub(super) fn payment() -> Value {
    let iupd = "od-20261122-5f1d7a84db2d4a8c";
    json!({
        "noticeNumber": "302000000000100091", "iuv": "02000000000100091", "iupd": iupd,
        "organizationFiscalCode": "99000010019", "companyName": "Comune di Borgo", "amount": 2_500,
        "description": "Donazione", "dueDate": "2026-12-22",
        "qrCode": "PAGOPA|002|302000000000100091|99000010019|2500", "repeated": false,
        "links": {
            "position": format!("/gpd/debt-positions-service/v1/organizations/99000010019/debtpositions/{iupd}"),
            "page": format!("/servizi/avvisi/99000010019/{iupd}"),
        },
    })
}

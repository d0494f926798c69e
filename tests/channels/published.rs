//! The published contract for spontaneous payments: a request with a debtor and properties becomes a position.

use hyper::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::api::{Answer, EC, Gateway, NEW_IBAN, OTHER_EC};
use crate::support::catalogue::{self, offering, stall};
use crate::support::{TestDatabase, on_both, samples};

const NOBODY: &str = "12345678903";

fn payment(service: &str, properties: &[(&str, &str)]) -> Value {
    let properties: Vec<Value> =
        properties.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect();
    json!({
        "debtor": { "type": "F", "fiscalCode": "RSSMRA80A01H501U", "fullName": "Mario Rossi", "city": "Borgo" },
        "service": { "id": service, "properties": properties },
    })
}

fn bought() -> Value {
    payment("stall", &[("kind", "fruit"), ("day", "2026-12-01"), ("power", "true")])
}

async fn pay(gateway: &Gateway, ec: &str, body: &Value) -> Answer {
    let path = format!("/gps/spontaneous-payments-service/v1/organizations/{ec}/spontaneouspayments");
    gateway.call(Method::POST, &path, Some(body)).await
}

#[tokio::test]
async fn a_payment_is_answered_with_the_position_that_is_on_offer() {
    on_both(|database| async {
        let gateway = Gateway::start_public(database, 1_000).await;
        let paid = pay(&gateway, EC, &bought()).await;
        assert_eq!(paid.status, StatusCode::CREATED, "{}", paid.body);
        let position = &paid.body;
        let option = &position["paymentOption"][0];
        let nav = option["nav"].as_str().unwrap();
        assert_eq!(
            (position["type"].as_str(), position["fullName"].as_str()),
            (Some("F"), Some("Mario Rossi"))
        );
        assert_eq!((&position["city"], &position["status"]), (&json!("Borgo"), &json!("VALID")));
        assert_eq!(position["companyName"], "Comune di Borgo");
        assert_eq!(option["iuv"], nav[1..]);
        assert_eq!((&option["amount"], &option["organizationFiscalCode"]), (&json!(1_250), &json!(EC)));
        assert_eq!(option["isPartialPayment"], json!(false));
        assert_eq!(option["transfer"][0]["iban"], samples::IBAN);
        assert_eq!(option["transfer"][0]["remittanceInformation"], "Posteggio fruit 01/12/2026");
        let again = pay(&gateway, EC, &bought()).await;
        assert_eq!((again.status, &again.body["iupd"]), (StatusCode::CREATED, &position["iupd"]));
    })
    .await;
}

#[tokio::test]
async fn a_property_that_is_missing_or_wrong_is_told_with_its_place() {
    let gateway = Gateway::start_public(TestDatabase::sqlite(), 1_000).await;
    let (title, code) = ("Property missing or wrong", "property_missing_or_wrong");
    let body = payment("stall", &[("kind", "stones"), ("day", "2026-12-01")]);
    let wrong = pay(&gateway, EC, &body).await;
    wrong.is_problem(400, title, code);
    let expected = [("/service/properties/0/value", "choice"), ("/service/properties", "required")];
    assert_eq!(wrong.violations(), expected, "{}", wrong.body);
    let body = payment("stall", &[("kind", "fruit"), ("kind", "fruit"), ("colour", "red")]);
    let wrong = pay(&gateway, EC, &body).await;
    wrong.is_problem(400, title, code);
    let expected =
        [("/service/properties/1/name", "duplicate_field"), ("/service/properties/2/name", "unknown_field")];
    assert_eq!(wrong.violations(), expected);
    // The weaknesses of the published service: numbers in other notations, and blanks.
    for amount in ["0x10", "1e2", " 25.00", "", "25,00"] {
        let body = payment("00003", &[("amount", amount), ("name", "Mario"), ("code", "RSSMRA80A01H501U")]);
        pay(&gateway, EC, &body).await.is_problem(400, title, code);
    }
    let nobody = json!({ "service": bought()["service"] });
    let wrong = pay(&gateway, EC, &nobody).await;
    wrong.is_problem(400, "BAD REQUEST", "invalid_body");
    assert_eq!(wrong.violations(), [("/debtor", "required")]);
}

#[tokio::test]
async fn who_or_what_is_not_there_or_not_open_is_told_as_the_contract_says() {
    let gateway = Gateway::start_public(TestDatabase::sqlite(), 1_000).await;
    pay(&gateway, OTHER_EC, &bought()).await.is_problem(403, "Forbidden", "foreign_organization");
    pay(&gateway, NOBODY, &bought()).await.is_problem(403, "Forbidden", "foreign_organization");
    pay(&gateway, EC, &payment("nothing", &[])).await.is_problem(404, "Service not found", "unknown_service");
    // A draft, another institution's own, and what the institution does not provide do not tell their properties.
    let guess = [("kind", "fruit"), ("guess", "x")];
    let (mut draft, mut foreign) = (stall(), stall());
    (draft.1["id"], draft.1["stage"]) = (json!("draft"), json!({}));
    (foreign.1["id"], foreign.1["owner"]) = (json!("foreign"), json!(OTHER_EC));
    catalogue::write(&gateway.store, &[draft, offering(EC, "draft"), foreign]).await;
    gateway.refresh().await;
    for hidden in ["draft", "foreign"] {
        let told = pay(&gateway, EC, &payment(hidden, &guess)).await;
        told.is_problem(404, "Service not found", "unknown_service");
    }
    let mut suspended = offering(EC, "stall");
    suspended.1["iban"] = json!(NEW_IBAN);
    suspended.1["stage"]["suspendedAt"] = json!("2026-02-01T00:00:00Z");
    catalogue::write(&gateway.store, &[suspended]).await;
    gateway.refresh().await;
    pay(&gateway, EC, &payment("stall", &guess)).await.is_problem(
        422,
        "Unprocessable Entity",
        "service_not_open",
    );
    pay(&gateway, EC, &bought()).await.is_problem(422, "Unprocessable Entity", "service_not_open");
    let mut draft = offering(EC, "stall");
    draft.1["stage"] = json!({});
    catalogue::write(&gateway.store, &[draft]).await;
    gateway.refresh().await;
    let unknown = pay(&gateway, EC, &bought()).await;
    unknown.is_problem(404, "Enrollment to service not found", "unknown_enrollment");
}

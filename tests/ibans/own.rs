//! Accounts in our own words: what each of them is now, and why.

use hyper::Method;
use serde_json::{Value, json};

use crate::desk::{FREE_IBAN, OURS, PAYMENTS, account, on_both_desks};
use crate::support::api::{EC, but};

fn path(iban: &str) -> String {
    format!("{OURS}/creditor-institutions/{EC}/ibans/{iban}")
}

fn wanted() -> Value {
    json!({
        "iban": FREE_IBAN, "label": "Tesoreria", "companyName": "Tesoriere", "validFrom": "2026-12-01",
        "labels": ["ACA", "0201138TS"],
    })
}

#[tokio::test]
async fn an_account_may_last_without_end_and_have_a_name_of_its_own() {
    on_both_desks(async |desk| {
        let made = desk.ask(PAYMENTS, Method::PUT, &path(FREE_IBAN), Some(&wanted())).await;
        assert_eq!(made.status, 201, "{}", made.body);
        assert_eq!(made.body["label"], "Tesoreria");
        assert_eq!(made.body["companyName"], "Tesoriere");
        assert_eq!(made.body["labels"], json!(["0201138TS", "ACA"]));
        assert!(made.body.get("due").is_none(), "no end is invented");
        let changed = but(wanted(), "/due", json!("2027-06-30"));
        let changed = desk.ask(PAYMENTS, Method::PUT, &path(FREE_IBAN), Some(&changed)).await;
        assert_eq!(
            (changed.status.as_u16(), &changed.body["due"]),
            (200, &json!("2027-06-30T23:59:59+02:00"))
        );

        let by_contract = desk.change(PAYMENTS, EC, &account(FREE_IBAN)).await;
        assert_eq!(by_contract.status, 201, "{}", by_contract.body);
        let known = desk.own(EC, FREE_IBAN).await;
        assert_eq!(known["label"], "Tesoreria", "what the contract cannot say stays");
        assert_eq!(known["companyName"], "Tesoriere");
        let gone = desk.ask(PAYMENTS, Method::DELETE, &path(FREE_IBAN), None).await;
        assert_eq!(gone.status, 204, "{}", gone.body);
    })
    .await;
}

#[tokio::test]
async fn the_list_says_what_each_account_is_and_why_nothing_can_be_paid_to_it() {
    on_both_desks(async |desk| {
        desk.ask(PAYMENTS, Method::PUT, &path(FREE_IBAN), Some(&but(wanted(), "/due", json!("2027-06-30"))))
            .await;
        let status = async || {
            let known = desk.own(EC, FREE_IBAN).await;
            (known["status"].as_str().unwrap().to_owned(), known.get("notPayableBecause").is_some())
        };
        assert_eq!(status().await, ("not_yet_valid".into(), true));
        desk.set("2026-12-01T10:00:00Z");
        assert_eq!(status().await, ("active".into(), false));
        desk.set("2027-07-01T10:00:00Z");
        assert_eq!(status().await, ("expired".into(), true));
        let list = format!("{OURS}/creditor-institutions/{EC}/ibans");
        let expired = desk.get(PAYMENTS, &format!("{list}?status=expired")).await;
        assert_eq!(expired["accounts"].as_array().unwrap().len(), 1);
        assert_eq!(desk.get(PAYMENTS, &list).await["accounts"].as_array().unwrap().len(), 3);
        let wrong = desk.ask(PAYMENTS, Method::GET, &format!("{list}?status=x"), None).await;
        wrong.is_problem(400, "BAD REQUEST", "query_parameter");
    })
    .await;
}

#[tokio::test]
async fn the_account_of_the_body_is_that_of_the_path() {
    on_both_desks(async |desk| {
        let refused = desk.ask(PAYMENTS, Method::PUT, &path("NL91ABNA0417164300"), Some(&wanted())).await;
        assert_eq!(refused.violations(), [("/iban", "another_iban")]);
        let missing = desk.ask(PAYMENTS, Method::GET, &path(FREE_IBAN), None).await;
        missing.is_problem(404, "Not Found", "unknown_iban");
    })
    .await;
}

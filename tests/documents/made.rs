//! Documents that are made of the register.

use hyper::Method;
use serde_json::json;

use crate::desk::{Desk, OTHER_PAYMENTS, OURS, PARTNER, PAYMENTS, on_both_desks};
use crate::papers::is_valid;
use crate::support::api::{EC, NEW_IBAN};
use crate::support::samples::IBAN;
use varco::documents::{read_accounts, read_counterparts};

fn documents(rest: &str) -> String {
    format!("{OURS}/creditor-institutions/{EC}/documents{rest}")
}

#[tokio::test]
async fn documents_made_of_the_register_are_valid_and_kept() {
    on_both_desks(async |desk: &Desk| {
        for kind in ["ICA", "TDC"] {
            let told = desk.ask(PAYMENTS, Method::POST, &documents(""), Some(&json!({ "kind": kind }))).await;
            assert_eq!(told.status, 201, "{}", told.text);
            assert_eq!(told.json()["flow"], format!("{kind}-{EC}-20261122110000"));
            let read = desk.get(PAYMENTS, told.headers["location"].to_str().unwrap()).await;
            assert_eq!(read.status, 200, "{}", read.text);
            is_valid(&read.text);
            if kind == "ICA" {
                let document = read_accounts(read.text.as_bytes()).unwrap();
                let accounts: Vec<&str> = document.accounts.iter().map(|one| one.iban.as_str()).collect();
                assert_eq!(accounts, [NEW_IBAN, IBAN]);
                assert_eq!(document.name.as_str(), "Comune di Borgo");
            } else {
                let [document] = read_counterparts(read.text.as_bytes()).unwrap().try_into().unwrap();
                assert!(document.at_providers && document.open.len() == 1);
            }
        }
        let again = desk.ask(PAYMENTS, Method::POST, &documents(""), Some(&json!({ "kind": "ICA" }))).await;
        assert_eq!((again.status.as_u16(), again.json()["code"].as_str()), (409, Some("document_exists")));
        let listed = desk.get(PAYMENTS, &documents("")).await.json();
        let kinds: Vec<&str> =
            listed["documents"].as_array().unwrap().iter().map(|one| one["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["ICA", "TDC"]);
    })
    .await;
}

#[tokio::test]
async fn only_who_may_change_accounts_makes_documents() {
    on_both_desks(async |desk: &Desk| {
        for key in [OTHER_PAYMENTS, PARTNER] {
            let told = desk.ask(key, Method::POST, &documents(""), Some(&json!({ "kind": "ICA" }))).await;
            assert_eq!(told.status, 403, "{}", told.text);
            assert_eq!(desk.get(key, &documents("")).await.status, 403);
            assert_eq!(desk.get(key, &documents("/ICA/x")).await.status, 403);
        }
        let told = desk.ask(PAYMENTS, Method::POST, &documents(""), Some(&json!({ "kind": "x" }))).await;
        assert_eq!((told.status.as_u16(), told.json()["code"].as_str()), (400, Some("invalid_body")));
        assert_eq!(desk.get(PAYMENTS, &documents("/ICA/x")).await.status, 404);
    })
    .await;
}

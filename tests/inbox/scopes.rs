//! Who sees what: the key's institutions, and its segregation codes.

use std::collections::BTreeSet;

use hyper::{Method, StatusCode};
use serde_json::{Value, json};
use varco::api::auth::hash_key;
use varco::domain::fiscal_code::FiscalCode;
use varco::domain::notice_number::{NoticeNumber, TwoDigits};
use varco::domain::receipt::Receipt;
use varco::domain::segregation::Segregation;
use varco::store::{ApiKey, ApiScope, KeyRights};

use crate::support::api::{EC, Gateway, KEY, MASTER_KEY, OTHER_EC};
use crate::support::on_both;
use crate::support::samples::receipt;
use crate::{ask_as, book, each, get, told};

/// A key of every institution, for the notices of code 01.
const FIRST_CODE: &str = "key-of-code-01";

async fn with_keys(gateway: &Gateway) {
    let codes = BTreeSet::from([TwoDigits::new("01").unwrap()]);
    let (institutions, segregation) = (ApiScope::Every, Segregation::Only(codes));
    let key = ApiKey {
        id: "some".into(),
        label: "some".into(),
        institutions,
        segregation,
        rights: KeyRights::data(),
    };
    gateway.store.add_api_key(&key, &hash_key(FIRST_CODE)).await.unwrap();
    let code_01 = |id: &str| {
        let notice = NoticeNumber::issue(TwoDigits::new("01").unwrap(), 9).unwrap();
        let creditor_reference = notice.iuv().as_str().to_owned();
        Receipt { notice, creditor_reference, ..receipt(id, 9, 100) }
    };
    book(&gateway.store, receipt("of-02", 1, 100)).await;
    book(&gateway.store, code_01("of-01")).await;
    // Another's notice, and a message about a booked receipt of the other code.
    let nothing = varco::domain::receipt::ReceiptOutcome::NotExecuted;
    let foreign = Receipt { issuer: FiscalCode::new(OTHER_EC).unwrap(), ..code_01("foreign") };
    book(&gateway.store, Receipt { outcome: nothing, ..foreign }).await;
    crate::book_as(
        &gateway.store,
        receipt("of-02", 1, 200),
        "<conflict/>".to_owned(),
        crate::support::samples::now(),
    )
    .await;
}

#[tokio::test]
async fn a_key_of_some_codes_sees_what_is_about_their_notices() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        with_keys(&gateway).await;
        let all = get(&gateway, "anomalies").await["anomalies"].clone();
        assert_eq!(all.as_array().unwrap().len(), 4);
        let asked = async |path: &str, body: Option<&Value>| {
            let method = if body.is_some() { Method::POST } else { Method::GET };
            ask_as(&gateway, FIRST_CODE, method, (&format!("organizations/{EC}/{path}"), body)).await
        };
        assert_eq!(each(&asked("anomalies", None).await.body["anomalies"], "receiptId"), ["of-01"]);
        assert_eq!(each(&asked("receipts", None).await.body["receipts"], "receiptId"), ["of-01"]);
        assert_eq!(asked("receipts/of-01", None).await.status, StatusCode::OK);
        for path in ["receipts/of-02", "receipts/of-02/message", "receipts/foreign"] {
            let refused = asked(path, None).await;
            refused.is_problem(403, "The payment position is forbidden", "foreign_segregation");
        }
        let note = json!({ "person": "Anna Verdi", "text": "x" });
        for one in all.as_array().unwrap() {
            let id = one["anomalyId"].as_str().unwrap();
            let expected = if one["receiptId"] == "of-01" { 200 } else { 403 };
            for (path, body) in [("", None), ("/message", None), ("/notes", Some(&note))] {
                let answer = asked(&format!("anomalies/{id}{path}"), body).await;
                let status = if expected == 200 && body.is_some() { 201 } else { expected };
                assert_eq!(answer.status.as_u16(), status, "{path} of {one}");
            }
        }
        // Events are for the same callers.
        let feed = varco::domain::event::Feed::Institution(crate::support::samples::ec());
        let scope = Segregation::Only(BTreeSet::from([TwoDigits::new("01").unwrap()]));
        let events = gateway.store.events_after(&feed, 0, 100).await.unwrap();
        let opened = events.iter().filter(|event| event.kind == "varco.anomaly.opened");
        let admitted: Vec<bool> = opened.map(|event| event.codes().admitted_by(&scope)).collect();
        assert_eq!(admitted.iter().filter(|admitted| **admitted).count(), 1, "{admitted:?}");
        let booked = events.iter().filter(|event| event.kind == "varco.receipt.booked");
        let admitted: Vec<bool> = booked.map(|event| event.codes().admitted_by(&scope)).collect();
        assert_eq!(admitted, [false, true, false], "of 02, of 01, and of another's notice");
        assert_eq!(told(&gateway.store).await.len(), 5);
    })
    .await;
}

#[tokio::test]
async fn a_message_that_names_the_receipt_of_another_notice_does_not_tell_what_that_paid() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        with_keys(&gateway).await;
        let notice = NoticeNumber::issue(TwoDigits::new("01").unwrap(), 9).unwrap();
        let creditor_reference = notice.iuv().as_str().to_owned();
        let other = Receipt { notice, creditor_reference, ..receipt("of-02", 1, 300) };
        let now = crate::support::samples::now();
        crate::book_as(&gateway.store, other, "<conflict-of-01/>".to_owned(), now).await;
        let path = format!("organizations/{EC}/anomalies?kind=unbooked_message");
        let seen = ask_as(&gateway, FIRST_CODE, Method::GET, (&path, None)).await.body;
        assert_eq!(each(&seen["anomalies"], "receiptId"), ["of-02"], "{seen}");
        assert_eq!(seen["anomalies"][0]["amount"], Value::Null, "{seen}");
        let all = get(&gateway, "anomalies?kind=unbooked_message").await["anomalies"].clone();
        let amounts: Vec<&Value> = all.as_array().unwrap().iter().map(|one| &one["amount"]).collect();
        assert!(amounts.contains(&&json!(100)), "that of its own notice is told: {all}");
    })
    .await;
}

#[tokio::test]
async fn another_institution_and_the_gateway_are_for_keys_that_open_them() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        with_keys(&gateway).await;
        let all = get(&gateway, "anomalies").await;
        let id = all["anomalies"][0]["anomalyId"].as_str().unwrap();
        let asked = async |key: &str, path: &str| ask_as(&gateway, key, Method::GET, (path, None)).await;
        for path in ["anomalies", "receipts", "receipts/of-02", &format!("anomalies/{id}")] {
            let path = format!("organizations/{OTHER_EC}/{path}");
            asked(KEY, &path).await.is_problem(403, "Forbidden", "foreign_organization");
            asked("", &path).await.is_problem(401, "Unauthorized", "missing_key");
        }
        let elsewhere = asked(MASTER_KEY, &format!("organizations/{OTHER_EC}/anomalies/{id}")).await;
        elsewhere.is_problem(404, "No anomaly found", "unknown_anomaly");
        for key in [KEY, FIRST_CODE] {
            asked(key, "gateway/anomalies").await.is_problem(403, "Forbidden", "foreign_organization");
        }
        let nothing = asked(MASTER_KEY, "gateway/anomalies").await;
        assert_eq!((nothing.status, &nothing.body["anomalies"]), (StatusCode::OK, &json!([])));
        let elsewhere = asked(MASTER_KEY, &format!("gateway/anomalies/{id}")).await;
        elsewhere.is_problem(404, "No anomaly found", "unknown_anomaly");
    })
    .await;
}

//! What people see of receipts on their way, and what they may do about them.

use bytes::Bytes;
use hyper::Method;
use serde_json::{Value, json};
use varco::domain::access::Role;
use varco::domain::fiscal_code::FiscalCode;
use varco::domain::routing::{Delivery, LetterForm, PartnerId};
use varco::store::BookReceipt;

use crate::support::admin::{administrator, ask};
use crate::support::api::{Answer, EC, Gateway, OTHER_EC};
use crate::support::{TestDatabase, on_both, samples};

/// Three receipts of one institution and one of another, all for the partner `uno`.
async fn start(database: TestDatabase) -> Gateway {
    let gateway = Gateway::start(database).await;
    administrator(&gateway.store, "operator", "gateway", Role::Operator).await;
    administrator(&gateway.store, "technical", &format!("ec:{EC}"), Role::TechnicalReferent).await;
    administrator(&gateway.store, "other", &format!("ec:{OTHER_EC}"), Role::TechnicalReferent).await;
    for (number, ec) in [(1, EC), (2, EC), (3, EC), (4, OTHER_EC)] {
        let mut receipt = samples::receipt(&format!("r{number}"), number, 100);
        receipt.recipient = FiscalCode::new(ec).unwrap();
        let partner = PartnerId::new("uno").unwrap();
        let booking = BookReceipt {
            receipt,
            primitive: "paSendRTV2",
            raw: Bytes::from_static(b"<x/>"),
            received_at: samples::now() + jiff::SignedDuration::from_secs(number as i64),
            deliver_to: Some(Delivery { partner, form: LetterForm::PaForNode }),
        };
        gateway.store.book_receipt(booking).await.unwrap();
    }
    gateway
}

async fn get(gateway: &Gateway, key: &str, path: &str) -> Answer {
    ask(gateway.address, key, (Method::GET, path), None).await
}

fn receipts(answer: &Answer) -> Vec<&str> {
    let all = answer.body["deliveries"].as_array().unwrap();
    all.iter().map(|one| one["receiptId"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn each_institution_sees_what_is_on_its_way_and_operators_see_all() {
    on_both(|database| async move {
        let gateway = start(database).await;
        let own = get(&gateway, "technical", "/routing/deliveries").await;
        assert_eq!(own.status, 200, "{}", own.body);
        assert_eq!(own.headers["cache-control"], "no-store");
        assert_eq!(receipts(&own), ["r3", "r2", "r1"], "the latest first");
        let mut one = own.body["deliveries"][2].clone();
        let id = one["id"].take();
        assert_eq!(id.as_str().unwrap().len(), 32);
        let expected = json!({
            "id": Value::Null, "ec": EC, "receiptId": "r1", "noticeNumber": samples::notice_number(1).as_str(),
            "partner": "uno", "form": "pa_for_node", "state": "pending", "attempts": 0,
            "madeAt": "2026-11-22T10:00:01Z", "nextAt": "2026-11-22T10:00:01Z",
        });
        assert_eq!(one, expected);
        assert_eq!(receipts(&get(&gateway, "other", "/routing/deliveries").await), ["r4"]);
        assert_eq!(receipts(&get(&gateway, "operator", "/routing/deliveries").await), ["r4", "r3", "r2", "r1"]);
    })
    .await;
}

#[tokio::test]
async fn the_view_is_filtered_and_walked() {
    on_both(|database| async move {
        let gateway = start(database).await;
        let found = async |query: &str| {
            let answer = get(&gateway, "operator", &format!("/routing/deliveries?{query}")).await;
            assert_eq!(answer.status, 200, "{query}: {}", answer.body);
            receipts(&answer).join(" ")
        };
        assert_eq!(found(&format!("ec={OTHER_EC}")).await, "r4");
        assert_eq!(found("partner=uno&state=pending").await, "r4 r3 r2 r1");
        assert_eq!(found("partner=due").await, "");
        assert_eq!(found("state=refused").await, "");
        assert_eq!(found("state=delivered").await, "");
        let first = get(&gateway, "operator", "/routing/deliveries?limit=3").await;
        assert_eq!(receipts(&first), ["r4", "r3", "r2"]);
        let cursor = first.body["nextCursor"].as_str().unwrap();
        let last = get(&gateway, "operator", &format!("/routing/deliveries?limit=3&cursor={cursor}")).await;
        assert_eq!((receipts(&last), &last.body["nextCursor"]), (vec!["r1"], &Value::Null));
        for wrong in ["state=lost", "ec=1", "partner=A", "cursor=x", "limit=0"] {
            assert_eq!(
                get(&gateway, "operator", &format!("/routing/deliveries?{wrong}")).await.status,
                400,
                "{wrong}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn a_receipt_is_sent_again_when_somebody_says_so() {
    on_both(|database| async move {
        let gateway = start(database).await;
        let all = get(&gateway, "technical", "/routing/deliveries").await;
        let id = all.body["deliveries"][0]["id"].as_str().unwrap().to_owned();
        let retry = async |key: &str, id: &str| {
            let path = format!("/routing/deliveries/{id}/retry");
            ask(gateway.address, key, (Method::POST, &path), None).await
        };
        gateway.clock.advance(jiff::SignedDuration::from_hours(1));
        assert_eq!(retry("technical", &id).await.status, 202);
        let seen = get(&gateway, "technical", "/routing/deliveries").await;
        assert_eq!(seen.body["deliveries"][0]["nextAt"], "2026-11-22T11:00:00Z");
        retry("other", &id).await.is_problem(404, "Not Found", "unknown_delivery");
        retry("technical", "0").await.is_problem(404, "Not Found", "unknown_delivery");
    })
    .await;
}

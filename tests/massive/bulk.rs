//! Many positions by one request: all or none.

use hyper::Method;
use serde_json::{Value, json};

use crate::desk::{Answer, ask, count, read};
use crate::support::api::{but, position};
use crate::support::gateway::{TestGateway, on_both_gateways};
use crate::support::messages::paid;
use crate::support::samples::EC;

async fn bulk(gateway: &TestGateway, method: Method, tail: &str, body: &Value) -> Answer {
    let path = format!("/gpd/debt-positions-service/v2/organizations/{EC}/debtpositions{tail}");
    let form = [("content-type", "application/json")];
    ask(gateway.api_addr(), (method, &path), &form, body.to_string()).await
}

fn positions(positions: &[Value]) -> Value {
    json!({ "paymentPositions": positions })
}

fn many(numbers: std::ops::RangeInclusive<u64>) -> Value {
    positions(&numbers.map(|base| position(&format!("P{base}"), base)).collect::<Vec<_>>())
}

#[tokio::test]
async fn a_hundred_positions_are_created_at_once() {
    on_both_gateways(async |gateway| {
        let created = bulk(gateway, Method::POST, "/bulk?toPublish=true", &many(1..=100)).await;
        assert_eq!(created.status, 201, "{}", created.text());
        assert_eq!(created.json()["paymentPositions"][99]["iupd"], "P100");
        assert_eq!(read(gateway, "P100").await.json()["status"], "VALID");
        let drafts = bulk(gateway, Method::POST, "/bulk", &many(101..=101)).await;
        assert_eq!(drafts.json()["paymentPositions"][0]["status"], "DRAFT");
        bulk(gateway, Method::POST, "/bulk", &many(201..=301)).await.is_problem(400, "list_length");
        bulk(gateway, Method::POST, "/bulk", &positions(&[])).await.is_problem(400, "list_length");
        bulk(gateway, Method::POST, "/bulk", &json!([])).await.is_problem(400, "no_list");
        assert_eq!(count(gateway.api_addr()).await, 101);
    })
    .await;
}

#[tokio::test]
async fn one_bad_position_stops_all_and_every_fault_is_told() {
    on_both_gateways(async |gateway| {
        bulk(gateway, Method::POST, "/bulk", &many(1..=1)).await;
        let bad = positions(&[
            position("A", 10),
            but(position("B", 11), "/fullName", Value::Null),
            but(position("C", 12), "/paymentOption/0/amount", json!(0)),
        ]);
        let refused = bulk(gateway, Method::POST, "/bulk", &bad).await;
        refused.is_problem(400, "invalid_position");
        let violations = refused.violations();
        assert_eq!(violations[0], ("/paymentPositions/1/fullName".into(), "required".into()));
        assert_eq!(
            violations[1],
            ("/paymentPositions/2/paymentOption/0/amount".into(), "amount_too_small".into())
        );

        for (body, pointer, code) in [
            (positions(&[position("A", 10), position("P1", 11)]), "/paymentPositions/1/iupd", "iupd_taken"),
            (
                positions(&[position("A", 10), position("B", 1)]),
                "/paymentPositions/1/paymentOption/0/iuv",
                "notice_taken",
            ),
            (
                positions(&[position("A", 10), position("B", 10)]),
                "/paymentPositions/1/paymentOption/0/iuv",
                "notice_taken",
            ),
        ] {
            let refused = bulk(gateway, Method::POST, "/bulk", &body).await;
            refused.is_problem(409, code);
            assert_eq!(refused.violations(), [(pointer.into(), code.into())]);
        }
        let twice = positions(&[position("A", 10), position("A", 11)]);
        let refused = bulk(gateway, Method::POST, "/bulk", &twice).await;
        assert_eq!(refused.violations(), [("/paymentPositions/1/iupd".into(), "duplicate_iupd".into())]);
        assert_eq!(count(gateway.api_addr()).await, 1, "nothing was created");
    })
    .await;
}

#[tokio::test]
async fn updates_are_all_or_none_at_both_paths() {
    on_both_gateways(async |gateway| {
        bulk(gateway, Method::POST, "/bulk", &many(1..=3)).await;
        for (tail, name) in [("", "Anna Bianchi"), ("/bulk", "Carlo Verdi")] {
            let renamed =
                [1, 2].map(|base| but(position(&format!("P{base}"), base), "/companyName", json!(name)));
            let updated = bulk(gateway, Method::PUT, tail, &positions(&renamed)).await;
            assert_eq!(updated.status, 200, "{}", updated.text());
            assert_eq!(read(gateway, "P2").await.json()["companyName"], name);
        }
        let renamed = but(position("P1", 1), "/companyName", json!("Nobody"));
        let refused =
            bulk(gateway, Method::PUT, "", &positions(&[renamed.clone(), position("none", 9)])).await;
        refused.is_problem(404, "unknown_position");
        assert_eq!(refused.violations(), [("/paymentPositions/1".into(), "unknown_position".into())]);
        let refused = bulk(gateway, Method::PUT, "", &positions(&[renamed, position("P2", 3)])).await;
        refused.is_problem(409, "notice_taken");
        assert_eq!(read(gateway, "P1").await.json()["companyName"], "Carlo Verdi");
    })
    .await;
}

#[tokio::test]
async fn deletions_are_all_or_none_and_twenty_at_most() {
    on_both_gateways(async |gateway| {
        bulk(gateway, Method::POST, "/bulk?toPublish=true", &many(1..=22)).await;
        gateway.settle(&paid("receipt", 22, 10_000)).await;
        let names = |range: std::ops::RangeInclusive<u64>| {
            json!({ "paymentPositionIUPDs": range.map(|base| format!("P{base}")).collect::<Vec<_>>() })
        };
        bulk(gateway, Method::DELETE, "", &names(1..=21)).await.is_problem(400, "list_length");
        let refused = bulk(gateway, Method::DELETE, "", &names(21..=22)).await;
        refused.is_problem(409, "payment_found");
        assert_eq!(refused.violations(), [("/paymentPositionIUPDs/1".into(), "payment_found".into())]);
        let refused = bulk(gateway, Method::DELETE, "", &names(21..=23)).await;
        assert_eq!(refused.violations(), [("/paymentPositionIUPDs/1".into(), "payment_found".into())]);
        let unknown = bulk(gateway, Method::DELETE, "/bulk", &json!({ "paymentPositionIUPDs": ["P1", "none"] })).await;
        unknown.is_problem(404, "unknown_position");
        assert_eq!(unknown.violations(), [("/paymentPositionIUPDs/1".into(), "unknown_position".into())]);
        assert_eq!(count(gateway.api_addr()).await, 22);
        assert_eq!(bulk(gateway, Method::DELETE, "", &names(1..=20)).await.status, 200);
        assert_eq!(bulk(gateway, Method::DELETE, "/bulk", &names(21..=21)).await.status, 200);
        assert_eq!(count(gateway.api_addr()).await, 1);
    })
    .await;
}

//! Delegations: what a creditor institution hands to a broker, for how long, and that all follows at once, on
//! both databases.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

mod support;

#[path = "delegations/desk.rs"]
mod desk;
#[path = "delegations/keys.rs"]
mod keys;
#[path = "delegations/webhooks.rs"]
mod webhooks;

use hyper::{Method, StatusCode};
use jiff::SignedDuration;
use serde_json::json;

use desk::{BROKER_DESK, EC_DESK, OTHER_EC_DESK, on_both_desks};
use support::api::{EC, OTHER_EC};
use support::samples::BROKER;

#[tokio::test]
async fn a_delegation_is_offered_accepted_and_revoked() {
    on_both_desks(async |desk| {
        let body = json!({
            "broker": BROKER, "products": ["receipts", "positions"], "segregationCodes": ["02"],
            "domains": ["0101"], "validUntil": "2027-01-01T00:00:00Z",
        });
        let offered = desk.ask(EC_DESK, Method::POST, &desk.of_ec(""), Some(&body)).await;
        assert_eq!(offered.status, StatusCode::CREATED, "{}", offered.body);
        let id = offered.body["id"].as_str().unwrap();
        assert_eq!(offered.headers["location"], desk.of_ec(&format!("/{id}")));
        let expected = json!({
            "id": id, "organization": EC, "broker": BROKER, "products": ["positions", "receipts"],
            "segregationCodes": ["02"], "domains": ["0101"], "validFrom": "2026-11-22T10:00:00Z",
            "validUntil": "2027-01-01T00:00:00Z", "status": "offered",
            "offeredAt": "2026-11-22T10:00:00Z", "offeredBy": "key:ec",
        });
        assert_eq!(offered.body, expected);
        for (key, path) in [(EC_DESK, desk.of_ec("")), (BROKER_DESK, desk.of_broker(""))] {
            let list = desk.get(key, &path).await;
            assert_eq!(list.body["delegations"], json!([expected]), "{path}");
            assert_eq!(desk.get(key, &format!("{path}/{id}")).await.body, expected);
        }
        let accepted = desk.act(BROKER_DESK, &desk.of_broker(&format!("/{id}/accept"))).await;
        assert_eq!(accepted.status, StatusCode::OK, "{}", accepted.body);
        assert_eq!(accepted.body["status"], "in_force");
        assert_eq!(accepted.body["acceptedBy"], "key:broker");
        let revoked = desk.act(EC_DESK, &desk.of_ec(&format!("/{id}/revoke"))).await;
        assert_eq!(
            (&revoked.body["status"], &revoked.body["revokedBy"]),
            (&json!("revoked"), &json!("key:ec"))
        );
        let again = desk.act(BROKER_DESK, &desk.of_broker(&format!("/{id}/accept"))).await;
        again.is_problem(409, "Conflict", "delegation_status");
    })
    .await;
}

#[tokio::test]
async fn a_broker_may_refuse_and_give_back_what_it_was_offered() {
    on_both_desks(async |desk| {
        let first = desk.offer(json!(["positions"]), json!({})).await;
        let refused = desk.act(BROKER_DESK, &desk.of_broker(&format!("/{first}/refuse"))).await;
        assert_eq!(refused.body["status"], "refused", "{}", refused.body);
        let second = desk.delegate(json!(["positions"]), json!({})).await;
        let given_back = desk.act(BROKER_DESK, &desk.of_broker(&format!("/{second}/revoke"))).await;
        assert_eq!(given_back.body["revokedBy"], "key:broker", "{}", given_back.body);
    })
    .await;
}

#[tokio::test]
async fn a_delegation_begins_and_ends_with_its_time() {
    on_both_desks(async |desk| {
        let times = json!({ "validFrom": "2026-11-22T11:00:00Z", "validUntil": "2026-11-22T12:00:00Z" });
        let id = desk.delegate(json!(["positions"]), times).await;
        for (status, minutes) in [("not_yet_begun", 59), ("in_force", 1), ("in_force", 59), ("ended", 1)] {
            desk.gateway.clock.advance(SignedDuration::from_mins(minutes));
            let read = desk.get(EC_DESK, &desk.of_ec(&format!("/{id}"))).await;
            assert_eq!(read.body["status"], status);
        }
        let late = desk.act(EC_DESK, &desk.of_ec(&format!("/{id}/revoke"))).await;
        late.is_problem(409, "Conflict", "delegation_status");
    })
    .await;
}

#[tokio::test]
async fn of_one_product_there_is_one_delegation_at_a_time() {
    on_both_desks(async |desk| {
        let first = desk.offer(json!(["positions"]), json!({})).await;
        let second = desk.offer(json!(["positions", "receipts"]), json!({})).await;
        let accepted = desk.act(BROKER_DESK, &desk.of_broker(&format!("/{second}/accept"))).await;
        assert_eq!(accepted.status, StatusCode::OK, "{}", accepted.body);
        let both = desk.act(BROKER_DESK, &desk.of_broker(&format!("/{first}/accept"))).await;
        both.is_problem(409, "Conflict", "delegation_overlaps");
        let body = json!({ "broker": BROKER, "products": ["receipts"] });
        let third = desk.ask(EC_DESK, Method::POST, &desk.of_ec(""), Some(&body)).await;
        third.is_problem(409, "Conflict", "delegation_overlaps");
        desk.act(EC_DESK, &desk.of_ec(&format!("/{second}/revoke"))).await;
        let alone = desk.act(BROKER_DESK, &desk.of_broker(&format!("/{first}/accept"))).await;
        assert_eq!(alone.status, StatusCode::OK, "{}", alone.body);
    })
    .await;
}

#[tokio::test]
async fn each_side_does_its_own_part_and_nobody_elses() {
    on_both_desks(async |desk| {
        let id = desk.offer(json!(["positions"]), json!({})).await;
        let (of_ec, of_broker) = (desk.of_ec(""), desk.of_broker(""));
        let of_other = format!("/admin/v1/creditor-institutions/{OTHER_EC}/delegations");
        let denied = |answer: support::api::Answer| answer.is_problem(403, "Forbidden", "not_permitted");
        denied(desk.act(EC_DESK, &format!("{of_broker}/{id}/accept")).await);
        denied(desk.act(BROKER_DESK, &format!("{of_ec}/{id}/revoke")).await);
        denied(desk.get(OTHER_EC_DESK, &of_ec).await);
        denied(desk.get(OTHER_EC_DESK, &of_broker).await);
        denied(desk.act(OTHER_EC_DESK, &format!("{of_ec}/{id}/revoke")).await);
        let foreign = desk.get(OTHER_EC_DESK, &format!("{of_other}/{id}")).await;
        foreign.is_problem(404, "Not Found", "unknown_delegation");
        assert_eq!(desk.get(OTHER_EC_DESK, &of_other).await.body["delegations"], json!([]));
    })
    .await;
}

#[tokio::test]
async fn everything_that_is_wrong_with_an_offer_is_told_at_once() {
    on_both_desks(async |desk| {
        let body = json!({
            "broker": "12345678901", "products": ["position"], "segregationCodes": ["x"], "domains": ["01"],
            "validFrom": "tomorrow", "validUntil": "2026-11-22T09:00:00Z",
        });
        let refused = desk.ask(EC_DESK, Method::POST, &desk.of_ec(""), Some(&body)).await;
        refused.is_problem(400, "Bad Request", "invalid_delegation");
        let mut wrong = refused.violations();
        wrong.sort_unstable();
        assert_eq!(
            wrong,
            [
                ("/broker", "unknown_broker"),
                ("/domains/0", "domain_form"),
                ("/products/0", "unknown_product"),
                ("/segregationCodes/0", "segregation_code_form"),
                ("/validFrom", "instant_form"),
                ("/validUntil", "past"),
            ]
        );
    })
    .await;
}

//! Accounts that are to go on a day.

use hyper::Method;
use serde_json::{Value, json};
use varco::admin::deletions::carry_out_due;

use crate::desk::{Desk, FREE_IBAN, OTHER_PAYMENTS, OURS, PAYMENTS, TECHNICAL, on_both_desks};
use crate::support::api::{Answer, EC, NEW_IBAN, OTHER_EC, but, position};
use crate::support::samples;

fn requests(ec: &str) -> String {
    format!("{OURS}/creditor-institutions/{ec}/iban-deletion-requests")
}

async fn schedule(desk: &Desk, key: &str, (ec, iban): (&str, &str), day: &str) -> Answer {
    let body = json!({ "ibanValue": iban, "scheduledExecutionDate": day });
    desk.ask(key, Method::POST, &requests(ec), Some(&body)).await
}

/// The only request that there is.
async fn only(desk: &Desk) -> Value {
    let found = desk.get(PAYMENTS, &requests(EC)).await;
    let found = found["requests"].as_array().unwrap();
    assert_eq!(found.len(), 1, "{found:?}");
    found[0].clone()
}

async fn pass(desk: &Desk, instant: &str) -> usize {
    desk.set(instant);
    carry_out_due(&desk.gateway.store, instant.parse().unwrap()).await.unwrap()
}

#[tokio::test]
async fn an_account_goes_on_its_day_and_not_before() {
    on_both_desks(async |desk| {
        let made = schedule(desk, PAYMENTS, (EC, NEW_IBAN), "2026-12-01").await;
        assert_eq!(made.status, 201, "{}", made.body);
        assert_eq!((&made.body["status"], &made.body["ciCode"]), (&json!("PENDING"), &json!(EC)));
        assert_eq!(pass(desk, "2026-11-30T22:59:59Z").await, 0);
        assert_eq!(only(desk).await["status"], "PENDING");
        desk.set("2026-11-30T23:00:00Z");
        assert_eq!(only(desk).await["status"], "IN_PROGRESS");
        assert_eq!(pass(desk, "2026-11-30T23:00:00Z").await, 1);
        assert_eq!(only(desk).await["status"], "COMPLETED");
        assert!(desk.listed(EC).await.iter().all(|one| one["iban"] != NEW_IBAN));
        assert_eq!(pass(desk, "2026-12-02T10:00:00Z").await, 0, "once");
    })
    .await;
}

#[tokio::test]
async fn one_request_at_a_time_for_an_account_and_no_day_that_has_come() {
    on_both_desks(async |desk| {
        let wrong = schedule(desk, PAYMENTS, (EC, NEW_IBAN), "2026-11-22").await;
        assert_eq!(wrong.violations(), [("/scheduledExecutionDate", "scheduled_date_passed")]);
        let missing = schedule(desk, PAYMENTS, (EC, FREE_IBAN), "2026-12-01").await;
        missing.is_problem(404, "Not Found", "unknown_iban");
        let (account, day) = ((EC, NEW_IBAN), "2026-12-01");
        let asked = std::iter::repeat_with(|| schedule(desk, PAYMENTS, account, day)).take(6);
        let answers = futures_util::future::join_all(asked.collect::<Vec<_>>()).await;
        assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
        schedule(desk, PAYMENTS, account, day).await.is_problem(409, "Conflict", "deletion_pending");
        let other = schedule(desk, OTHER_PAYMENTS, (OTHER_EC, samples::IBAN), day).await;
        assert_eq!(other.status, 201, "another creditor's account is another: {}", other.body);
    })
    .await;
}

#[tokio::test]
async fn a_pending_request_is_called_off_by_its_own_creditor() {
    on_both_desks(async |desk| {
        let made = schedule(desk, PAYMENTS, (EC, NEW_IBAN), "2026-12-01").await;
        let id = made.body["id"].as_str().unwrap();
        let cancel = async |key: &str, ec: &str| {
            desk.ask(key, Method::DELETE, &format!("{}/{id}", requests(ec)), None).await
        };
        cancel(OTHER_PAYMENTS, OTHER_EC).await.is_problem(404, "Not Found", "unknown_deletion_request");
        cancel(OTHER_PAYMENTS, EC).await.is_problem(403, "Forbidden", "not_permitted");
        cancel(TECHNICAL, EC).await.is_problem(403, "Forbidden", "not_permitted");
        assert_eq!(cancel(PAYMENTS, EC).await.status, 204);
        cancel(PAYMENTS, EC).await.is_problem(409, "Conflict", "deletion_not_pending");
        assert_eq!(only(desk).await["status"], "CANCELED");
        assert_eq!(pass(desk, "2026-12-05T10:00:00Z").await, 0, "the account stays");
        assert!(desk.listed(EC).await.iter().any(|one| one["iban"] == NEW_IBAN));
        let again = schedule(desk, PAYMENTS, (EC, NEW_IBAN), "2026-12-10").await;
        assert_eq!(again.status, 201, "it can be asked again: {}", again.body);
        desk.set("2026-12-10T10:00:00Z");
        let id = again.body["id"].as_str().unwrap();
        let late = desk.ask(PAYMENTS, Method::DELETE, &format!("{}/{id}", requests(EC)), None).await;
        late.is_problem(409, "Conflict", "deletion_not_pending");
    })
    .await;
}

#[tokio::test]
async fn an_account_that_notices_name_stays_and_the_request_says_why() {
    on_both_desks(async |desk| {
        schedule(desk, PAYMENTS, (EC, NEW_IBAN), "2026-12-01").await;
        let at = "/paymentOption/0/transfer/0/iban";
        desk.gateway.create_published(&but(position("a", 1), at, json!(NEW_IBAN))).await;
        assert_eq!(pass(desk, "2026-12-01T10:00:00Z").await, 1);
        let failed = only(desk).await;
        assert_eq!(failed["status"], "FAILED");
        assert!(failed["reason"].as_str().unwrap().starts_with("Notices"), "{failed}");
        assert!(desk.listed(EC).await.iter().any(|one| one["iban"] == NEW_IBAN));
    })
    .await;
}

#[tokio::test]
async fn the_only_account_stays_and_one_that_is_gone_already_is_gone() {
    on_both_desks(async |desk| {
        schedule(desk, OTHER_PAYMENTS, (OTHER_EC, samples::IBAN), "2026-12-01").await;
        schedule(desk, PAYMENTS, (EC, NEW_IBAN), "2026-12-01").await;
        assert_eq!(desk.remove(PAYMENTS, EC, NEW_IBAN).await.status, 200);
        assert_eq!(pass(desk, "2026-12-01T10:00:00Z").await, 2);
        assert_eq!(only(desk).await["status"], "COMPLETED");
        let others = desk.get(OTHER_PAYMENTS, &format!("{}?status=FAILED", requests(OTHER_EC))).await;
        let reason = others["requests"][0]["reason"].as_str().unwrap();
        assert!(reason.starts_with("It is the only account"), "{reason}");
        assert_eq!(desk.listed(OTHER_EC).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn two_instances_end_a_request_once() {
    on_both_desks(async |desk| {
        schedule(desk, PAYMENTS, (EC, NEW_IBAN), "2026-12-01").await;
        let now = "2026-12-01T10:00:00Z".parse().unwrap();
        let store = &desk.gateway.store;
        let (one, other) = tokio::join!(carry_out_due(store, now), carry_out_due(store, now));
        assert_eq!(one.unwrap() + other.unwrap(), 1);
        let found = desk.get(PAYMENTS, &format!("{}?ibanValue={NEW_IBAN}", requests(EC))).await;
        assert_eq!(found["requests"].as_array().unwrap().len(), 1);
    })
    .await;
}

//! While a payment may be under way nobody changes, cancels or deletes what is being paid. On both databases.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

mod support;

use std::sync::Arc;

use hyper::Method;
use jiff::ToSpan;
use serde_json::{Value, json};
use support::api::*;
use support::{TestDatabase, on_both, samples};
use varco::domain::payability::check;

const NOT_UPDATABLE: &str = "Existing related payment found or not in updatable state";
const NOT_INVALIDABLE: &str = "Existing related payment found or not in invalidable state";
const PAYMENT_FOUND: &str = "Existing related payment found";

/// The node asks for the notice of that base, in order to have it paid.
async fn activate(gateway: &Gateway, base: u64) {
    let (ec, number) = (samples::ec(), samples::notice_number(base));
    gateway.store.activate_notice(&ec, &number, samples::now()).await.unwrap();
}

fn held_until(position: &Value) -> Vec<&Value> {
    let options = position["paymentOption"].as_array().unwrap();
    options.iter().map(|option| &option["paymentInProgressUntil"]).collect()
}

#[tokio::test]
async fn while_a_payment_may_be_under_way_the_position_stays_as_it_is() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        let body = with_options("held", &[instalment(1), instalment(2)]);
        gateway.create_published(&body).await;
        activate(&gateway, 2).await;
        gateway.clock.set(samples::now() + 10.minutes());
        let read = gateway.read("held").await;
        assert_eq!(held_until(&read.body), [&Value::Null, &json!("2026-11-22T10:30:00Z")]);
        assert_eq!(read.headers["etag"], "\"1\"", "an activation is no change");
        assert_eq!(read.body["status"], "VALID");
        let listed = gateway.ask(Method::GET, "", None).await.body;
        assert_eq!(held_until(&listed["payment_position_list"][0]), held_until(&read.body));
        let withdrawn = gateway.update("held", "?toPublish=false", &body).await;
        for (title, refused) in [
            (NOT_UPDATABLE, gateway.update("held", "", &body).await),
            (NOT_UPDATABLE, withdrawn),
            (NOT_INVALIDABLE, gateway.invalidate("held").await),
            (PAYMENT_FOUND, gateway.delete("held").await),
        ] {
            refused.is_problem(409, title, "payment_in_progress");
            assert_eq!(refused.body["holdUntil"], "2026-11-22T10:30:00Z");
            assert_eq!(refused.headers["retry-after"], "1200", "in seconds");
            let detail = refused.body["detail"].as_str().unwrap();
            assert!(detail.contains("2026-11-22T10:30:00Z (UTC)"), "{detail}");
        }
        let stale = gateway.ask_if(Method::PUT, "/held", Some(&body), Some("\"7\"")).await;
        assert_eq!(stale.status, 412, "who knows another version is told that first");
        gateway.clock.set(samples::now() + 30.minutes());
        let read = gateway.read("held").await;
        assert_eq!(held_until(&read.body), [&Value::Null; 2]);
        assert_eq!(gateway.update("held", "", &body).await.status, 200);
        assert_eq!(gateway.invalidate("held").await.status, 200);
        assert_eq!(gateway.delete("held").await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn a_payment_ends_the_hold_and_the_rest_of_the_plan_can_change() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        gateway.create_published(&with_options("plan", &[instalment(1), instalment(2)])).await;
        activate(&gateway, 1).await;
        gateway.pay(1, 10_000).await;
        let read = gateway.read("plan").await.body;
        assert_eq!((held_until(&read), &read["status"]), (vec![&Value::Null; 2], &json!("PARTIALLY_PAID")));
        let shorter = but(instalment(2), "/description", json!("Seconda rata"));
        let updated = gateway.update("plan", "", &with_options("plan", &[instalment(1), shorter])).await;
        assert_eq!(updated.status, 200, "{}", updated.body);
    })
    .await;
}

#[tokio::test]
async fn the_rest_of_a_partly_paid_plan_is_cancelled_and_put_on_offer_again() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        let body = with_options("plan", &[instalment(1), instalment(2)]);
        gateway.create_published(&body).await;
        gateway.pay(1, 10_000).await;
        let payable = async || {
            let found = gateway.store.payable_notice(&samples::ec(), &samples::notice_number(2)).await;
            check(&found.unwrap().unwrap().facts, samples::now()).map_err(|reason| reason.to_string())
        };
        assert_eq!(payable().await, Ok(()));
        let cancelled = gateway.invalidate("plan").await;
        assert_eq!((cancelled.status.as_u16(), &cancelled.body["status"]), (200, &json!("PARTIALLY_PAID")));
        assert_eq!(payable().await, Err("the creditor has cancelled the position".to_owned()));
        gateway.invalidate("plan").await.is_problem(409, NOT_INVALIDABLE, "not_invalidable");
        let title = "Existing related payment found or not in publishable state";
        gateway.publish("plan").await.is_problem(409, title, "not_publishable");
        let restored = gateway.update("plan", "?toPublish=true", &body).await;
        assert_eq!((restored.status.as_u16(), &restored.body["status"]), (200, &json!("PARTIALLY_PAID")));
        assert_eq!(payable().await, Ok(()));
    })
    .await;
}

#[tokio::test]
async fn what_is_not_on_offer_is_not_held() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        gateway.create(&position("draft", 1)).await;
        gateway.create_published(&position("cancelled", 2)).await;
        gateway.invalidate("cancelled").await;
        for base in [1, 2, 3] {
            activate(&gateway, base).await;
        }
        assert_eq!(gateway.update("draft", "", &position("draft", 1)).await.status, 200);
        assert_eq!(gateway.delete("cancelled").await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn a_held_notice_keeps_its_account_and_an_account_does_not_replace_itself() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        gateway.create_published(&position("a-held", 1)).await;
        gateway.create_published(&position("b-free", 2)).await;
        activate(&gateway, 1).await;
        let patch = async |new: &str, limit: u32| {
            let path = format!("/transfers?oldIban={}&limit={limit}", samples::IBAN);
            let answer = gateway.ask(Method::PATCH, &path, Some(&json!({ "newIban": new }))).await;
            assert_eq!(answer.status, 200, "{}", answer.body);
            answer.body["updatedTransfers"].clone()
        };
        assert_eq!(patch(samples::IBAN, 9).await, 0, "its own place");
        assert_eq!(gateway.read("b-free").await.headers["etag"], "\"1\"");
        assert_eq!(patch(NEW_IBAN, 1).await, 1, "what is held does not count");
        assert_eq!(
            gateway.read("a-held").await.body["paymentOption"][0]["transfer"][0]["iban"],
            samples::IBAN
        );
        assert_eq!(gateway.read("b-free").await.body["paymentOption"][0]["transfer"][0]["iban"], NEW_IBAN);
        gateway.clock.set(samples::now() + 31.minutes());
        assert_eq!(patch(NEW_IBAN, 9).await, 1);
    })
    .await;
}

/// Either the change comes first, and the node is told that it cannot be paid; or it is refused.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_get_and_a_change_at_the_same_time_never_both_win() {
    for database in [TestDatabase::sqlite(), TestDatabase::postgres().await] {
        let engine = database.engine;
        let gateway = Arc::new(Gateway::start(database).await);
        for base in 1..=40 {
            let iupd = format!("p{base}");
            gateway.create_published(&position(&iupd, base)).await;
            let getting = tokio::spawn({
                let gateway = Arc::clone(&gateway);
                async move {
                    activate(&gateway, base).await;
                    let (ec, number) = (samples::ec(), samples::notice_number(base));
                    let found = gateway.store.payable_notice(&ec, &number).await.unwrap();
                    found.is_some_and(|found| check(&found.facts, samples::now()).is_ok())
                }
            });
            let answer = match base % 3 {
                0 => gateway.invalidate(&iupd).await,
                1 => gateway.delete(&iupd).await,
                _ => gateway.update(&iupd, "?toPublish=false", &position(&iupd, base)).await,
            };
            let payable = getting.await.unwrap();
            let expected = if payable { 409 } else { 200 };
            assert_eq!(answer.status.as_u16(), expected, "{engine} {base} {}", answer.body);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_updates_that_want_the_same_notices_end_as_one_and_a_conflict() {
    for database in [TestDatabase::sqlite(), TestDatabase::postgres().await] {
        let engine = database.engine;
        let gateway = Gateway::start(database).await;
        gateway.create_published(&position("a", 1)).await;
        gateway.create_published(&position("b", 2)).await;
        for round in 0..4 {
            let wanted = (100 * (round + 1)..).take(12).map(payment_option);
            let forth: Vec<Value> = [payment_option(1)].into_iter().chain(wanted).collect();
            let mut back = forth.clone();
            back[0] = payment_option(2);
            back[1..].reverse();
            let (forth, back) = (with_options("a", &forth), with_options("b", &back));
            let (a, b) = tokio::join!(gateway.update("a", "", &forth), gateway.update("b", "", &back));
            let mut statuses = [a.status.as_u16(), b.status.as_u16()];
            statuses.sort_unstable();
            assert_eq!(statuses, [200, 409], "{engine} {} {}", a.body, b.body);
        }
    }
}

/// On PostgreSQL each waits for what the other gives up, until the engine ends one of them.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_updates_that_want_each_others_notice_are_both_refused() {
    for database in [TestDatabase::sqlite(), TestDatabase::postgres().await] {
        let engine = database.engine;
        let gateway = Gateway::start(database).await;
        gateway.create_published(&position("a", 1)).await;
        gateway.create_published(&position("b", 2)).await;
        let title = "The debt position violated constraints of uniqueness";
        for _ in 0..25 {
            let (into_2, into_1) = (position("a", 2), position("b", 1));
            let (a, b) = tokio::join!(gateway.update("a", "", &into_2), gateway.update("b", "", &into_1));
            for refused in [a, b] {
                assert_eq!(refused.status, 409, "{engine} {}", refused.body);
                refused.is_problem(409, title, "notice_taken");
            }
        }
    }
}

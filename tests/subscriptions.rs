//! Subscriptions: who is told of events, and what their owners can do and see, on both databases. What is
//! sent is another's test.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

mod support;

#[path = "subscriptions/desk.rs"]
mod desk;
#[path = "subscriptions/log.rs"]
mod log;
#[path = "subscriptions/owners.rs"]
mod owners;
#[path = "subscriptions/refusals.rs"]
mod refusals;
#[path = "subscriptions/replay.rs"]
mod replay;

use hyper::{Method, StatusCode};
use jiff::SignedDuration;
use serde_json::{Value, json};

use desk::{URL, on_both_desks, wanted};
use support::api::*;
use support::samples;

#[tokio::test]
async fn a_subscription_is_made_read_changed_and_deleted() {
    on_both_desks(async |desk| {
        let body =
            json!({ "label": " Contabilità ", "url": URL, "types": ["varco.receipt.*", "varco.receipt.*"] });
        let made = desk.ask(Method::POST, "", Some(&body)).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
        assert_eq!(made.headers["cache-control"], "no-store");
        let one = made.body["subscription"].clone();
        let id = one["id"].as_str().unwrap().to_owned();
        let expected = json!({
            "id": id, "label": "Contabilità", "url": URL, "form": "event", "types": ["varco.receipt.*"],
            "enabled": true, "failures": 0, "createdAt": samples::now().to_string(), "createdBy": "one",
        });
        assert_eq!(one, expected);
        let second = desk.make(&wanted("Second")).await;

        assert_eq!(desk.read(&id).await, expected);
        let list = desk.ask(Method::GET, "", None).await;
        assert_eq!(list.status, StatusCode::OK);
        let ids: Vec<&Value> =
            list.body["subscriptions"].as_array().unwrap().iter().map(|s| &s["id"]).collect();
        assert_eq!(ids, [&json!(id), &json!(second.id)]);

        let change = json!({ "label": "Bilancio", "url": "https://new.example.org/", "types": [] });
        let changed = desk.change(&id, &change).await;
        assert_eq!(changed["label"], "Bilancio");
        assert_eq!(changed["url"], "https://new.example.org/");
        assert_eq!(changed["types"], json!([]));
        assert_eq!(changed["enabled"], true);
        assert_eq!(desk.change(&id, &json!({})).await, changed, "what is left out stays");

        let gone = desk.ask(Method::DELETE, &format!("/{id}"), None).await;
        assert_eq!(gone.status, StatusCode::NO_CONTENT);
        for method in [Method::GET, Method::DELETE] {
            let missing = desk.ask(method, &format!("/{id}"), None).await;
            missing.is_problem(404, "Not Found", "unknown_subscription");
        }
        assert_eq!(desk.read(&second.id).await["label"], "Second");
    })
    .await;
}

#[tokio::test]
async fn the_secret_is_shown_when_it_is_new_and_never_again() {
    on_both_desks(async |desk| {
        let made = desk.make(&wanted("a")).await;
        assert_eq!(made.secret, format!("whsec_{}_1", made.id));
        for path in ["".to_owned(), format!("/{}", made.id), format!("/{}/deliveries", made.id)] {
            let shown = desk.ask(Method::GET, &path, None).await;
            assert!(!shown.body.to_string().contains("whsec_"), "{path}: {}", shown.body);
        }

        let rotate = format!("/{}/rotate", made.id);
        let rotated = desk.ask(Method::POST, &rotate, None).await;
        assert_eq!(rotated.status, StatusCode::OK, "{}", rotated.body);
        assert_eq!(rotated.headers["cache-control"], "no-store");
        assert_eq!(rotated.body["secret"], format!("whsec_{}_2", made.id));
        let until = |hours| json!((samples::now() + SignedDuration::from_hours(hours)).to_string());
        assert_eq!(rotated.body["subscription"]["previousSecretUntil"], until(24));

        let hours = json!({ "overlapHours": 168 });
        let rotated = desk.ask(Method::POST, &rotate, Some(&hours)).await;
        assert_eq!(rotated.body["secret"], format!("whsec_{}_3", made.id));
        assert_eq!(desk.read(&made.id).await["previousSecretUntil"], until(168));

        let at_once = desk.ask(Method::POST, &rotate, Some(&json!({ "overlapHours": 0 }))).await;
        assert_eq!(at_once.body["secret"], format!("whsec_{}_4", made.id));
        assert_eq!(desk.read(&made.id).await.get("previousSecretUntil"), None);

        let stored = desk.stored(&made.id).await;
        assert_eq!((stored.secret_no, stored.previous_until), (4, None));
    })
    .await;
}

#[tokio::test]
async fn an_overlap_that_is_past_is_told_no_more() {
    on_both_desks(async |desk| {
        let made = desk.make(&wanted("a")).await;
        desk.ask(Method::POST, &format!("/{}/rotate", made.id), Some(&json!({ "overlapHours": 2 }))).await;
        desk.gateway.clock.advance(SignedDuration::from_hours(2));
        assert_eq!(desk.read(&made.id).await.get("previousSecretUntil"), None);
    })
    .await;
}

#[tokio::test]
async fn what_is_done_with_a_subscription_is_told_without_its_words() {
    on_both_desks(async |desk| {
        let made = desk.make(&wanted("a")).await;
        let one = format!("/{}", made.id);
        desk.change(&made.id, &json!({ "label": "b" })).await;
        desk.change(&made.id, &json!({ "enabled": false })).await;
        desk.change(&made.id, &json!({ "enabled": false })).await;
        desk.change(&made.id, &json!({ "enabled": true, "types": ["varco.*"] })).await;
        desk.change(&made.id, &json!({ "enabled": true })).await;
        desk.change(&made.id, &json!({})).await;
        desk.ask(Method::POST, &format!("{one}/rotate"), None).await;
        desk.ask(Method::DELETE, &one, None).await;
        let kinds: Vec<String> = desk.events(EC).await.into_iter().map(|event| event.kind).collect();
        let told = ["created", "changed", "disabled", "changed", "enabled", "changed", "deleted"];
        assert_eq!(kinds, told.map(|word| format!("varco.subscription.{word}")));

        for event in desk.events(EC).await {
            assert_eq!(event.subject, format!("subscriptions/{}", made.id));
            let body: Value = serde_json::from_str(&event.body).unwrap();
            assert_eq!(body["data"]["subscriptionId"], made.id);
            assert_eq!(body["data"]["ownerKind"], "organization");
            assert!(!event.body.contains("whsec_") && !event.body.contains("example.org"), "{}", event.body);
            let reason = (event.kind == "varco.subscription.disabled").then_some("by_owner");
            assert_eq!(body["data"].get("reason").and_then(Value::as_str), reason);
        }
    })
    .await;
}

#[tokio::test]
async fn a_refused_request_tells_nobody() {
    on_both_desks(async |desk| {
        let made = desk.make(&wanted("a")).await;
        desk.ask(Method::PATCH, &format!("/{}", made.id), Some(&json!({ "url": "ftp://a" }))).await;
        desk.ask(Method::POST, "", Some(&json!({}))).await;
        assert_eq!(desk.events(EC).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn who_switches_it_on_again_gives_the_endpoint_another_chance() {
    on_both_desks(async |desk| {
        let made = desk.make(&wanted("a")).await;
        let failing =
            "UPDATE subscription SET failing_since = 5000000, failures = 7, not_before = 9000000000000000";
        desk.run(failing).await;
        let health = |one: &Value| (one["failures"].clone(), one["failingSince"].clone());
        let ailing = (json!(7), json!("1970-01-01T00:00:05Z"));

        let renamed = desk.change(&made.id, &json!({ "label": "b", "types": ["varco.*"] })).await;
        assert_eq!(health(&renamed), ailing, "how the endpoint does is not its owner's to say");
        assert!(renamed["pausedUntil"].is_string());
        let off = desk.change(&made.id, &json!({ "enabled": false })).await;
        assert_eq!(
            (off["enabled"].clone(), off["disabledReason"].clone()),
            (json!(false), json!("by_owner"))
        );
        assert_eq!(off["disabledAt"], samples::now().to_string());
        assert_eq!(health(&off), ailing);
        let on = desk.change(&made.id, &json!({ "enabled": true })).await;
        assert_eq!(health(&on), (json!(0), Value::Null));
        for gone in ["disabledAt", "disabledReason", "failingSince", "pausedUntil"] {
            assert_eq!(on.get(gone), None, "{gone}");
        }

        desk.run(failing).await;
        let moved = desk.change(&made.id, &json!({ "url": "https://elsewhere.example.org/" })).await;
        assert_eq!(health(&moved), (json!(0), Value::Null), "another endpoint has not failed");
    })
    .await;
}

#[tokio::test]
async fn what_waits_is_tried_at_once_when_it_is_switched_on() {
    on_both_desks(async |desk| {
        let made = desk.make(&wanted("a")).await;
        let later = (samples::now() + SignedDuration::from_hours(9)).as_microsecond();
        desk.put_delivery(&made.id, 1, ("pending", later)).await;
        desk.put_delivery(&made.id, 2, ("dead", later)).await;
        desk.change(&made.id, &json!({ "enabled": true })).await;
        let waiting = desk.deliveries(&made.id, "?state=pending").await;
        assert_eq!(waiting[0]["nextAttemptAt"], samples::now().to_string());
        assert_eq!(desk.deliveries(&made.id, "?state=dead").await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_new_subscription_begins_now_or_at_the_beginning() {
    on_both_desks(async |desk| {
        desk.gateway.create_published(&position("a", 1)).await;
        let last = desk.events(EC).await.len() as i64;
        assert!(last > 0);
        let now = desk.make(&wanted("now")).await;
        let all = desk.make(&but(wanted("all"), "/from", json!("beginning"))).await;
        assert_eq!(desk.passed_over(&now.id).await, [(EC.to_owned(), last + 1)], "its own creation too");
        assert_eq!(desk.passed_over(&all.id).await, []);
    })
    .await;
}

#[tokio::test]
async fn a_subscription_with_a_long_history_is_deleted_whole() {
    on_both_desks(async |desk| {
        let made = desk.make(&wanted("a")).await;
        let other = desk.make(&wanted("b")).await;
        desk.put_delivery(&other.id, 1, ("pending", 0)).await;
        let numbers = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500)";
        desk.run(&format!(
            "INSERT INTO delivery (subscription, feed, seq, subject, state, attempts, logged, next_at) {numbers} \
             SELECT '{}', '{EC}', i, 'x', 'delivered', 1, 1, 0 FROM n",
            made.id
        ))
        .await;
        desk.run(&format!(
            "INSERT INTO delivery_attempt (subscription, feed, seq, attempt_no, at, took, status) {numbers} \
             SELECT '{}', '{EC}', i, 1, 1, 1, 200 FROM n",
            made.id
        ))
        .await;
        let gone = desk.ask(Method::DELETE, &format!("/{}", made.id), None).await;
        assert_eq!(gone.status, StatusCode::NO_CONTENT);
        assert_eq!(desk.count("delivery").await, 1);
        assert_eq!(desk.count("delivery_attempt").await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_test_event_is_sent_at_once_and_its_end_is_told() {
    on_both_desks(async |desk| {
        let made = desk.make(&wanted("a")).await;
        let before = desk.events(EC).await.len();
        let test = format!("/{}/test", made.id);
        let outcome = desk.ask(Method::POST, &test, None).await;
        assert_eq!(outcome.status, StatusCode::OK, "{}", outcome.body);
        assert_eq!(outcome.body, json!({ "delivered": true, "status": 204, "latencyMs": 52 }));
        let (sent_to, event) = desk.sent().pop().unwrap();
        assert_eq!(sent_to.id.as_str(), made.id);
        let body: Value = serde_json::from_str(&event.body).unwrap();
        assert_eq!(body["id"], event.id);
        assert_eq!(body["specversion"], "1.0");
        assert_eq!(body["type"], "varco.subscription.test");
        assert_eq!(body["source"], format!("urn:varco:{EC}"));
        assert_eq!(body["subject"], format!("subscriptions/{}", made.id));

        desk.gateway.clock.advance(SignedDuration::from_secs(1));
        desk.ask(Method::POST, &test, None).await;
        assert_ne!(desk.sent().pop().unwrap().1.id, event.id);
        assert_eq!(desk.events(EC).await.len(), before, "it is in no feed");

        desk.refuse_tests();
        let outcome = desk.ask(Method::POST, &test, None).await;
        let refused = json!({
            "delivered": false, "status": 500, "latencyMs": 52, "error": "the endpoint answered 500", "response": "no",
        });
        assert_eq!(outcome.body, refused);
    })
    .await;
}

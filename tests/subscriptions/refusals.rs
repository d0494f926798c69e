//! What is wrong with a request is told with its place, and no value of it.

use hyper::Method;
use serde_json::{Value, json};

use crate::desk::{Desk, FORBIDDEN_URL, URL, on_both_desks, wanted};
use crate::support::TestDatabase;
use crate::support::api::*;

fn with(field: &str, value: Value) -> Value {
    but(wanted("a"), &format!("/{field}"), value)
}

#[tokio::test]
async fn whatever_is_wrong_with_a_creation_is_told_with_its_place() {
    let long = format!("https://{}.example.org/", "a".repeat(2048));
    let many = Value::from(vec!["varco.*"; 101]);
    let wrong = [
        (json!([]), "", "wrong_type"),
        (json!(null), "", "required"),
        (json!({ "url": URL }), "/label", "required"),
        (with("label", json!("  ")), "/label", "blank"),
        (with("label", json!("x".repeat(141))), "/label", "too_long"),
        (with("label", json!("a\nb")), "/label", "control_character"),
        (with("label", json!(1)), "/label", "wrong_type"),
        (json!({ "label": "a" }), "/url", "required"),
        (with("url", json!("")), "/url", "url_scheme"),
        (with("url", json!("hooks.example.org")), "/url", "url_scheme"),
        (with("url", json!("ftp://hooks.example.org/")), "/url", "url_scheme"),
        (with("url", json!("https://")), "/url", "url_form"),
        (with("url", json!("https://a b/")), "/url", "url_form"),
        (with("url", json!("https://user:secret@hooks.example.org/")), "/url", "url_credentials"),
        (with("url", json!("https://hooks.example.org/#a")), "/url", "url_fragment"),
        (with("url", json!(long)), "/url", "too_long"),
        (with("url", json!(FORBIDDEN_URL)), "/url", "url_not_allowed"),
        (with("form", json!("fax")), "/form", "unknown_word"),
        (with("from", json!("yesterday")), "/from", "unknown_word"),
        (with("types", json!("varco.*")), "/types", "wrong_type"),
        (with("types", many), "/types", "too_many"),
        (with("types", json!(["varco.*", "varco.receipt.boked"])), "/types/1", "unknown_event_type"),
        (with("types", json!(["**"])), "/types/0", "unknown_event_type"),
        (with("types", json!([null])), "/types/0", "required"),
        (with("types", json!([7])), "/types/0", "wrong_type"),
        (with("segregationCodes", json!([])), "/segregationCodes", "blank"),
        (with("segregationCodes", json!(["2"])), "/segregationCodes/0", "segregation_code_form"),
    ];
    on_both_desks(async |desk| {
        for (body, pointer, code) in &wrong {
            let refused = desk.ask(Method::POST, "", Some(body)).await;
            refused.is_problem(400, "BAD REQUEST", "invalid_subscription");
            assert!(refused.violations().contains(&(*pointer, *code)), "{body}: {}", refused.body);
            assert!(!refused.body.to_string().contains("secret"), "{}", refused.body);
        }
        let all = json!({ "label": "", "url": "x", "form": "x", "types": ["x"], "from": "x", "segregationCodes": ["x"] });
        let refused = desk.ask(Method::POST, "", Some(&all)).await;
        assert_eq!(refused.violations().len(), 6, "{}", refused.body);
        assert_eq!(desk.count("subscription").await, 0);
    })
    .await;
}

#[tokio::test]
async fn whatever_is_wrong_with_a_change_is_told_with_its_place() {
    on_both_desks(async |desk| {
        let made = desk.make(&wanted("a")).await;
        let before = desk.read(&made.id).await;
        for (body, pointer, code) in [
            (json!({ "label": "" }), "/label", "blank"),
            (json!({ "url": "https://user@a/" }), "/url", "url_credentials"),
            (json!({ "url": FORBIDDEN_URL }), "/url", "url_not_allowed"),
            (json!({ "types": ["varco.nothing.*"] }), "/types/0", "unknown_event_type"),
            (json!({ "enabled": "yes" }), "/enabled", "wrong_type"),
            (json!({ "label": "new", "enabled": 1 }), "/enabled", "wrong_type"),
        ] {
            let refused = desk.ask(Method::PATCH, &format!("/{}", made.id), Some(&body)).await;
            refused.is_problem(400, "BAD REQUEST", "invalid_subscription");
            assert_eq!(refused.violations(), [(pointer, code)], "{body}");
        }
        assert_eq!(desk.read(&made.id).await, before, "nothing changed");
        for hours in [json!(-1), json!(169)] {
            let body = json!({ "overlapHours": hours });
            let refused = desk.ask(Method::POST, &format!("/{}/rotate", made.id), Some(&body)).await;
            assert_eq!(refused.violations(), [("/overlapHours", "overlap_out_of_range")]);
        }
        let body = json!({ "overlapHours": "24" });
        let refused = desk.ask(Method::POST, &format!("/{}/rotate", made.id), Some(&body)).await;
        assert_eq!(refused.violations(), [("/overlapHours", "wrong_type")]);
        assert_eq!(desk.stored(&made.id).await.secret_no, 1);
    })
    .await;
}

#[tokio::test]
async fn without_a_master_key_nothing_is_promised_and_the_setting_is_named() {
    let is_missing = |answer: &Answer| {
        answer.is_problem(503, "Service Unavailable", "webhooks_not_configured");
        assert!(answer.body["detail"].as_str().unwrap().contains("delivery.master_key"));
    };
    for database in [TestDatabase::sqlite(), TestDatabase::postgres().await] {
        let desk = Desk::open(database, false).await;
        is_missing(&desk.ask(Method::POST, "", Some(&wanted("a"))).await);
        assert_eq!(desk.count("subscription").await, 0);
        let id = "0".repeat(32);
        desk.run(&format!(
            "INSERT INTO subscription (id, owner_kind, owner, form, url, label, types, secret_no, created_at, \
             created_by, failures, not_before) VALUES ('{id}', 'organization', '{EC}', 'event', '{URL}', 'a', '', 1, \
             1, 'one', 0, 0)"
        ))
        .await;
        is_missing(&desk.ask(Method::POST, &format!("/{id}/rotate"), None).await);
        is_missing(&desk.ask(Method::POST, &format!("/{id}/test"), None).await);
        assert_eq!(desk.stored(&id).await.secret_no, 1);
        assert_eq!(desk.change(&id, &json!({ "enabled": false })).await["enabled"], false);
    }
}

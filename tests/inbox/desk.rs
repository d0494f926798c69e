//! People note, resolve and reopen; the history says who did what, and when.

use std::sync::Arc;

use hyper::{Method, StatusCode};
use jiff::ToSpan;
use serde_json::{Value, json};
use varco::domain::receipt::ReceiptClass;

use crate::support::TestDatabase;
use crate::support::api::{Answer, Gateway, at_once};
use crate::support::on_both;
use crate::support::samples::{now, receipt};
use crate::{ask, book_of, each, get, told};

async fn one_open(gateway: &Gateway) -> String {
    book_of(&gateway.store, ReceiptClass::UnknownNotice, receipt("r1", 1, 100)).await;
    let open = get(gateway, "anomalies").await;
    open["anomalies"][0]["anomalyId"].as_str().unwrap().to_owned()
}

async fn post(gateway: &Gateway, id: &str, what: &str, body: Value) -> Answer {
    ask(gateway, Method::POST, &format!("anomalies/{id}/{what}"), Some(&body)).await
}

fn resolution(person: &str) -> Value {
    json!({ "person": person, "resolution": "refund_due", "reason": "Pagato due volte" })
}

#[tokio::test]
async fn the_history_says_who_did_what_and_why() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        let id = one_open(&gateway).await;
        let note = json!({ "person": "Anna Verdi", "text": "Chiesto all'ufficio tributi" });
        assert_eq!(post(&gateway, &id, "notes", note).await.status, StatusCode::CREATED);
        gateway.clock.set(now() + 1.hour());
        let resolved = post(&gateway, &id, "resolution", resolution("Anna Verdi")).await;
        assert_eq!(resolved.status, StatusCode::OK, "{}", resolved.body);
        assert_eq!(
            (&resolved.body["state"], &resolved.body["resolution"], &resolved.body["resolvedAt"]),
            (&json!("resolved"), &json!("refund_due"), &json!("2026-11-22T11:00:00Z"))
        );
        assert_eq!(each(&get(&gateway, "anomalies").await["anomalies"], "kind"), [""; 0]);
        let again = post(&gateway, &id, "resolution", resolution("Ugo Bianchi")).await;
        again.is_problem(409, "The anomaly is in another state", "already_resolved");
        let afterwards = json!({ "person": "Ugo Bianchi", "text": "Lo avevo visto anch'io" });
        assert_eq!(post(&gateway, &id, "notes", afterwards).await.status, StatusCode::CREATED);
        let reopening = json!({ "person": "Ugo Bianchi", "reason": "Il rimborso è tornato indietro" });
        let reopened = post(&gateway, &id, "reopening", reopening.clone()).await;
        assert_eq!((reopened.status, &reopened.body["state"]), (StatusCode::OK, &json!("open")));
        assert!(reopened.body.get("resolution").is_none());
        let open = post(&gateway, &id, "reopening", reopening).await;
        open.is_problem(409, "The anomaly is in another state", "not_resolved");
        let last =
            json!({ "person": "Anna Verdi", "resolution": "booked_by_hand", "reason": "Reversale 12" });
        assert_eq!(post(&gateway, &id, "resolution", last).await.status, StatusCode::OK);

        let detail = get(&gateway, &format!("anomalies/{id}")).await;
        let history = &detail["history"];
        assert_eq!(each(history, "what"), ["noted", "resolved", "noted", "reopened", "resolved"]);
        let people = ["Anna Verdi", "Anna Verdi", "Ugo Bianchi", "Ugo Bianchi", "Anna Verdi"];
        assert_eq!(each(history, "person"), people);
        assert_eq!(each(history, "caller"), ["one"; 5], "the id of the key");
        assert_eq!(each(history, "resolution"), ["", "refund_due", "", "", "booked_by_hand"]);
        assert_eq!(history[4]["text"], "Reversale 12");
        assert_eq!(history[0]["at"], "2026-11-22T10:00:00Z");

        let told = told(&gateway.store).await;
        let kinds: Vec<&str> = told.iter().map(|(kind, _)| kind.as_str()).collect();
        assert_eq!(kinds, ["opened", "noted", "resolved", "noted", "reopened", "resolved"]);
        let all = told.iter().map(|(_, event)| event.to_string()).collect::<String>();
        for secret in ["Verdi", "Bianchi", "rimborso", "tributi", "RSSMRA80A01H501U"] {
            assert!(!all.contains(secret), "{secret} in {all}");
        }
    })
    .await;
}

#[tokio::test]
async fn of_people_who_resolve_at_once_one_does() {
    for database in [TestDatabase::sqlite(), TestDatabase::postgres().await] {
        let gateway = Arc::new(Gateway::start(database).await);
        let id = one_open(&gateway).await;
        let resolve =
            async |gateway: &Gateway| post(gateway, &id, "resolution", resolution("Anna Verdi")).await;
        assert_eq!(at_once(&gateway, resolve).await, [200, 409, 409, 409, 409, 409, 409, 409]);
        let detail = get(&gateway, &format!("anomalies/{id}")).await;
        assert_eq!(each(&detail["history"], "what"), ["resolved"]);
        let note = json!({ "person": "Anna Verdi", "text": "x" });
        let noted =
            at_once(&gateway, async |gateway: &Gateway| post(gateway, &id, "notes", note.clone()).await);
        assert_eq!(noted.await, [201; 8]);
        let detail = get(&gateway, &format!("anomalies/{id}")).await;
        assert_eq!(detail["history"].as_array().unwrap().len(), 9, "no note is lost");
    }
}

#[tokio::test]
async fn a_body_that_says_too_little_is_refused_with_all_that_is_wrong() {
    let gateway = Gateway::start(TestDatabase::sqlite()).await;
    let id = one_open(&gateway).await;
    let cases = [
        ("notes", json!({}), vec![("/person", "required"), ("/text", "required")]),
        ("notes", json!({ "person": " ", "text": 1 }), vec![("/person", "blank"), ("/text", "wrong_type")]),
        (
            "resolution",
            json!({ "person": "x".repeat(141), "resolution": "linked", "reason": "x" }),
            vec![("/person", "too_long"), ("/resolution", "unknown_resolution")],
        ),
        ("resolution", json!([]), vec![("", "wrong_type")]),
        ("reopening", json!({ "person": "x" }), vec![("/reason", "required")]),
    ];
    for (what, body, violations) in cases {
        let refused = post(&gateway, &id, what, body).await;
        refused.is_problem(400, "BAD REQUEST", "invalid_entry");
        assert_eq!(refused.violations(), violations);
    }
    let nothing = get(&gateway, &format!("anomalies/{id}")).await;
    assert_eq!(nothing["history"], json!([]));
    for what in ["notes", "resolution", "reopening"] {
        let unknown = post(&gateway, "nothing", what, resolution("x")).await;
        unknown.is_problem(404, "No anomaly found", "unknown_anomaly");
    }
    for path in ["anomalies/nothing", "anomalies/nothing/message", "anomalies/%00", "anomalies/%C3%A0"] {
        let unknown = ask(&gateway, Method::GET, path, None).await;
        unknown.is_problem(404, "No anomaly found", "unknown_anomaly");
    }
}

#[tokio::test]
async fn pages_of_anomalies_are_walked_by_state_kind_and_day() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        for n in 0..7_u64 {
            let at = now() + i64::try_from(n / 2).unwrap().hours();
            let raw = format!("<m{n}/>");
            crate::book_as(&gateway.store, receipt(&format!("r{n}"), n + 1, 100), raw, at).await;
        }
        let mut seen = Vec::new();
        let mut path = "anomalies?limit=2".to_owned();
        loop {
            let page = get(&gateway, &path).await;
            seen.append(&mut each(&page["anomalies"], "receiptId"));
            let Some(next) = page["nextCursor"].as_str() else { break };
            path = format!("anomalies?limit=2&cursor={next}");
        }
        assert_eq!(seen.len(), 7);
        seen.sort_unstable();
        assert_eq!(seen, ["r0", "r1", "r2", "r3", "r4", "r5", "r6"]);
        let count = async |query: &str| {
            get(&gateway, &format!("anomalies?{query}")).await["anomalies"].as_array().unwrap().len()
        };
        assert_eq!(count("kind=unknown_notice").await, 7);
        assert_eq!(count("kind=expired&kind=unknown_notice").await, 7);
        assert_eq!(count("kind=expired").await, 0);
        assert_eq!(count("from=2026-11-22T12:00:00Z").await, 3);
        assert_eq!(count("to=2026-11-22T11:00:00Z").await, 4);
        assert_eq!(count("from=2026-11-23").await, 0);
        assert_eq!(count("receiptId=r3").await, 1);
        assert_eq!(count(&format!("noticeNumber={}", crate::support::api::nav(3))).await, 1);
        for wrong in [
            "state=x",
            "kind=x",
            "limit=0",
            "limit=101",
            "cursor=x",
            "from=x",
            "noticeNumber=1",
            "state=open&state=all",
        ] {
            let refused = ask(&gateway, Method::GET, &format!("anomalies?{wrong}"), None).await;
            refused.is_problem(400, "BAD REQUEST", "query_parameter");
        }
    })
    .await;
}

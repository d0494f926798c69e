//! Asking what a service costs, and getting a notice for it.

use std::time::Duration;

use hyper::{Method, StatusCode};
use jiff::SignedDuration;
use serde_json::{Value, json};
use varco::domain::fiscal_code::FiscalCode;
use varco::domain::ids::Iupd;
use varco::domain::status::{Status, status};

use crate::support::api::{Answer, EC, Gateway, KEY, MASTER_KEY, OTHER_EC};
use crate::support::catalogue::{self, offering, stall};
use crate::support::trouble::Intruder;
use crate::support::{TestDatabase, on_both, samples};
use crate::{As, Headers, OWN, ask};

/// A gift of 25 euro.
pub fn gift() -> Value {
    json!({ "inputs": { "amount": "25.00", "name": "Mario Rossi", "code": "rssmra80a01h501u" } })
}

pub async fn post(gateway: &Gateway, who: As<'_>, path: &str, body: &Value) -> Answer {
    post_with(gateway, who, path, (&[], body)).await
}

async fn post_with(
    gateway: &Gateway,
    who: As<'_>,
    path: &str,
    (headers, body): (Headers<'_>, &Value),
) -> Answer {
    ask(gateway, who, (Method::POST, path), (headers, Some(body))).await
}

fn path(word: &str) -> String {
    format!("/organizations/{EC}/services/00003/{word}")
}

async fn notices(gateway: &Gateway) -> usize {
    let list = gateway
        .call(
            Method::GET,
            &format!("/gpd/debt-positions-service/v1/organizations/{EC}/debtpositions?page=0&limit=50"),
            None,
        )
        .await;
    assert_eq!(list.status, StatusCode::OK, "{}", list.body);
    list.body["payment_position_list"].as_array().unwrap().len()
}

#[tokio::test]
async fn a_quote_says_the_price_and_makes_nothing() {
    on_both(|database| async {
        let gateway = Gateway::start_public(database, 1_000).await;
        let quote = post(&gateway, OWN, &path("quote"), &gift()).await;
        assert_eq!(quote.status, StatusCode::OK, "{}", quote.body);
        let expected = json!({
            "amount": 2_500, "description": "Donazione", "dueDate": quote.body["dueDate"],
            "shares": [{ "organizationFiscalCode": EC, "amount": 2_500, "iban": samples::IBAN, "isStamp": false }],
        });
        assert_eq!(quote.body, expected);
        assert_eq!(notices(&gateway).await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_payment_is_a_notice_that_the_node_can_have_paid() {
    on_both(|database| async {
        let gateway = Gateway::start_public(database, 1_000).await;
        let paid = post(&gateway, OWN, &path("payments"), &gift()).await;
        assert_eq!(paid.status, StatusCode::CREATED, "{}", paid.body);
        let number = paid.body["noticeNumber"].as_str().unwrap();
        assert_eq!(paid.body["qrCode"], format!("PAGOPA|002|{number}|{EC}|2500"));
        assert_eq!(paid.body["iuv"], number[1..]);
        assert_eq!((&paid.body["repeated"], &paid.body["amount"]), (&json!(false), &json!(2_500)));
        assert_eq!(paid.body["companyName"], "Comune di Borgo");
        let iupd = paid.body["iupd"].as_str().unwrap();
        assert_eq!(paid.body["links"]["page"], format!("/servizi/avvisi/{EC}/{iupd}"));
        assert_eq!(paid.headers["location"], paid.body["links"]["position"].as_str().unwrap());
        let position =
            gateway.call(Method::GET, paid.body["links"]["position"].as_str().unwrap(), None).await;
        assert_eq!(
            (position.status, &position.body["status"]),
            (StatusCode::OK, &json!("VALID")),
            "{}",
            position.body
        );
        let ec = FiscalCode::new(EC).unwrap();
        let stored = gateway.store.position(&ec, &Iupd::new(iupd).unwrap()).await.unwrap().unwrap();
        assert_eq!(stored.options[0].debtor.id.as_str(), "RSSMRA80A01H501U");
        assert_eq!(stored.options[0].debtor.full_name.as_str(), "Mario Rossi");
        assert_eq!(status(&stored, samples::now()), Status::Valid);
    })
    .await;
}

#[tokio::test]
async fn the_same_demand_gives_the_same_notice_and_another_one_another() {
    on_both(|database| async {
        let gateway = Gateway::start_public(database, 1_000).await;
        let first = post(&gateway, OWN, &path("payments"), &gift()).await;
        let again = post(&gateway, OWN, &path("payments"), &gift()).await;
        assert_eq!(
            (again.status, &again.body["repeated"]),
            (StatusCode::CREATED, &json!(true)),
            "{}",
            again.body
        );
        assert_eq!(again.body["noticeNumber"], first.body["noticeNumber"]);
        let mut more = gift();
        more["inputs"]["amount"] = json!("26.00");
        let other = post(&gateway, OWN, &path("payments"), &more).await;
        assert_ne!(other.body["noticeNumber"], first.body["noticeNumber"]);
        assert_eq!(notices(&gateway).await, 2);
    })
    .await;
}

#[tokio::test]
async fn an_idempotency_key_gives_the_same_answer_for_longer() {
    on_both(|database| async {
        let gateway = Gateway::start_public(database, 1_000).await;
        let headers = [("idempotency-key", "one")];
        let first = post_with(&gateway, OWN, &path("payments"), (&headers, &gift())).await;
        assert_eq!(first.status, StatusCode::CREATED, "{}", first.body);
        gateway.clock.advance(SignedDuration::from_hours(5));
        let again = post_with(&gateway, OWN, &path("payments"), (&headers, &gift())).await;
        assert_eq!(
            (again.status, &again.headers["idempotency-replayed"]),
            (StatusCode::CREATED, &"true".parse().unwrap())
        );
        assert_eq!(again.body, first.body);
        let mut other = gift();
        other["inputs"]["amount"] = json!("26.00");
        let refused = post_with(&gateway, OWN, &path("payments"), (&headers, &other)).await;
        refused.is_problem(422, "Unprocessable Entity", "idempotency_key_reused");
        // Without the key the hour has passed in which the same demand gives the same notice.
        let later = post(&gateway, OWN, &path("payments"), &gift()).await;
        assert_ne!(later.body["noticeNumber"], first.body["noticeNumber"]);
        // Who has no key has a place of their own.
        let public =
            post_with(&gateway, As::Nobody("192.0.2.1"), &path("payments"), (&headers, &gift())).await;
        assert_eq!(public.status, StatusCode::CREATED, "{}", public.body);
        assert!(!public.headers.contains_key("idempotency-replayed"));
    })
    .await;
}

#[tokio::test]
async fn everything_that_is_wrong_is_told_at_once_and_nothing_is_made() {
    on_both(|database| async {
        let gateway = Gateway::start_public(database, 1_000).await;
        let body = json!({ "inputs": { "amount": "0x10", "code": "RSSMRA80A01H501X", "note": "  ", "colour": "red" } });
        for word in ["quote", "payments"] {
            let wrong = post(&gateway, OWN, &path(word), &body).await;
            wrong.is_problem(400, "Bad Request", "invalid_inputs");
            assert!(!wrong.body.to_string().contains("0x10"), "what was filled in is not repeated");
        }
        let body = json!({ "inputs": { "amount": "0x10", "code": "RSSMRA80A01H501X", "note": "  " } });
        let wrong = post(&gateway, OWN, &path("payments"), &body).await;
        let mut places: Vec<_> = wrong.violations();
        places.sort_unstable();
        let expected = [
            ("/inputs/amount", "decimal_form"),
            ("/inputs/code", "check_character"),
            ("/inputs/name", "required"),
            ("/inputs/note", "blank"),
        ];
        assert_eq!(places, expected, "{}", wrong.body);
        for (body, expected) in [
            (json!({}), vec![("/inputs", "required")]),
            (json!({ "inputs": [] }), vec![("/inputs", "wrong_type")]),
            (json!([]), vec![("", "wrong_type"), ("/inputs", "required")]),
            (
                json!({ "inputs": gift()["inputs"], "debtor": { "type": "F" } }),
                vec![("/debtor/fiscalCode", "required"), ("/debtor/fullName", "required")],
            ),
        ] {
            let wrong = post(&gateway, OWN, &path("payments"), &body).await;
            assert_eq!((wrong.status.as_u16(), wrong.violations()), (400, expected), "{body}");
        }
        assert_eq!(notices(&gateway).await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_key_is_given_notices_of_its_own_institutions_only() {
    on_both(|database| async {
        let gateway = Gateway::start_public(database, 1_000).await;
        let body = json!({ "inputs": { "kind": "fruit", "day": "2026-12-01", "power": true } });
        let foreign = format!("/organizations/{OTHER_EC}/services/stall/payments");
        post(&gateway, As::Key(KEY), &foreign, &body).await.is_problem(
            403,
            "Forbidden",
            "foreign_organization",
        );
        // No station serves the notices of the other institution.
        let nowhere = post(&gateway, As::Key(MASTER_KEY), &foreign, &body).await;
        nowhere.is_problem(422, "Unprocessable Entity", "no_station");
        let own = format!("/organizations/{EC}/services/stall/payments");
        let paid = post(&gateway, As::Key(MASTER_KEY), &own, &body).await;
        assert_eq!(
            (paid.status, &paid.body["amount"]),
            (StatusCode::CREATED, &json!(1_250)),
            "{}",
            paid.body
        );
        let unknown =
            post(&gateway, OWN, &format!("/organizations/{EC}/services/nothing/payments"), &body).await;
        unknown.is_problem(404, "Not Found", "unknown_service");
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_asked_for_does_not_tell_what_its_form_asks() {
    on_both(|database| async {
        let gateway = Gateway::start_public(database, 1_000).await;
        let (mut draft, mut offered) = (stall(), offering(EC, "draft"));
        (draft.1["id"], draft.1["stage"]) = (json!("draft"), json!({}));
        catalogue::write(&gateway.store, &[draft, offered.clone()]).await;
        gateway.refresh().await;
        let body = json!({ "inputs": { "kind": "fruit", "guess": "x" } });
        let there =
            |ec: &str, service: &str, word: &str| format!("/organizations/{ec}/services/{service}/{word}");
        for word in ["quote", "payments"] {
            for (who, ec, service) in [
                (OWN, EC, "draft"),
                (As::Nobody("192.0.2.1"), EC, "draft"),
                (As::Nobody("192.0.2.1"), OTHER_EC, "draft"),
                (As::Nobody("192.0.2.1"), OTHER_EC, "00003"),
            ] {
                let told = post(&gateway, who, &there(ec, service, word), &body).await;
                told.is_problem(404, "Not Found", "unknown_service");
            }
        }
        (offered.1["service"], offered.1["stage"]["suspendedAt"]) =
            (json!("stall"), json!("2026-02-01T00:00:00Z"));
        catalogue::write(&gateway.store, &[offered]).await;
        gateway.refresh().await;
        let told = post(&gateway, OWN, &there(EC, "stall", "payments"), &body).await;
        told.is_problem(422, "Unprocessable Entity", "service_not_open");
    })
    .await;
}

#[tokio::test]
async fn an_institution_that_is_switched_off_gives_no_notices() {
    on_both(|database| async {
        let gateway = Gateway::start_public(database, 1_000).await;
        let mut intruder = Intruder::enter(gateway.database()).await;
        for (off, on, code) in [
            (
                "UPDATE creditor_institution SET enabled = FALSE",
                "UPDATE creditor_institution SET enabled = TRUE",
                "service_not_open",
            ),
            ("UPDATE broker SET enabled = FALSE", "UPDATE broker SET enabled = TRUE", "no_station"),
        ] {
            intruder.run(off).await;
            gateway.refresh().await;
            for word in ["quote", "payments"] {
                let told = post(&gateway, OWN, &path(word), &gift()).await;
                told.is_problem(422, "Unprocessable Entity", code);
            }
            intruder.run(on).await;
            gateway.refresh().await;
        }
        assert_eq!(post(&gateway, OWN, &path("payments"), &gift()).await.status, StatusCode::CREATED);
    })
    .await;
}

#[tokio::test]
async fn many_identical_payments_at_once_make_one_notice() {
    on_both(|database| async {
        let gateway = Gateway::start_public(database, 1_000).await;
        let (path, gift) = (path("payments"), gift());
        let all = futures_util::future::join_all((0..20).map(|_| post(&gateway, OWN, &path, &gift)));
        let answers = tokio::time::timeout(Duration::from_secs(30), all).await.unwrap();
        let numbers: std::collections::BTreeSet<String> = answers
            .iter()
            .map(|one| one.body["noticeNumber"].as_str().unwrap_or("none").to_owned())
            .collect();
        assert_eq!(numbers.len(), 1, "{numbers:?}");
        assert_eq!(notices(&gateway).await, 1);
    })
    .await;
}

#[tokio::test]
async fn the_debtor_of_the_body_owes_where_the_form_does_not_ask() {
    let gateway = Gateway::start_public(TestDatabase::sqlite(), 1_000).await;
    let path = format!("/organizations/{EC}/services/stall/payments");
    let inputs = json!({ "kind": "fruit", "day": "2026-12-01", "power": false });
    for (debtor, owes) in [
        (json!({ "type": "G", "fiscalCode": "00000000000", "fullName": "Ortofrutta S.r.l." }), "00000000000"),
        (Value::Null, "ANONIMO"),
    ] {
        let paid = post(&gateway, OWN, &path, &json!({ "inputs": inputs, "debtor": debtor })).await;
        assert_eq!(paid.status, StatusCode::CREATED, "{}", paid.body);
        let iupd = Iupd::new(paid.body["iupd"].as_str().unwrap()).unwrap();
        let stored = gateway.store.position(&FiscalCode::new(EC).unwrap(), &iupd).await.unwrap().unwrap();
        assert_eq!(stored.options[0].debtor.id.as_str(), owes);
    }
}

#[tokio::test]
async fn who_is_switched_off_gives_no_notice_that_nobody_could_pay() {
    on_both(|database| async {
        let gateway = Gateway::start_public(database, 1_000).await;
        let mut intruder = Intruder::enter(gateway.database()).await;
        for (table, what, code) in [
            ("creditor_institution", format!("ec = '{EC}'"), "service_not_open"),
            ("broker", format!("broker = '{}'", samples::BROKER), "no_station"),
            ("station", "TRUE".to_owned(), "no_station"),
        ] {
            intruder.run(&format!("UPDATE {table} SET enabled = FALSE WHERE {what}")).await;
            gateway.refresh().await;
            for word in ["quote", "payments"] {
                let refused = post(&gateway, OWN, &path(word), &gift()).await;
                refused.is_problem(422, "Unprocessable Entity", code);
            }
            intruder.run(&format!("UPDATE {table} SET enabled = TRUE WHERE {what}")).await;
            gateway.refresh().await;
        }
        assert_eq!(notices(&gateway).await, 0);
        assert_eq!(post(&gateway, OWN, &path("payments"), &gift()).await.status, StatusCode::CREATED);
    })
    .await;
}

//! `Idempotency-Key`: a creation that is sent again gets the first answer and is not done again.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

mod support;

use std::sync::Arc;

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Method, Request};
use jiff::SignedDuration;
use serde_json::{Value, json};
use support::api::*;
use support::{on_both, samples};
use varco::domain::position::OptionShape;
use varco::store::{Before, CreateError, GivenAnswer, Once, OnceRequest, Outcome};

const V1: &str = "/gpd/debt-positions-service/v1";

/// A creation of [`EC`] with this key, as it is sent; `body` as text, because how it is written must not matter.
fn creation((key, query): (&str, &str), body: &str) -> Request<Full<Bytes>> {
    let uri = format!("{V1}/organizations/{EC}/debtpositions{query}");
    Request::post(uri)
        .header("host", "localhost")
        .header("content-type", "application/json")
        .header("ocp-apim-subscription-key", KEY)
        .header("idempotency-key", key)
        .body(Full::from(body.to_owned()))
        .unwrap()
}

/// The same, sent by that caller to that path below the service.
async fn post_as(gateway: &Gateway, caller: &str, path: &str, (key, body): (&str, &Value)) -> Answer {
    let mut request = creation((key, ""), &body.to_string());
    *request.uri_mut() = format!("/gpd/debt-positions-service/{path}").parse().unwrap();
    request.headers_mut().insert("ocp-apim-subscription-key", caller.parse().unwrap());
    gateway.send(request).await
}

async fn create(gateway: &Gateway, key: &str, body: &Value) -> Answer {
    gateway.send(creation((key, ""), &body.to_string())).await
}

/// A position that leaves its number to the gateway.
fn unnumbered(iupd: &str) -> Value {
    but(position(iupd, 1), "/paymentOption/0/iuv", json!(null))
}

/// Two of them by one request.
fn many(iupds: [&str; 2]) -> Value {
    json!({ "paymentPositions": iupds.map(unnumbered) })
}

#[track_caller]
fn was_created(answer: &Answer) {
    assert_eq!(answer.status.as_u16(), 201, "{}", answer.body);
    assert_eq!(answer.headers.get("idempotency-replayed"), None);
}

#[track_caller]
fn repeats(answer: &Answer, first: &Answer) {
    assert_eq!((answer.status, &answer.body), (first.status, &first.body));
    for name in ["etag", "content-type", "cache-control"] {
        assert_eq!(answer.headers[name], first.headers[name]);
    }
    assert_eq!(answer.headers["idempotency-replayed"], "true");
}

#[track_caller]
fn is_reused(answer: &Answer) {
    answer.is_problem(422, "Unprocessable Entity", "idempotency_key_reused");
}

/// How many positions the creditor institution has.
async fn count(gateway: &Gateway) -> u64 {
    let listed = gateway.ask(Method::GET, "?page=0&limit=50", None).await;
    listed.body["page_info"]["total_items"].as_u64().unwrap()
}

#[tokio::test]
async fn the_same_request_again_gets_the_first_answer() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        let body = unnumbered("a").to_string();
        let send = async |body: &str| gateway.send(creation(("k", "?toPublish=true"), body)).await;
        let first = send(&body).await;
        was_created(&first);
        assert_eq!(first.body["paymentOption"][0]["nav"], nav(1), "the number is ours");
        repeats(&send(&body).await, &first);

        gateway.invalidate("a").await;
        repeats(&send(&body).await, &first);
        let rewritten = serde_json::to_string_pretty(&unnumbered("a")).unwrap();
        repeats(&send(&rewritten).await, &first);
        gateway.delete("a").await;
        repeats(&send(&body).await, &first);
        assert_eq!(count(&gateway).await, 0, "what was deleted does not come back");
    })
    .await;
}

#[tokio::test]
async fn the_third_version_does_the_same() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        let path = format!("v3/organizations/{EC}/debtpositions");
        let mut instalment = payment_option(1);
        instalment.as_object_mut().unwrap().remove("isPartialPayment");
        let body = json!({
            "iupd": "a", "companyName": "Comune di Borgo",
            "paymentOption": [{
                "description": "Mensa", "switchToExpired": true,
                "debtor": { "type": "F", "fiscalCode": "RSSMRA80A01H501U", "fullName": "Maria Rossi" },
                "installments": [instalment],
            }],
        });
        let first = post_as(&gateway, KEY, &path, ("k", &body)).await;
        was_created(&first);
        repeats(&post_as(&gateway, KEY, &path, ("k", &body)).await, &first);
        was_created(&create(&gateway, "k", &position("b", 2)).await);
    })
    .await;
}

#[tokio::test]
async fn many_positions_by_one_request_do_the_same() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        let path = format!("v2/organizations/{EC}/debtpositions/bulk");
        let first = post_as(&gateway, KEY, &path, ("k", &many(["a", "b"]))).await;
        was_created(&first);
        let numbers = [0, 1].map(|at| first.body["paymentPositions"][at]["paymentOption"][0]["nav"].clone());
        assert_ne!(numbers[0], numbers[1]);
        let again = post_as(&gateway, KEY, &path, ("k", &many(["a", "b"]))).await;
        assert_eq!((again.status, &again.body), (first.status, &first.body));
        assert_eq!(again.headers["idempotency-replayed"], "true");
        is_reused(&post_as(&gateway, KEY, &path, ("k", &many(["c", "d"]))).await);
        assert_eq!(count(&gateway).await, 2);

        let refused = post_as(&gateway, KEY, &path, ("l", &many(["c", "a"]))).await;
        assert_eq!(refused.status.as_u16(), 409, "none is created, and the key is free");
        was_created(&post_as(&gateway, KEY, &path, ("l", &many(["c", "d"]))).await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_twenty_requests_for_many_at_once_one_creates() {
    on_both(|database| async move {
        let gateway = Arc::new(Gateway::start(database).await);
        let tasks: Vec<_> = (0..20)
            .map(|_| {
                let gateway = Arc::clone(&gateway);
                let body = many(["a", "b"]);
                let path = format!("v2/organizations/{EC}/debtpositions/bulk");
                tokio::spawn(async move { post_as(&gateway, KEY, &path, ("k", &body)).await })
            })
            .collect();
        let mut bodies = Vec::new();
        let mut firsts = 0;
        for task in tasks {
            let answer = task.await.unwrap();
            assert_eq!(answer.status.as_u16(), 201, "{}", answer.body);
            firsts += usize::from(answer.headers.get("idempotency-replayed").is_none());
            bodies.push(answer.body);
        }
        bodies.dedup();
        assert_eq!((firsts, bodies.len(), count(&gateway).await), (1, 1, 2));
    })
    .await;
}

#[tokio::test]
async fn another_request_with_the_key_is_refused() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        let body = position("a", 1);
        was_created(&create(&gateway, "k", &body).await);
        is_reused(&create(&gateway, "k", &position("b", 2)).await);
        is_reused(&gateway.send(creation(("k", "?toPublish=true"), &body.to_string())).await);
        is_reused(&create(&gateway, "k", &json!({})).await);
        assert_eq!(count(&gateway).await, 1);
        create(&gateway, "other", &body).await.is_problem(
            409,
            "The debt position violated constraints of uniqueness",
            "iupd_taken",
        );
    })
    .await;
}

#[tokio::test]
async fn a_key_belongs_to_its_caller_and_institution() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        was_created(&create(&gateway, "k", &position("a", 1)).await);
        let path = format!("v1/organizations/{EC}/debtpositions");
        let others = post_as(&gateway, MASTER_KEY, &path, ("k", &position("b", 2))).await;
        was_created(&others);
        repeats(&post_as(&gateway, MASTER_KEY, &path, ("k", &position("b", 2))).await, &others);
        let path = format!("v1/organizations/{OTHER_EC}/debtpositions");
        let elsewhere = post_as(&gateway, MASTER_KEY, &path, ("k", &position("b", 2))).await;
        assert_eq!(elsewhere.status.as_u16(), 400, "no station of that institution: judged anew");
        let stranger = post_as(&gateway, KEY, &path, ("k", &position("a", 1))).await;
        assert_eq!(stranger.status.as_u16(), 403);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_twenty_at_once_one_creates_and_all_get_its_answer() {
    on_both(|database| async move {
        let gateway = Arc::new(Gateway::start(database).await);
        let tasks: Vec<_> = (0..20)
            .map(|_| {
                let gateway = Arc::clone(&gateway);
                tokio::spawn(async move { create(&gateway, "k", &unnumbered("a")).await })
            })
            .collect();
        let mut answers = Vec::new();
        for task in tasks {
            answers.push(task.await.unwrap());
        }
        let is_first = |answer: &&Answer| answer.headers.get("idempotency-replayed").is_none();
        let firsts: Vec<&Answer> = answers.iter().filter(is_first).collect();
        assert_eq!(firsts.len(), 1);
        was_created(firsts[0]);
        answers.iter().filter(|answer| !is_first(answer)).for_each(|answer| repeats(answer, firsts[0]));
        assert_eq!(count(&gateway).await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_different_requests_at_once_one_gets_the_key() {
    on_both(|database| async move {
        let gateway = Arc::new(Gateway::start(database).await);
        let tasks: Vec<_> = (1..=12)
            .map(|base| {
                let gateway = Arc::clone(&gateway);
                let body = position(&format!("p{base}"), base);
                tokio::spawn(async move { create(&gateway, "k", &body).await })
            })
            .collect();
        let mut created = 0;
        for task in tasks {
            let answer = task.await.unwrap();
            if answer.status.is_success() {
                created += 1;
            } else {
                is_reused(&answer);
            }
        }
        assert_eq!((created, count(&gateway).await), (1, 1));
    })
    .await;
}

#[tokio::test]
async fn a_refused_request_leaves_its_key_to_a_corrected_one() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        gateway.create(&position("taken", 9)).await;
        let wrong = but(position("a", 1), "/paymentOption/0/amount", json!(1));
        assert_eq!(create(&gateway, "k", &wrong).await.status.as_u16(), 400);
        assert_eq!(create(&gateway, "k", &position("taken", 1)).await.status.as_u16(), 409);
        assert_eq!(create(&gateway, "k", &position("a", 9)).await.status.as_u16(), 409);
        let first = create(&gateway, "k", &position("a", 1)).await;
        was_created(&first);
        repeats(&create(&gateway, "k", &position("a", 1)).await, &first);
        is_reused(&create(&gateway, "k", &wrong).await);
    })
    .await;
}

#[tokio::test]
async fn an_answer_is_kept_for_seven_days() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        let week = SignedDuration::from_hours(7 * 24);
        let first = create(&gateway, "k", &position("a", 1)).await;
        gateway.clock.advance(week - SignedDuration::from_secs(1));
        repeats(&create(&gateway, "k", &position("a", 1)).await, &first);
        gateway.clock.advance(SignedDuration::from_secs(1));
        assert_eq!(create(&gateway, "k", &position("a", 1)).await.status.as_u16(), 409, "it is forgotten");
        let second = create(&gateway, "k", &position("b", 2)).await;
        was_created(&second);
        repeats(&create(&gateway, "k", &position("b", 2)).await, &second);
    })
    .await;
}

#[tokio::test]
async fn what_is_forgotten_is_deleted_by_later_creations() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        for base in 1..=9 {
            was_created(&create(&gateway, &format!("k{base}"), &position(&format!("p{base}"), base)).await);
            gateway.clock.advance(SignedDuration::from_micros(1));
        }
        gateway.clock.advance(SignedDuration::from_hours(7 * 24));
        let other = gateway.create(&position("later", 20)).await;
        assert_eq!(other.status.as_u16(), 201, "one without a key sweeps as well");
        // What is still there would be told again in its time.
        gateway.clock.set(samples::now());
        for base in 1..=8 {
            let again = create(&gateway, &format!("k{base}"), &position(&format!("p{base}"), base)).await;
            assert_eq!(again.status.as_u16(), 409, "k{base} is deleted");
        }
        let last = create(&gateway, "k9", &position("p9", 9)).await;
        assert_eq!(last.headers["idempotency-replayed"], "true", "eight at a time");
    })
    .await;
}

#[tokio::test]
async fn a_key_that_is_none_is_refused_and_nothing_is_done() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        for wrong in ["", "two words", "a\ttab", &"k".repeat(256)] {
            let answer = create(&gateway, wrong, &position("a", 1)).await;
            answer.is_problem(400, "BAD REQUEST", "idempotency_key_form");
        }
        let mut twice = creation(("k", ""), &position("a", 1).to_string());
        twice.headers_mut().append("idempotency-key", "l".parse().unwrap());
        gateway.send(twice).await.is_problem(400, "BAD REQUEST", "idempotency_key_form");
        assert_eq!(count(&gateway).await, 0);
        was_created(&create(&gateway, &"k".repeat(255), &position("a", 1)).await);
    })
    .await;
}

#[tokio::test]
async fn the_first_answer_knows_of_a_receipt_that_came_before() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        gateway.pay(1, 10_000).await;
        let first = create(&gateway, "k", &position("a", 1)).await;
        was_created(&first);
        assert_eq!(first.body["status"], "PAID");
        assert_eq!(first.headers["etag"], gateway.read("a").await.headers["etag"]);
        repeats(&create(&gateway, "k", &position("a", 1)).await, &first);
    })
    .await;
}

#[tokio::test]
async fn requests_that_are_guarded_by_the_state_do_not_look_at_the_key() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        gateway.create(&position("a", 1)).await;
        let publish = format!("v1/organizations/{EC}/debtpositions/a/publish");
        let first = post_as(&gateway, KEY, &publish, ("k", &json!(null))).await;
        assert_eq!(first.status.as_u16(), 200, "{}", first.body);
        let again = post_as(&gateway, KEY, &publish, ("k", &json!(null))).await;
        assert_eq!(again.status.as_u16(), 409);
        assert_eq!(again.headers.get("idempotency-replayed"), None);
    })
    .await;
}

#[tokio::test]
async fn there_is_no_position_without_its_answer_and_no_answer_without_its_position() {
    on_both(|database| async move {
        let store = database.store().await;
        seed(&store).await;
        let position = |iupd: &str, base| {
            let notice = samples::notice(base, 10_000);
            samples::position(iupd, vec![samples::option(1, OptionShape::Single, vec![notice])])
        };
        let request = |key: u8| OnceRequest {
            ec: samples::ec(),
            caller: "one".into(),
            operation: "POST /".into(),
            key: [key; 32],
            digest: [1; 32],
            at: samples::now(),
        };
        let (first, second) = (request(1), request(2));
        let given = GivenAnswer { status: 201, headers: vec![("a".into(), "b: c".into())], body: vec![1] };

        // The last thing before the commit fails, as in a crash there.
        let broken = Once { request: &first, answer: &|_| None };
        let failed = store.create_once(&position("a", 1), &[], broken).await;
        assert!(matches!(failed, Err(CreateError::Store(_))), "{failed:?}");
        let unseen = position("a", 1);
        assert_eq!(store.position(&unseen.ec, &unseen.iupd).await.unwrap(), None);
        assert_eq!(store.answered_before(&first).await.unwrap(), None);

        let kept = given.clone();
        let answer = move |_: &_| Some(kept.clone());
        let once = Once { request: &first, answer: &answer };
        let created = store.create_once(&position("a", 1), &[], once).await.unwrap();
        assert_eq!(created, Outcome::Now(given.clone()));
        assert_eq!(store.answered_before(&first).await.unwrap(), Some(Before::Same(given.clone())));
        let again = Once { request: &first, answer: &answer };
        let again = store.create_once(&position("b", 2), &[], again).await.unwrap();
        assert_eq!(again, Outcome::Before(Before::Same(given)));

        let taken = Once { request: &second, answer: &answer };
        let taken = store.create_once(&position("a", 3), &[], taken).await;
        assert!(matches!(taken, Err(CreateError::IupdTaken)), "{taken:?}");
        assert_eq!(store.answered_before(&second).await.unwrap(), None);
    })
    .await;
}

//! Where the installation is public nobody needs a key, and nobody asks too often.

use hyper::{Method, StatusCode};
use jiff::SignedDuration;

use crate::pay::{gift, post};
use crate::support::api::{EC, Gateway};
use crate::support::{TestDatabase, on_both};
use crate::{As, ask};

const HERE: As<'static> = As::Nobody("192.0.2.1");
const THERE: As<'static> = As::Nobody("192.0.2.2");

#[tokio::test]
async fn without_a_key_everything_of_the_catalogue_is_open_where_it_is_public() {
    on_both(|database| async {
        let gateway = Gateway::start_public(database, 100).await;
        let services = ask(&gateway, HERE, (Method::GET, "/services"), (&[], None)).await;
        assert_eq!(
            (services.status, &services.headers["cache-control"]),
            (StatusCode::OK, &"public, max-age=60".parse().unwrap())
        );
        let path = |word: &str| format!("/organizations/{EC}/services/00003/{word}");
        let quote = post(&gateway, HERE, &path("quote"), &gift()).await;
        assert_eq!(quote.status, StatusCode::OK, "{}", quote.body);
        let paid = post(&gateway, HERE, &path("payments"), &gift()).await;
        assert_eq!(paid.status, StatusCode::CREATED, "{}", paid.body);
        // Whoever shows a key is judged by it.
        let wrong = ask(&gateway, As::Key("nobody's"), (Method::GET, "/services"), (&[], None)).await;
        wrong.is_problem(401, "Unauthorized", "unknown_key");
        // Nothing else is open.
        let position = paid.body["links"]["position"].as_str().unwrap();
        let request = hyper::Request::get(position).header("host", "localhost");
        let closed = gateway.send(request.body(http_body_util::Full::default()).unwrap()).await;
        closed.is_problem(401, "Unauthorized", "missing_key");
    })
    .await;
}

#[tokio::test]
async fn without_a_key_nothing_is_open_where_it_is_not_public() {
    let gateway = Gateway::start(TestDatabase::sqlite()).await;
    for path in ["/services", "/categories", "/services/00003"] {
        let refused = ask(&gateway, HERE, (Method::GET, path), (&[], None)).await;
        refused.is_problem(401, "Unauthorized", "missing_key");
    }
    let path = format!("/organizations/{EC}/services/00003/payments");
    post(&gateway, HERE, &path, &gift()).await.is_problem(401, "Unauthorized", "missing_key");
}

#[tokio::test]
async fn an_address_that_asks_too_often_waits_and_others_do_not() {
    let gateway = Gateway::start_public(TestDatabase::sqlite(), 3).await;
    for _ in 0..3 {
        let answer = ask(&gateway, HERE, (Method::GET, "/categories"), (&[], None)).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    }
    let refused = ask(&gateway, HERE, (Method::GET, "/categories"), (&[], None)).await;
    refused.is_problem(429, "Too Many Requests", "too_many_requests");
    assert_eq!(refused.headers["retry-after"], "20");
    let other = ask(&gateway, THERE, (Method::GET, "/categories"), (&[], None)).await;
    assert_eq!(other.status, StatusCode::OK);
    // A key is not held up.
    let key = ask(&gateway, crate::OWN, (Method::GET, "/categories"), (&[], None)).await;
    assert_eq!(key.status, StatusCode::OK);
    // Pages count together with the API.
    let page =
        hyper::Request::get("/servizi").header("host", "localhost").header("x-forwarded-for", "192.0.2.1");
    let page = gateway.send(page.body(http_body_util::Full::default()).unwrap()).await;
    assert_eq!(
        (page.status, &page.headers["retry-after"]),
        (StatusCode::TOO_MANY_REQUESTS, &"20".parse().unwrap())
    );
    gateway.clock.advance(SignedDuration::from_secs(20));
    let again = ask(&gateway, HERE, (Method::GET, "/categories"), (&[], None)).await;
    assert_eq!(again.status, StatusCode::OK);
}

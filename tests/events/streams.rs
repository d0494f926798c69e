//! `GET /events` as a stream of Server-Sent Events.

use std::time::{Duration, Instant};

use http_body_util::BodyExt;
use hyper::StatusCode;
use tokio::time::timeout;
use varco::api::auth::hash_key;

use crate::reader::{SOON, Stream, add_key, create_elsewhere, create_of_code, fetch, open, refused};
use crate::support::api::{EC, Gateway, KEY, MASTER_KEY, MAX_STREAMS, pay, position};
use crate::support::on_both;

#[tokio::test]
async fn a_stream_sends_what_pages_hold_in_the_same_order() {
    on_both(|database| async {
        let gateway = Gateway::start(database).await;
        for base in 1..=4 {
            gateway.create_published(&position(&format!("p{base}"), base)).await;
        }
        create_elsewhere(&gateway, "elsewhere", 1).await;
        gateway.pay(1, 10_000).await;
        let page = fetch(&gateway, MASTER_KEY, "").await;
        let mut stream = Stream::open(&gateway, MASTER_KEY, "", &[]).await;
        let sent = stream.events(page.events.len()).await;
        let bodies: Vec<&str> = sent.iter().map(|one| one.data.as_str()).collect();
        assert_eq!(format!(r#"{{"events":[{}],"next":"{}"}}"#, bodies.join(","), page.next), page.text);
        assert_eq!(sent.last().unwrap().id, page.next);
        for (one, event) in sent.iter().zip(&page.events) {
            assert_eq!(one.kind, event["type"].as_str().unwrap());
        }
    })
    .await;
}

#[tokio::test]
async fn a_stream_that_was_cut_goes_on_behind_the_last_event_that_was_read() {
    on_both(|database| async {
        let gateway = Gateway::start(database).await;
        for base in 1..=4 {
            gateway.create_published(&position(&format!("p{base}"), base)).await;
        }
        create_elsewhere(&gateway, "elsewhere", 1).await;
        let whole = fetch(&gateway, MASTER_KEY, "").await.events.len();
        let all = Stream::open(&gateway, MASTER_KEY, "", &[]).await.events(whole).await;
        for cut in 1..whole {
            let first = Stream::open(&gateway, MASTER_KEY, "", &[]).await.events(cut).await;
            let last = [("last-event-id", first[cut - 1].id.as_str())];
            let rest = Stream::open(&gateway, MASTER_KEY, "after=0", &last).await.events(whole - cut).await;
            assert_eq!([first, rest].concat(), all, "cut after {cut}");
        }
    })
    .await;
}

#[tokio::test]
async fn an_event_is_in_the_stream_within_a_second_whichever_instance_wrote_it() {
    on_both(|database| async {
        let other_instance = database.store().await;
        let gateway = Gateway::start(database).await;
        let mut stream = Stream::open(&gateway, KEY, "types=varco.receipt.*", &[]).await;
        assert_eq!(stream.block().await.as_deref(), Some("retry: 2000"));
        for base in 1..=3 {
            pay(&other_instance, base, 10_000).await;
            let sent = timeout(SOON, stream.event()).await.expect("within a second").unwrap();
            assert_eq!(sent.kind, "varco.receipt.booked");
            assert!(sent.data.contains(&format!(r#""receiptId":"receipt-{base}""#)), "{}", sent.data);
        }
    })
    .await;
}

#[tokio::test]
async fn a_silent_stream_gives_signs_of_life() {
    on_both(|database| async {
        let gateway = Gateway::start(database).await;
        let mut stream = Stream::open(&gateway, KEY, "", &[]).await;
        assert_eq!(stream.block().await.as_deref(), Some("retry: 2000"));
        for _ in 0..3 {
            assert_eq!(timeout(SOON, stream.block()).await.unwrap().as_deref(), Some(":"));
        }
    })
    .await;
}

#[tokio::test]
async fn streams_end_softly_when_the_process_stops() {
    on_both(|database| async {
        let gateway = Gateway::start(database).await;
        gateway.create(&position("one", 1)).await;
        let mut stream = Stream::open(&gateway, KEY, "", &[]).await;
        stream.events(1).await;
        gateway.stop.cancel();
        assert_eq!(timeout(SOON, stream.event()).await.expect("at once"), None);
    })
    .await;
}

#[tokio::test]
async fn a_stream_ends_when_its_key_is_revoked() {
    on_both(|database| async {
        let gateway = Gateway::start(database).await;
        add_key(&gateway, "old-secret", &["01"]).await;
        let mut stream = Stream::open(&gateway, "old-secret", "", &[]).await;
        tokio::time::sleep(SOON).await;
        create_of_code(&gateway, "one", "01", 1).await;
        assert_eq!(stream.events(1).await.len(), 1, "the key is good");
        add_key(&gateway, "new-secret", &["01"]).await;
        // Keys are remembered for a few seconds.
        gateway.clock.advance(Duration::from_secs(10).try_into().unwrap());
        assert_eq!(timeout(5 * SOON, stream.event()).await.expect("soon"), None);
        assert_ne!(hash_key("old-secret"), hash_key("new-secret"));
    })
    .await;
}

#[tokio::test]
async fn as_many_callers_wait_as_are_allowed() {
    on_both(|database| async {
        let gateway = Gateway::start(database).await;
        let mut streams = Vec::new();
        for _ in 0..MAX_STREAMS {
            streams.push(Stream::open(&gateway, KEY, "", &[]).await);
        }
        let response = open(&gateway, KEY, "", &[("accept", "text/event-stream")]).await;
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(response.headers().contains_key("retry-after"));
        let body = response.into_body().collect().await.unwrap().to_bytes();
        assert!(String::from_utf8_lossy(&body).contains("too_many_streams"));
        let waiting = open(&gateway, KEY, "wait=10", &[]).await;
        assert_eq!(waiting.status(), StatusCode::SERVICE_UNAVAILABLE);
        // Who does not wait is served.
        fetch(&gateway, KEY, "").await;

        streams.pop();
        let until = Instant::now() + 5 * SOON;
        while open(&gateway, KEY, "", &[("accept", "text/event-stream")]).await.status() != StatusCode::OK {
            assert!(Instant::now() < until, "a place is free once a reader is gone");
            tokio::time::sleep(SOON / 20).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_stream_is_refused_as_a_page_is() {
    on_both(|database| async {
        let gateway = Gateway::start(database).await;
        let accept = ("accept", "text/event-stream");
        let ahead = format!("after={EC}-5");
        assert_eq!(refused(&gateway, &ahead, &[accept]).await, (409, "cursor_ahead".into(), vec![]));
        let wrong = refused(&gateway, "", &[accept, ("last-event-id", "x")]).await;
        assert_eq!(wrong, (400, "query_parameter".into(), vec!["/Last-Event-ID".into()]));
        let unknown = open(&gateway, "no-such-key", "", &[accept]).await;
        assert_eq!(unknown.status(), StatusCode::UNAUTHORIZED);
    })
    .await;
}

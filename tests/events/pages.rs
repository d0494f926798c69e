//! `GET /events` by pages.

use std::time::Instant;

use serde_json::json;
use varco::domain::event::Feed;

use crate::reader::{SOON, add_key, create_elsewhere, create_of_code, fetch, fetch_all, kept, refused};
use crate::support::api::{EC, Gateway, KEY, MASTER_KEY, OTHER_EC, position};
use crate::support::{on_both, samples};

#[tokio::test]
async fn events_come_in_the_order_of_the_commits_and_byte_for_byte_as_they_were_written() {
    on_both(|database| async {
        let gateway = Gateway::start(database).await;
        gateway.create_published(&position("one", 1)).await;
        gateway.pay(1, 10_000).await;
        let page = fetch(&gateway, KEY, "after=0").await;
        let bodies = kept(&gateway.store, EC).await;
        assert_eq!(page.text, format!(r#"{{"events":[{}],"next":"{}"}}"#, bodies.join(","), page.next));
        assert_eq!(page.next, format!("{EC}-{}", bodies.len()));
        assert_eq!(page.types().first(), Some(&"position.created"));
        let receipt = page.events.iter().find(|event| event["type"] == "varco.receipt.booked").unwrap();
        assert_eq!(receipt["data"]["receiptId"], "receipt-1");
        assert_eq!(receipt["data"]["noticeNumber"], json!(samples::notice_number(1).as_str()));
        assert_eq!(receipt["data"]["amount"], 10_000);
        for (number, event) in (1..).zip(&page.events) {
            assert_eq!(event["sequence"], format!("{number:020}"));
            assert_eq!(event["specversion"], "1.0");
        }
        let rest = fetch(&gateway, KEY, &format!("after={}", page.next)).await;
        assert!(rest.events.is_empty());
        assert_eq!(rest.next, page.next, "usable again");
        gateway.pay(2, 5_000).await;
        let news = fetch(&gateway, KEY, &format!("after={}", rest.next)).await;
        assert!(!news.events.is_empty() && news.ids().iter().all(|id| !page.ids().contains(id)));
    })
    .await;
}

#[tokio::test]
async fn the_beginning_is_0_or_nothing() {
    on_both(|database| async {
        let gateway = Gateway::start(database).await;
        assert_eq!(fetch(&gateway, KEY, "").await.text, r#"{"events":[],"next":"0"}"#);
        gateway.create(&position("one", 1)).await;
        let page = fetch(&gateway, KEY, "").await;
        for query in ["after=0", "after=", "after=0&wait=5"] {
            assert_eq!(fetch(&gateway, KEY, query).await.text, page.text, "{query}");
        }
    })
    .await;
}

#[tokio::test]
async fn pages_of_any_size_hold_the_same_events_in_the_same_order() {
    on_both(|database| async {
        let gateway = Gateway::start(database).await;
        for base in 1..=6 {
            gateway.create_published(&position(&format!("p{base}"), base)).await;
        }
        for base in 1..=3 {
            create_elsewhere(&gateway, &format!("p{base}"), base).await;
        }
        gateway.pay(1, 10_000).await;
        let whole = fetch(&gateway, MASTER_KEY, "limit=1000").await;
        let all = kept(&gateway.store, EC).await.len() + kept(&gateway.store, OTHER_EC).await.len();
        assert_eq!(whole.events.len(), all);
        for limit in [1, 2, 3, 7] {
            let (ids, next) = fetch_all(&gateway, MASTER_KEY, &format!("limit={limit}")).await;
            assert_eq!(ids, whole.ids(), "limit={limit}");
            assert_eq!(next, whole.next, "limit={limit}");
        }
    })
    .await;
}

#[tokio::test]
async fn institutions_share_a_page_so_that_none_waits_for_the_backlog_of_another() {
    on_both(|database| async {
        let gateway = Gateway::start(database).await;
        for base in 1..=10 {
            gateway.create_published(&position(&format!("p{base}"), base)).await;
        }
        create_elsewhere(&gateway, "late", 1).await;
        let page = fetch(&gateway, MASTER_KEY, "limit=2").await;
        let sources: Vec<&str> = page.events.iter().map(|event| event["source"].as_str().unwrap()).collect();
        assert_eq!(sources, [format!("urn:varco:{OTHER_EC}"), format!("urn:varco:{EC}")]);
    })
    .await;
}

#[tokio::test]
async fn a_key_reads_its_institutions_and_the_caller_may_narrow_them() {
    on_both(|database| async {
        let gateway = Gateway::start(database).await;
        gateway.create(&position("one", 1)).await;
        create_elsewhere(&gateway, "two", 2).await;
        let feeds = async |key, query: &str| {
            let page = fetch(&gateway, key, query).await;
            let feed = |event: &serde_json::Value| {
                event["source"].as_str().unwrap()["urn:varco:".len()..].to_owned()
            };
            page.events.iter().map(feed).collect::<Vec<_>>()
        };
        assert_eq!(feeds(KEY, "").await, [EC]);
        assert_eq!(feeds(MASTER_KEY, "").await, [OTHER_EC, EC]);
        assert_eq!(feeds(MASTER_KEY, &format!("organization={OTHER_EC}")).await, [OTHER_EC]);
        let both = format!("organization={OTHER_EC}&organization={EC}");
        assert_eq!(feeds(MASTER_KEY, &both).await, [OTHER_EC, EC]);

        let foreign = format!("organization={OTHER_EC}");
        assert_eq!(refused(&gateway, &foreign, &[]).await, (403, "foreign_organization".into(), vec![]));
        // A place in a feed that the key does not open says nothing, wherever it is.
        let page = fetch(&gateway, KEY, &format!("after={OTHER_EC}-99")).await;
        assert_eq!(page.events.len(), 1);
        let narrowed = fetch(&gateway, MASTER_KEY, &format!("after={EC}-1&organization={OTHER_EC}")).await;
        assert_eq!(narrowed.next, format!("{OTHER_EC}-1.{EC}-1"), "places outside are kept");
    })
    .await;
}

#[tokio::test]
async fn a_key_of_some_segregation_codes_is_moved_past_the_notices_of_others() {
    on_both(|database| async {
        let gateway = Gateway::start(database).await;
        add_key(&gateway, "key-of-code-01", &["01"]).await;
        create_of_code(&gateway, "own", "01", 1).await;
        create_of_code(&gateway, "foreign", "02", 2).await;
        create_of_code(&gateway, "foreign-too", "02", 3).await;
        let page = fetch(&gateway, "key-of-code-01", "").await;
        assert_eq!(page.events.len(), 1);
        assert_eq!(page.events[0]["data"]["iupd"], "own");
        assert_eq!(page.next, format!("{EC}-3"), "not looked at again");
        assert_eq!(fetch(&gateway, KEY, "").await.events.len(), 3);
    })
    .await;
}

#[tokio::test]
async fn types_are_chosen_by_name_or_beginning() {
    on_both(|database| async {
        let gateway = Gateway::start(database).await;
        gateway.create_published(&position("one", 1)).await;
        gateway.pay(1, 10_000).await;
        let all = fetch(&gateway, KEY, "").await;
        for (types, wanted) in [
            ("varco.receipt.*", &["receipt."][..]),
            ("varco.position.created", &["position.created"]),
            ("varco.receipt.booked,varco.option.*", &["receipt.booked", "option."]),
            ("varco.anomaly.no_such", &[]),
            ("*", &[""]),
        ] {
            let page = fetch(&gateway, KEY, &format!("types={types}")).await;
            let expected: Vec<&str> = all
                .types()
                .into_iter()
                .filter(|kind| wanted.iter().any(|start| kind.starts_with(start)))
                .collect();
            assert_eq!(page.types(), expected, "{types}");
            assert_eq!(page.next, all.next, "{types}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_reader_that_waits_is_woken_by_the_event_whichever_instance_wrote_it() {
    on_both(|database| async {
        let other_instance = database.store().await;
        let gateway = Gateway::start(database).await;
        gateway.create_published(&position("one", 1)).await;
        let next = fetch(&gateway, KEY, "").await.next;
        let waiting = format!("after={next}&wait=30&types=varco.receipt.*");
        let (page, written_at) = tokio::join!(fetch(&gateway, KEY, &waiting), async {
            tokio::time::sleep(SOON / 2).await;
            crate::support::api::pay(&other_instance, 1, 10_000).await;
            Instant::now()
        });
        assert!(written_at.elapsed() < SOON, "{:?}", written_at.elapsed());
        assert_eq!(page.types(), ["receipt.booked"]);
    })
    .await;
}

#[tokio::test]
async fn a_wait_without_an_event_ends_with_a_cursor_to_go_on_from() {
    on_both(|database| async {
        let gateway = Gateway::start(database).await;
        gateway.create(&position("one", 1)).await;
        let asked_at = Instant::now();
        let page = fetch(&gateway, KEY, "types=varco.receipt.*&wait=1").await;
        assert!(asked_at.elapsed() >= SOON);
        assert_eq!(page.text, format!(r#"{{"events":[],"next":"{EC}-1"}}"#));
    })
    .await;
}

#[tokio::test]
async fn a_stop_ends_waits_with_an_answer() {
    on_both(|database| async {
        let gateway = Gateway::start(database).await;
        let asked_at = Instant::now();
        let (page, ()) = tokio::join!(fetch(&gateway, KEY, "wait=60"), async {
            tokio::time::sleep(SOON / 4).await;
            gateway.stop.cancel();
        });
        assert!(asked_at.elapsed() < 5 * SOON);
        assert_eq!(page.text, r#"{"events":[],"next":"0"}"#);
    })
    .await;
}

#[tokio::test]
async fn wrong_parameters_are_named() {
    on_both(|database| async {
        let gateway = Gateway::start(database).await;
        let long = format!("after={}", "1".repeat(8193));
        for (query, pointer) in [
            ("after=yesterday", "/after"),
            ("after=77777777777-042", "/after"),
            (long.as_str(), "/after"),
            ("limit=0", "/limit"),
            ("limit=1001", "/limit"),
            ("wait=soon", "/wait"),
            ("types=Receipts", "/types"),
            ("organization=comune", "/organization"),
        ] {
            let expected = (400, "query_parameter".to_owned(), vec![pointer.to_owned()]);
            assert_eq!(refused(&gateway, query, &[]).await, expected, "{query}");
        }
        let header = [("last-event-id", "yesterday")];
        assert_eq!(refused(&gateway, "", &header).await.2, ["/Last-Event-ID"]);
        let every = fetch(&gateway, MASTER_KEY, "wait=0").await;
        assert_eq!(every.next, "0");
    })
    .await;
}

#[tokio::test]
async fn a_cursor_beyond_the_last_event_is_refused_and_told_where_events_end() {
    on_both(|database| async {
        let gateway = Gateway::start(database).await;
        gateway.create(&position("one", 1)).await;
        for after in [format!("{EC}-2"), format!("gateway-4.{EC}-7")] {
            let answer =
                gateway.call(hyper::Method::GET, &format!("/events?wait=60&after={after}"), None).await;
            answer.is_problem(409, "Conflict", "cursor_ahead");
            let end =
                if after.starts_with("gateway") { format!("gateway-4.{EC}-1") } else { format!("{EC}-1") };
            let detail = answer.body["detail"].as_str().unwrap();
            assert!(detail.ends_with(&format!("the cursor {end}.")), "{detail}");
            assert_eq!(fetch(&gateway, KEY, &format!("after={end}")).await.events.len(), 0);
        }
        assert_eq!(gateway.store.feed_heads().await.unwrap().get(Feed::GATEWAY), None);
    })
    .await;
}

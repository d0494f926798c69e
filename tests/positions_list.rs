//! The list of positions (GPD v1): filters, orders and pages over statuses that nothing stores, on both
//! databases.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

#[path = "positions_list/growth.rs"]
mod growth;
#[path = "positions_list/search.rs"]
mod search;
mod support;

use hyper::{Method, StatusCode};
use jiff::{Timestamp, ToSpan};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::json;
use support::api::*;
use support::{on_both, samples};
use varco::domain::ids::ReceiptId;
use varco::domain::position::{AfterDue, OptionShape, Payment, Position, Proof};
use varco::domain::status::{Status, status};
use varco::store::{Direction, ListStart, PositionFilter, PositionOrder, PositionQuery, Shapes};

async fn list(gateway: &Gateway, query: &str) -> Answer {
    gateway.ask(Method::GET, query, None).await
}

fn names(answer: &Answer) -> Vec<&str> {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let list = answer.body["payment_position_list"].as_array().unwrap();
    list.iter().map(|position| position["iupd"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn pages_follow_the_statuses_of_the_moment() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        for base in 1..=7 {
            let day = json!(format!("2026-12-0{base}"));
            gateway.create_published(&but(position(&format!("p{base}"), base), "/validityDate", day)).await;
        }
        gateway.pay(7, 10_000).await;
        gateway.clock.set("2026-12-03T12:00:00Z".parse().unwrap());
        let query = |status: &str, page: u32| {
            format!("?status={status}&orderby=IUPD&ordering=ASC&limit=2&page={page}")
        };
        let first = list(&gateway, &query("VALID", 0)).await;
        assert_eq!(names(&first), ["p1", "p2"]);
        let info = json!({ "page": 0, "limit": 2, "items_found": 2, "total_pages": 2, "total_items": 3 });
        let mut page_info = first.body["page_info"].clone();
        let next = page_info.as_object_mut().unwrap().remove("next_cursor");
        assert!(next.is_some_and(|cursor| cursor.is_string()), "another page follows");
        assert_eq!(page_info, info, "and else what the contract says");
        assert_eq!(first.headers["cache-control"], "no-store");
        assert_eq!(names(&list(&gateway, &query("VALID", 1)).await), ["p3"]);
        let beyond = list(&gateway, &query("VALID", 2)).await;
        assert_eq!(names(&beyond), [""; 0]);
        assert_eq!(beyond.body["page_info"]["total_pages"], 2);
        assert_eq!(names(&list(&gateway, &query("PUBLISHED", 0)).await), ["p4", "p5"]);
        assert_eq!(names(&list(&gateway, &query("PAID", 0)).await), ["p7"]);
        gateway.clock.set("2026-12-22T12:00:00Z".parse().unwrap());
        assert_eq!(list(&gateway, &query("VALID", 0)).await.body["page_info"]["total_items"], 0);
        let expired = list(&gateway, &query("EXPIRED", 2)).await;
        assert_eq!(names(&expired), ["p5", "p6"]);
        assert_eq!(
            expired.body["payment_position_list"][0],
            gateway.read("p5").await.body,
            "as reading answers"
        );
    })
    .await;
}

#[tokio::test]
async fn positions_are_ordered_as_asked_and_the_newest_first_otherwise() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        for (base, iupd, company) in [(1, "b", "Uno"), (2, "c", "Due"), (3, "a", "Tre")] {
            gateway.create(&but(position(iupd, base), "/companyName", json!(company))).await;
            gateway.clock.advance(jiff::SignedDuration::from_secs(1));
        }
        gateway.publish("c").await;
        gateway.publish("b").await;
        gateway.invalidate("b").await;
        for (query, expected) in [
            ("", ["a", "c", "b"]),
            ("?orderby=INSERTED_DATE&ordering=ASC", ["b", "c", "a"]),
            ("?orderby=IUPD&ordering=ASC", ["a", "b", "c"]),
            ("?orderby=IUPD", ["c", "b", "a"]),
            ("?orderby=STATUS&ordering=ASC", ["a", "b", "c"]),
            ("?orderby=STATUS&ordering=DESC", ["c", "b", "a"]),
            ("?orderby=COMPANY_NAME&ordering=ASC", ["c", "a", "b"]),
            ("?orderby=COMPANY_NAME&ordering=DESC&limit=&status=", ["b", "a", "c"]),
        ] {
            assert_eq!(names(&list(&gateway, query).await), expected, "{query}");
        }
        let empty = list(&gateway, "?page=4294967295&limit=50").await;
        assert_eq!(empty.body["page_info"]["total_items"], 3);
    })
    .await;
}

#[tokio::test]
async fn positions_are_found_by_the_days_of_their_options() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        let mut plan = with_options("plan", &[instalment(1), instalment(2)]);
        plan["paymentOption"][1]["dueDate"] = json!("2027-02-28");
        gateway.create_published(&plan).await;
        let midnight =
            but(position("midnight", 3), "/paymentOption/0/dueDate", json!("2026-12-31T23:59:59.5"));
        gateway.create_published(&midnight).await;
        for (query, expected) in [
            ("?due_date_from=2026-12-22&due_date_to=2026-12-31", vec!["midnight", "plan"]),
            ("?due_date_from=2026-12-31&due_date_to=2026-12-31", vec!["midnight"]),
            ("?due_date_from=2027-01-01&due_date_to=2027-01-31", vec![]),
            ("?due_date_from=2027-01-29", vec!["plan"]),
            ("?due_date_from=2027-01-28", vec![]),
            ("?due_date_to=2027-01-21", vec!["midnight", "plan"]),
            ("?due_date_to=2027-01-22", vec!["midnight"]),
            ("?payment_date_from=2026-11-01", vec![]),
        ] {
            assert_eq!(
                names(&list(&gateway, &format!("{query}&orderby=IUPD&ordering=ASC")).await),
                expected,
                "{query}"
            );
        }
        gateway.pay(2, 10_000).await;
        assert_eq!(
            names(&list(&gateway, "?payment_date_from=2026-11-22&payment_date_to=2026-11-22").await),
            ["plan"]
        );
        assert_eq!(names(&list(&gateway, "?payment_date_to=2026-11-21").await), [""; 0]);
    })
    .await;
}

#[tokio::test]
async fn a_wrong_parameter_is_named() {
    let gateway = Gateway::start(support::TestDatabase::sqlite()).await;
    for query in [
        "?limit=0",
        "?limit=51",
        "?limit=x",
        "?page=-1",
        "?status=valid",
        "?orderby=NAME",
        "?ordering=UP",
        "?due_date_from=01/12/2026",
        "?payment_date_to=2026-02-30",
        "?due_date_from=2026-W10-1",
        "?limit=1&limit=2",
    ] {
        list(&gateway, query).await.is_problem(400, "BAD REQUEST", "query_parameter");
    }
    let both = list(&gateway, "?due_date_from=2026-12-01&payment_date_to=2026-12-01").await;
    both.is_problem(400, "Exclusive Parameters", "exclusive_parameters");
    for query in [
        "?due_date_from=2026-12-01&due_date_to=2027-01-01",
        "?due_date_from=2026-12-02&due_date_to=2026-12-01",
    ] {
        list(&gateway, query).await.is_problem(
            400,
            "The debt positions cannot be recovered",
            "date_interval",
        );
    }
    assert_eq!(
        list(&gateway, "?due_date_from=2026-12-01&due_date_to=2026-12-31").await.status,
        StatusCode::OK
    );
    gateway.store.close().await;
    list(&gateway, "").await.is_problem(500, "INTERNAL SERVER ERROR", "internal_error");
}

/// Facts of one notice: hours from now at which it is due, and whether it is paid and accounted for.
type NoticeFacts = (i64, bool, bool);
/// Facts of one option: hours from now from which it is valid, whether it expires, its notices.
type OptionFacts = (Option<i64>, bool, Vec<NoticeFacts>);
/// Facts of one position: whether it is published and cancelled, and its options.
type Facts = (bool, bool, Vec<OptionFacts>);

fn facts() -> impl Strategy<Value = Facts> {
    let notice = (-2_i64..=2, prop::bool::weighted(0.4), prop::bool::weighted(0.7));
    let option = (prop::option::of(-2_i64..=2), any::<bool>(), prop::collection::vec(notice, 1..=2));
    (prop::bool::weighted(0.8), prop::bool::weighted(0.2), prop::collection::vec(option, 1..=2))
}

fn position_of(number: u64, (published, cancelled, options): Facts) -> Position {
    let hour = |hours: i64| samples::now() + hours.hours();
    let mut base = number * 10;
    let options = (1..).zip(options).map(|(option_no, (valid, expires, notices))| {
        let notices = notices.into_iter().map(|(due, paid, reported)| {
            base += 1;
            let mut notice = samples::notice(base, 100);
            let proof = if reported { Proof::Receipt(ReceiptId::new("r")) } else { Proof::Elsewhere };
            notice.payment =
                paid.then_some(Payment { paid_at: hour(-1), proof, fee: None, psp: None, method: None });
            notice.due = hour(due);
            notice.transfers[0].reported_at = (paid && reported).then(|| hour(0));
            notice
        });
        let mut option = samples::option(option_no, OptionShape::Plan, notices.collect());
        option.valid_from = valid.map(hour);
        option.after_due = if expires { AfterDue::Expires } else { AfterDue::StaysPayable };
        option
    });
    let options = options.collect();
    let mut position = samples::position(&format!("p{number}"), options);
    position.history.published_at = published.then(|| hour(-3));
    position.history.invalidated_at = cancelled.then(|| hour(-1));
    position
}

fn query(status: Option<Status>, now: Timestamp) -> PositionQuery {
    PositionQuery {
        scope: varco::domain::segregation::Segregation::Every,
        ec: samples::ec(),
        now,
        filter: PositionFilter { statuses: status.into_iter().collect(), ..PositionFilter::default() },
        shapes: Shapes::Every,
        order: PositionOrder::Status,
        direction: Direction::Ascending,
        limit: 1000,
        start: ListStart::Page(0),
    }
}

#[tokio::test]
async fn the_database_and_the_domain_agree_on_every_status() {
    on_both(|database| async move {
        let store = database.store().await;
        let mut runner = TestRunner::deterministic();
        let mut positions = Vec::new();
        for number in 1..=400 {
            let facts = facts().new_tree(&mut runner).unwrap().current();
            let position = position_of(number, facts);
            store.create_position(&position).await.unwrap();
            assert_eq!(store.position(&position.ec, &position.iupd).await.unwrap().as_ref(), Some(&position));
            positions.push(position);
        }
        for hours in -2..=2 {
            let now = samples::now() + i64::from(hours).hours();
            for asked in Status::ALL {
                let mut expected: Vec<_> =
                    positions.iter().filter(|p| status(p, now) == asked).map(|p| &p.iupd).collect();
                expected.sort();
                let page = store.list_positions(&query(Some(asked), now)).await.unwrap();
                let mut found: Vec<_> = page.positions.iter().map(|p| &p.iupd).collect();
                found.sort();
                assert_eq!(found, expected, "{} at {now} on {}", asked.word(), database.engine);
                assert_eq!(page.total, Some(expected.len() as u64));
            }
            let all = store.list_positions(&query(None, now)).await.unwrap().positions;
            assert!(all.is_sorted_by_key(|p| status(p, now).word()), "the order is that of the words");
            assert_eq!(all.len(), 400);
        }
        let every: Vec<_> =
            Status::ALL.map(|s| positions.iter().filter(|p| status(p, samples::now()) == s).count()).into();
        assert!(every.iter().all(|count| *count > 0), "every status is there: {every:?}");
    })
    .await;
}

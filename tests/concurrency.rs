//! Payments and changes of one position at the same instant, by real threads that start together: whichever wins,
//! no receipt is lost, and all agree on what is paid. On both databases.
//!
//! Deliveries among themselves are in `gateway/concurrency.rs`; a payment beside one update, deletion or fee in
//! `positions_update.rs` and `notices.rs`; a get beside a change in `hold.rs`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

mod support;

use std::sync::Arc;

use bytes::Bytes;
use serde_json::{Value, json};
use support::api::*;
use support::{TestDatabase, on_both, samples};
use tokio::sync::Barrier;
use varco::domain::event::Feed;
use varco::domain::fiscal_code::FiscalCode;
use varco::domain::payability::check;
use varco::store::{BookReceipt, StoredEvent};

/// What one thread does to the position of a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Act {
    /// The notice that is so many after the first of the round.
    Pay(u64),
    PayAgain(u64),
    Update,
    Withdraw,
    Invalidate,
    Delete,
    Elsewhere(u64),
    Fee(u64),
}

/// A plan of two, and a whole payment; nine numbers a round.
fn body(base: u64) -> Value {
    with_options(&format!("p{base}"), &[instalment(base), instalment(base + 1), payment_option(base + 2)])
}

async fn act(gateway: &Gateway, base: u64, act: Act) -> u16 {
    let iupd = format!("p{base}");
    let answer = match act {
        Act::Pay(nth) => return book(gateway, "a", base + nth).await,
        Act::PayAgain(nth) => return book(gateway, "b", base + nth).await,
        Act::Update => gateway.update(&iupd, "", &body(base)).await,
        Act::Withdraw => gateway.update(&iupd, "?toPublish=false", &body(base)).await,
        Act::Invalidate => gateway.invalidate(&iupd).await,
        Act::Delete => gateway.delete(&iupd).await,
        Act::Elsewhere(nth) => gateway.mark_paid(&nav(base + nth), None).await,
        Act::Fee(nth) => {
            let uri = format!(
                "/gpd/debt-positions-service/v1/organizations/{EC}/paymentoptions/{}/notificationfee",
                nav(base + nth)
            );
            gateway.call(hyper::Method::PUT, &uri, Some(&json!({ "notificationFee": 250 }))).await
        }
    };
    assert!(answer.status.as_u16() < 500, "{act:?}: {}", answer.body);
    answer.status.as_u16()
}

async fn book(gateway: &Gateway, id: &str, base: u64) -> u16 {
    let receipt = samples::receipt(&format!("{id}-{base}"), base, 10_000);
    let (primitive, raw, received_at) = ("paSendRTV2", Bytes::from_static(b"<x/>"), samples::now());
    gateway
        .store
        .book_receipt(BookReceipt { receipt, primitive, raw, received_at, deliver_to: None })
        .await
        .unwrap();
    200
}

/// Has all acts begin together on a new position; the answers, in the order of the acts.
async fn together(gateway: &Arc<Gateway>, base: u64, acts: &[Act]) -> Vec<u16> {
    gateway.create_published(&body(base)).await;
    let start = Arc::new(Barrier::new(acts.len()));
    let tasks: Vec<_> = acts
        .iter()
        .map(|one| {
            let (gateway, start, one) = (Arc::clone(gateway), Arc::clone(&start), *one);
            tokio::spawn(async move {
                start.wait().await;
                act(&gateway, base, one).await
            })
        })
        .collect();
    let mut statuses = Vec::new();
    for task in tasks {
        statuses.push(task.await.unwrap());
    }
    statuses
}

/// The class of each receipt of a notice, in the order of their ids.
async fn classes(gateway: &Gateway, base: u64) -> Vec<String> {
    let notice = samples::notice_number(base);
    let receipts = gateway.store.receipts_of_notice(&samples::ec(), &notice).await.unwrap();
    receipts.into_iter().map(|receipt| receipt.class).collect()
}

async fn is_payable(gateway: &Gateway, base: u64) -> bool {
    let found = gateway.store.payable_notice(&samples::ec(), &samples::notice_number(base)).await.unwrap();
    found.is_some_and(|found| check(&found.facts, samples::now()).is_ok())
}

/// Runs rounds on both databases, each on a position of its own; `judge` sees the answers of each.
async fn rounds(acts: &[Act], judge: impl AsyncFn(&Gateway, u64, &[u16])) {
    for database in [TestDatabase::sqlite(), TestDatabase::postgres().await] {
        let gateway = Arc::new(Gateway::start(database).await);
        for base in (10..).step_by(10).take(25) {
            // Who is first to start is first in line: they take turns.
            let mut turned = acts.to_vec();
            let turn = usize::try_from(base).unwrap() / 10 % acts.len();
            turned.rotate_left(turn);
            let mut statuses = together(&gateway, base, &turned).await;
            statuses.rotate_right(turn);
            judge(&gateway, base, &statuses).await;
        }
        let broken = gateway.store.ledger_check().await.unwrap();
        assert!(broken.is_empty(), "{broken:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_payment_and_a_cancellation_leave_the_payment_and_say_who_was_first() {
    rounds(&[Act::Pay(0), Act::Invalidate], async |gateway, base, statuses| {
        assert_eq!(statuses[1], 200, "published, or partly paid: the rest can be cancelled");
        let class = classes(gateway, base).await;
        assert!(class == ["matched"] || class == ["cancelled"], "{class:?}");
        assert_eq!(gateway.read(&format!("p{base}")).await.body["status"], "PARTIALLY_PAID");
        assert!(!is_payable(gateway, base + 1).await, "the rest is cancelled either way");
    })
    .await;
    rounds(&[Act::Pay(2), Act::Invalidate], async |gateway, base, statuses| {
        let class = classes(gateway, base + 2).await;
        let expected = if statuses[1] == 200 { "cancelled" } else { "matched" };
        assert_eq!((statuses[1] == 409 || statuses[1] == 200, class), (true, vec![expected.to_owned()]));
        assert_eq!(gateway.read(&format!("p{base}")).await.body["status"], "PAID");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_payment_and_a_withdrawal_leave_the_payment_and_say_who_was_first() {
    rounds(&[Act::Withdraw, Act::Pay(0)], async |gateway, base, statuses| {
        assert_eq!(statuses[0], 200, "the unpaid rest can be withdrawn too");
        let class = classes(gateway, base).await;
        assert!(class == ["matched"] || class == ["not_yet_payable"], "{class:?}");
        assert_eq!(gateway.read(&format!("p{base}")).await.body["status"], "PARTIALLY_PAID");
        assert!(!is_payable(gateway, base + 1).await, "the rest is withdrawn either way");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn siblings_that_are_paid_while_the_position_changes_are_one_payment_and_one_conflict() {
    let acts = [Act::Pay(0), Act::Update, Act::Pay(2), Act::Fee(1), Act::Pay(1)];
    rounds(&acts, async |gateway, base, _| {
        let mut all = Vec::new();
        for nth in 0..3 {
            all.extend(classes(gateway, base + nth).await);
        }
        // The plan is paid in one or two parts; the whole payment comes before all of it, between, or after.
        assert_eq!(all.len(), 3, "{all:?}");
        let conflicts = all.iter().filter(|class| *class == "sibling_conflict").count();
        assert!([1, 2].contains(&conflicts), "{all:?}");
        let read = gateway.read(&format!("p{base}")).await.body;
        let paid = read["paymentOption"].as_array().unwrap().iter().filter(|row| row["status"] == "PO_PAID");
        assert_eq!((paid.count(), &read["status"]), (3, &json!("PAID")), "all money is on its notice");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whatever_comes_at_once_every_receipt_is_kept_and_what_is_paid_stays() {
    let acts = [
        Act::Pay(0),
        Act::PayAgain(0),
        Act::Pay(2),
        Act::Elsewhere(1),
        Act::Update,
        Act::Invalidate,
        Act::Delete,
        Act::Fee(1),
    ];
    rounds(&acts, async |gateway, base, statuses| {
        assert_eq!((classes(gateway, base).await.len(), classes(gateway, base + 2).await.len()), (2, 1));
        let read = gateway.read(&format!("p{base}")).await;
        if statuses[6] == 200 {
            assert_eq!(read.status, 404, "deleted, before anything was paid");
            assert_eq!(classes(gateway, base).await, ["unknown_notice"; 2]);
        } else {
            assert_eq!(read.body["status"], "PAID", "{statuses:?}");
            let first = classes(gateway, base).await;
            assert_eq!(first.iter().filter(|class| *class == "over_payment").count(), 1, "{first:?}");
        }
    })
    .await;
}

/// A receipt of another institution in each second commit, so that heads of two feeds are locked together.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_follows_the_feeds_while_many_write_misses_nothing_and_sees_the_order_of_the_commits() {
    on_both(|database| async move {
        let gateway = Arc::new(Gateway::start(database).await);
        let writers: Vec<_> =
            (0..8).map(|writer| tokio::spawn(write(Arc::clone(&gateway), writer))).collect();
        let feeds = [EC, OTHER_EC].map(|ec| Feed::new(ec).unwrap());
        let mut followed = [Vec::new(), Vec::new()];
        let mut done = false;
        loop {
            let mut quiet = true;
            for (feed, followed) in feeds.iter().zip(&mut followed) {
                let after = followed.last().map_or(0, |event: &StoredEvent| event.seq);
                let more = gateway.store.events_after(feed, after, 50).await.unwrap();
                quiet &= more.is_empty();
                followed.extend(more);
            }
            if done && quiet {
                break;
            }
            done = writers.iter().all(tokio::task::JoinHandle::is_finished);
        }
        for (feed, followed) in feeds.iter().zip(&followed) {
            let numbers: Vec<i64> = followed.iter().map(|event| event.seq).collect();
            assert_eq!(numbers, Vec::from_iter(1..=followed.len() as i64));
            assert_eq!(*followed, gateway.store.events_after(feed, 0, 10_000).await.unwrap());
        }
        let kinds = |followed: &[StoredEvent], kind: &str| followed.iter().filter(|e| e.kind == kind).count();
        assert_eq!(kinds(&followed[0], "varco.receipt.booked"), 160);
        assert_eq!(kinds(&followed[0], "varco.position.created"), 160);
        assert_eq!(kinds(&followed[0], "varco.position.published"), 0);
        assert_eq!(kinds(&followed[0], "varco.position.paid"), 160);
        assert_eq!(kinds(&followed[1], "varco.receipt.booked"), 80);
        let foreign = |event: &StoredEvent| event.subject.starts_with("notices/") && event.codes == "--";
        assert!(followed[1].iter().all(foreign), "the position and its codes are of the other institution");
    })
    .await;
}

/// Creates, pays, and lets another institution have a copy of every second receipt.
async fn write(gateway: Arc<Gateway>, writer: u64) {
    for round in 0..20 {
        let base = 1_000 + writer * 100 + round * 2;
        gateway.create_published(&with_options(&format!("f{base}"), &[payment_option(base)])).await;
        let copy = async {
            if round % 2 == 0 {
                let mut receipt = samples::receipt(&format!("c-{base}"), base, 10_000);
                receipt.recipient = FiscalCode::new(OTHER_EC).unwrap();
                let (raw, received_at) = (Bytes::from_static(b"<x/>"), samples::now());
                let booking =
                    BookReceipt { receipt, primitive: "paSendRTV2", raw, received_at, deliver_to: None };
                gateway.store.book_receipt(booking).await.unwrap();
            }
        };
        tokio::join!(book(&gateway, "f", base), copy);
    }
}

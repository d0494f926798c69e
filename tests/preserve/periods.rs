//! However clocks and exports fall, each receipt is in exactly one of the archives of periods that meet.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp, ToSpan};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use varco::preservation::{Period, continues};
use varco::store::{Preserved, Span, Store};

use super::archive::{Place, book, book_some, checked, text};
use crate::support::samples::{EC, ec, receipt};
use crate::support::trouble::Intruder;
use crate::support::{TestDatabase, on_both, world};

const MINUTE: i64 = 60;
const DAY: i64 = 24 * 60 * MINUTE;
const DAYS: i64 = 5;

/// A receipt that is booked so many seconds after the beginning, by an instance whose clock is that wrong.
#[derive(Clone, Debug)]
struct Arrival {
    at: i64,
    skew: i64,
}

#[derive(Clone, Debug)]
struct History {
    arrivals: Vec<Arrival>,
    /// The days with which periods begin, besides the first.
    cuts: Vec<i64>,
    /// How many seconds after it may be done each export is.
    delays: Vec<i64>,
}

fn histories() -> impl Strategy<Value = History> {
    // Half of them fall around midnight, where it matters.
    let anywhen = 0..DAYS * DAY;
    let midnight = (1..DAYS, -40 * MINUTE..70 * MINUTE).prop_map(|(day, by)| day * DAY + by);
    let at = prop_oneof![anywhen, midnight];
    let arrival = (at, -20 * MINUTE..20 * MINUTE).prop_map(|(at, skew)| Arrival { at, skew });
    let arrivals = prop::collection::vec(arrival, 1..30);
    let cuts = prop::collection::btree_set(1..DAYS, 0..DAYS as usize - 1);
    let delays = prop::collection::vec(0..3 * DAY, DAYS as usize);
    (arrivals, cuts, delays).prop_map(|(mut arrivals, cuts, delays)| {
        arrivals.sort_by_key(|arrival| arrival.at);
        History { arrivals, cuts: cuts.into_iter().collect(), delays }
    })
}

/// Midnight in Italy, before all that happens.
fn beginning() -> Timestamp {
    "2025-06-30T22:00:00Z".parse().unwrap()
}

fn after(seconds: i64) -> Timestamp {
    beginning() + SignedDuration::from_secs(seconds)
}

/// The receipts of a period by their messages, with where it begins and ends in the feed.
async fn preserved(store: &Store, period: &Period) -> (Vec<String>, i64, i64) {
    let (from, until) = period.instants();
    let (mut receipts, mut previous, mut last) = (Vec::new(), 0, 0);
    let mut take = |piece| {
        match piece {
            Preserved::Start(start) => (previous, last) = (start.previous, start.previous),
            Preserved::Event(event) => {
                last = event.seq;
                receipts.extend(event.message.map(|message| text(&message.raw)));
            }
            Preserved::Gap(..) => {}
            Preserved::Untold(receipt) => receipts.push(text(&receipt.message.raw)),
        }
        Ok(())
    };
    store.preserve(&Span { ec: ec(), from, until }, &mut take).await.unwrap();
    (receipts, previous, last)
}

/// Books what arrives and exports each period when its time comes.
async fn played(store: &Store, history: &History) -> Result<(), TestCaseError> {
    let first_day = "2025-07-01".parse::<jiff::civil::Date>().unwrap();
    let mut begins: Vec<i64> = vec![-1];
    begins.extend(&history.cuts);
    let mut exports = Vec::new();
    for (place, begin) in begins.iter().enumerate() {
        let end = begins.get(place + 1).copied().unwrap_or(DAYS + 2);
        let period = Period::new(first_day + begin.days(), first_day + (end - 1).days()).unwrap();
        let when = end * DAY + 60 * MINUTE + history.delays[place % history.delays.len()];
        prop_assert!(period.is_over(after(when)));
        exports.push((when, period));
    }
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    let mut ends = BTreeMap::new();
    let mut arrivals = history.arrivals.iter().enumerate().peekable();
    exports.sort_by_key(|(when, period)| (*when, period.first()));
    for (when, period) in &exports {
        while let Some((number, arrival)) = arrivals.next_if(|(_, arrival)| arrival.at < *when) {
            let at = after(arrival.at + arrival.skew).to_string();
            book(store, receipt(&format!("r{number}"), 9, 100), &at).await;
        }
        let (receipts, previous, last) = preserved(store, period).await;
        receipts.into_iter().for_each(|receipt| *times.entry(receipt).or_default() += 1);
        ends.insert(period.first(), (previous, last));
    }
    prop_assert_eq!(times.len(), history.arrivals.len(), "no receipt is left out");
    prop_assert!(times.values().all(|times| *times == 1), "none is in two");
    let ends: Vec<_> = ends.into_values().collect();
    prop_assert!(
        ends.windows(2).all(|pair| pair[0].1 == pair[1].0),
        "each continues the one before: {ends:?}"
    );
    Ok(())
}

fn hold_for(cases: u32, database: fn() -> TestDatabase) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let mut runner = TestRunner::new(Config {
        cases,
        max_shrink_iters: 40,
        failure_persistence: None,
        ..Config::default()
    });
    let held = runner.run(&histories(), |history| {
        runtime.block_on(async {
            let database = database();
            let store = database.store().await;
            world::seed(&store).await;
            let held = played(&store, &history).await;
            store.close().await;
            held
        })
    });
    held.unwrap();
}

#[test]
fn no_receipt_is_left_out_and_none_is_in_two_archives() {
    hold_for(48, TestDatabase::sqlite);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_receipt_is_left_out_and_none_is_in_two_archives_on_a_server_either() {
    let skewed = |at, skew| Arrival { at, skew };
    let history = History {
        arrivals: vec![
            skewed(DAY - 600, 900),
            skewed(DAY - 300, 0),
            skewed(DAY + 5, -60),
            skewed(DAY + 60, 0),
            skewed(2 * DAY + 1000, -1100),
            skewed(3 * DAY, 0),
        ],
        cuts: vec![1, 2],
        delays: vec![0, DAY],
    };
    on_both(|database| {
        let history = history.clone();
        async move {
            let store = database.store().await;
            world::seed(&store).await;
            played(&store, &history).await.unwrap();
        }
    })
    .await;
}

/// A receipt as a version before events would have booked it, beside a newer one.
const UNTOLD: &str = "INSERT INTO receipt (ec, receipt_key, receipt_id, notice_number, issuer, creditor_reference, \
    class, settles, executed, stand_in, amount, psp, psp_name, channel, broker, station, primitive, received_at, raw) \
    SELECT ec, 'old', 'old', notice_number, issuer, creditor_reference, class, FALSE, executed, stand_in, amount, psp, \
    psp_name, channel, broker, station, primitive, received_at, raw FROM receipt \
    WHERE receipt_id = 'r5'";

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_of_which_no_event_tells_is_in_the_archive_of_when_it_came() {
    on_both(|database| async move {
        let place = Place::new(database).await;
        let mut intruder = Intruder::enter(&place.database).await;
        book_some(&place.store).await;
        intruder.run(UNTOLD).await;
        let (january, february) = (
            place.export("2026-01-01", "2026-01-31", "1.zip"),
            place.export("2026-02-01", "2026-02-28", "2.zip"),
        );
        assert_eq!(checked(&january).1.unwrap().receipts, 4);
        let (findings, summary) = checked(&february);
        assert_eq!((findings, summary.unwrap().receipts), (vec![], 3), "{}", place.engine);
        assert!(place.preserve(&["verify", "--against", "1.zip", "2.zip"]).status.success());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn archives_go_on_over_the_numbers_that_a_restored_database_left_out() {
    on_both(|database| async move {
        let place = Place::new(database).await;
        let mut intruder = Intruder::enter(&place.database).await;
        book_some(&place.store).await;
        let before = checked(&place.export("2026-01-01", "2026-03-31", "1.zip")).1.unwrap();
        intruder.run("INSERT INTO event_gap SELECT feed, last, last + 1000, 1 FROM event_head").await;
        intruder.run("UPDATE event_head SET last = last + 1000").await;
        book(&place.store, receipt("after", 9, 100), "2026-05-01T00:00:00Z").await;
        let (findings, after) = checked(&place.export("2026-04-01", "2026-06-30", "2.zip"));
        assert_eq!(findings, Vec::<String>::new(), "{}", place.engine);
        let after = after.unwrap();
        assert_eq!(continues(&before, &after), Ok(()));
        assert!(after.last.seq > before.last.seq + 1000 && after.receipts == 1, "{after:?}");
        let third = place.export("2026-05-02", "2026-06-30", "3.zip");
        let missing = continues(&before, &checked(&third).1.unwrap()).unwrap_err();
        assert!(missing.contains("are missing"), "{missing}");
        let (from, to) = ("2026-01-01", "2026-01-31");
        let other = place.preserve(&[
            "export",
            "--organization",
            world::OTHER_EC,
            "--from",
            from,
            "--to",
            to,
            "o.zip",
        ]);
        assert!(other.status.success(), "{EC} and another have each their own");
        assert_eq!(place.preserve(&["verify", "1.zip", "o.zip"]).status.code(), Some(1));
    })
    .await;
}

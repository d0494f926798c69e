//! One position for one demand, however many ask at once.

use bytes::Bytes;
use jiff::{Timestamp, ToSpan};
use varco::domain::catalogue::ids::ServiceId;
use varco::domain::fiscal_code::FiscalCode;
use varco::domain::ids::Iupd;
use varco::domain::notice_number::NoticeNumber;
use varco::domain::position::{History, OptionShape, Position};
use varco::store::{BookReceipt, CreateError, Demand, DemandQuery, Ordered, Store};

use crate::support::samples::{EC, notice, now, option, position, receipt};
use crate::support::{on_both, world};

/// The demand of that digest, asked for at an instant; one of an hour before is another.
pub fn demand(digest: u8, at: Timestamp) -> Demand {
    Demand {
        digest: [digest; 32],
        service: ServiceId::new("00001").unwrap(),
        inputs: format!("{{\"plate\":\"AB{digest:03}CD\"}}"),
        at,
        same_since: at - 1.hour(),
    }
}

/// A position made on demand, whose notice has that base.
pub fn made(base: u64) -> Position {
    position(&format!("od-{base}"), vec![option(1, OptionShape::Single, vec![notice(base, 12_34)])])
}

fn number(ordered: &Ordered) -> NoticeNumber {
    match ordered {
        Ordered::Now(position) | Ordered::Before(position) => position.notices().next().unwrap().number,
    }
}

/// Iupds and notices of what the creditor was asked for, the latest first.
pub async fn demands(store: &Store) -> Vec<(String, Option<String>)> {
    let query = DemandQuery { ec: FiscalCode::new(EC).unwrap(), notice: None, after: None, limit: 100 };
    let (listed, next) = store.demands(&query).await.unwrap();
    assert_eq!(next, None);
    listed.into_iter().map(|one| (one.iupd, one.notice)).collect()
}

/// Books the receipt of the notice of that base.
pub async fn pay(store: &Store, base: u64) {
    let receipt = receipt(&format!("r{base}"), base, 12_34);
    let raw = Bytes::from_static(b"<receipt/>");
    let booking = BookReceipt { receipt, primitive: "paSendRTV2", raw, received_at: now(), deliver_to: None };
    store.book_receipt(booking).await.unwrap();
}

#[tokio::test]
async fn twenty_who_ask_the_same_at_once_make_one_position() {
    on_both(async |database| {
        let (store, other) = (database.store().await, database.store().await);
        world::seed(&store).await;
        let mut asking = tokio::task::JoinSet::new();
        for base in 1..=20 {
            // Two instances of the gateway.
            let store = if base % 2 == 0 { store.clone() } else { other.clone() };
            asking.spawn(async move { store.order_once(&demand(7, now()), &made(base)).await.unwrap() });
        }
        let answers = asking.join_all().await;
        let first: Vec<_> = answers.iter().filter(|one| matches!(one, Ordered::Now(_))).collect();
        assert_eq!(first.len(), 1, "{}", database.engine);
        let numbers: Vec<_> = answers.iter().map(number).collect();
        assert!(numbers.iter().all(|one| *one == numbers[0]), "{} {numbers:?}", database.engine);
        let listed = demands(&store).await;
        assert_eq!(listed.len(), 1);
        let iupd = Iupd::new(&listed[0].0).unwrap();
        let stored = store.position(&FiscalCode::new(EC).unwrap(), &iupd).await.unwrap().unwrap();
        assert_eq!(stored.notices().next().unwrap().number, numbers[0]);
        for base in 1..=20 {
            let other = made(base);
            let is_it = other.iupd == stored.iupd;
            assert_eq!(store.position(&other.ec, &other.iupd).await.unwrap().is_some(), is_it);
        }
    })
    .await;
}

/// A position that can be paid from the instant on at which it is asked for, as the desk makes them.
fn made_at(base: u64, at: Timestamp) -> Position {
    let mut position = made(base);
    position.options[0].valid_from = Some(at);
    position.history = History { created_at: at, updated_at: at, published_at: Some(at), ..position.history };
    position
}

#[tokio::test]
async fn who_asked_first_and_is_served_last_is_given_the_same_notice() {
    on_both(async |database| {
        let store = database.store().await;
        world::seed(&store).await;
        // A calculator was slow for the first, or the clocks of two instances differ.
        let (first, second) = (now(), now() + 400.milliseconds());
        let made = store.order_once(&demand(7, second), &made_at(2, second)).await.unwrap();
        assert!(matches!(made, Ordered::Now(_)));
        let found = store.ordered_before(&demand(7, first)).await.unwrap();
        assert_eq!(found.map(|found| found.iupd), Some(made_at(2, second).iupd), "{}", database.engine);
        let late = store.order_once(&demand(7, first), &made_at(1, first)).await.unwrap();
        assert!(matches!(late, Ordered::Before(_)), "{}", database.engine);
        assert_eq!(number(&late), number(&made));
        assert_eq!(demands(&store).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn the_same_again_is_another_demand_when_the_window_is_over() {
    on_both(async |database| {
        let store = database.store().await;
        world::seed(&store).await;
        assert_eq!(store.ordered_before(&demand(7, now())).await.unwrap(), None);
        let first = store.order_once(&demand(7, now()), &made(1)).await.unwrap();
        let almost = demand(7, now() + 1.hour() - 1.microsecond());
        assert_eq!(store.ordered_before(&almost).await.unwrap().unwrap().iupd.as_str(), "od-1");
        let Ordered::Before(before) = store.order_once(&almost, &made(2)).await.unwrap() else {
            panic!("it is the same demand")
        };
        assert_eq!(Some(&before), store.position(&before.ec, &before.iupd).await.unwrap().as_ref());
        assert_eq!(before.notices().next().unwrap().number, number(&first));

        let over = demand(7, now() + 1.hour());
        assert_eq!(store.ordered_before(&over).await.unwrap(), None);
        assert!(matches!(store.order_once(&over, &made(3)).await.unwrap(), Ordered::Now(_)));
        assert!(matches!(store.order_once(&over, &made(4)).await.unwrap(), Ordered::Before(_)));
        let listed = demands(&store).await;
        assert_eq!(listed.iter().map(|one| one.0.as_str()).collect::<Vec<_>>(), ["od-3", "od-1"]);
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_paid_any_more_is_no_answer_to_the_next_demand() {
    on_both(async |database| {
        let store = database.store().await;
        world::seed(&store).await;
        // Paid.
        store.order_once(&demand(1, now()), &made(1)).await.unwrap();
        pay(&store, 1).await;
        assert!(matches!(store.order_once(&demand(1, now()), &made(11)).await.unwrap(), Ordered::Now(_)));
        // Cancelled.
        store.order_once(&demand(2, now()), &made(2)).await.unwrap();
        let (ec, iupd) = (made(2).ec, made(2).iupd);
        let cancel = |position: &mut Position| {
            position.history.invalidated_at = Some(now());
            Ok::<_, ()>(())
        };
        store.change_position(&ec, &iupd, cancel).await.unwrap().unwrap().unwrap();
        assert_eq!(store.ordered_before(&demand(2, now())).await.unwrap(), None);
        assert!(matches!(store.order_once(&demand(2, now()), &made(12)).await.unwrap(), Ordered::Now(_)));
        // Expired, and deleted.
        for (digest, base, gone) in [(3, 3, false), (4, 4, true)] {
            let mut soon = made(base);
            soon.options[0].notices[0].due = now() + 1.minute();
            store.order_once(&demand(digest, now()), &soon).await.unwrap();
            if gone {
                store.delete_position(&soon.ec, &soon.iupd, now(), |_| Ok::<_, ()>(())).await.unwrap();
            }
            let later = demand(digest, now() + 2.minutes());
            assert_eq!(store.ordered_before(&later).await.unwrap(), None);
            let again = store.order_once(&later, &made(base + 10)).await.unwrap();
            assert!(matches!(again, Ordered::Now(_)), "{}", database.engine);
        }
        // What was asked for is kept with what was made for it, and goes with it.
        let listed: Vec<_> = demands(&store).await.into_iter().map(|one| one.0).collect();
        assert_eq!(listed, ["od-14", "od-13", "od-3", "od-2", "od-12", "od-11", "od-1"]);
    })
    .await;
}

#[tokio::test]
async fn a_number_that_was_in_the_world_before_is_taken_and_nothing_is_written() {
    on_both(async |database| {
        let store = database.store().await;
        world::seed(&store).await;
        store.create_position(&made(1)).await.unwrap();
        let mut again = made(1);
        again.iupd = Iupd::new("od-2").unwrap();
        let refused = store.order_once(&demand(7, now()), &again).await.unwrap_err();
        assert!(matches!(refused, CreateError::NoticeTaken(_)), "{refused}");
        let mut named = made(3);
        named.iupd = made(1).iupd;
        let refused = store.order_once(&demand(7, now()), &named).await.unwrap_err();
        assert!(matches!(refused, CreateError::IupdTaken), "{refused}");
        store.delete_position(&made(1).ec, &made(1).iupd, now(), |_| Ok::<_, ()>(())).await.unwrap();
        let refused = store.order_once(&demand(7, now()), &again).await.unwrap_err();
        assert!(matches!(refused, CreateError::NoticeTaken(_)), "a number is never used twice: {refused}");
        assert_eq!(demands(&store).await, []);
        assert!(matches!(store.order_once(&demand(7, now()), &made(5)).await.unwrap(), Ordered::Now(_)));
    })
    .await;
}

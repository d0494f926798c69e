//! What nobody pays in time goes again, with what was filled in for it; what is paid stays.

use jiff::{Timestamp, ToSpan};
use varco::domain::hold::HoldPolicy;
use varco::domain::position::AfterDue;
use varco::domain::receipt::ReceiptClass;
use varco::store::{BookReceipt, Purge, Store};

use crate::once::{demand, demands, made, pay};
use crate::support::samples::{now, receipt};
use crate::support::{on_both, world};

async fn purge(store: &Store, now: Timestamp) -> (usize, usize) {
    let hold = HoldPolicy::lasting(std::time::Duration::from_secs(1800));
    let purge = Purge { expired_by: now - 720.hours(), hold, now };
    store.purge_demands(&purge, 100).await.unwrap()
}

fn names(listed: Vec<(String, Option<String>)>) -> Vec<String> {
    listed.into_iter().map(|one| one.0).collect()
}

#[tokio::test]
async fn what_expired_long_ago_unpaid_is_deleted_and_nothing_else() {
    on_both(async |database| {
        let store = database.store().await;
        world::seed(&store).await;
        let due = now() + 1.hour();
        for base in 1..=6 {
            let mut position = made(base);
            position.options[0].notices[0].due = if base == 2 { due + 1.hour() } else { due };
            if base == 4 {
                position.options[0].after_due = AfterDue::StaysPayable;
            }
            let digest = u8::try_from(base).unwrap();
            store.order_once(&demand(digest, now()), &position).await.unwrap();
        }
        pay(&store, 3).await;
        // Of the creditor's own positions none goes, however long ago it expired.
        let mut own = made(9);
        own.options[0].notices[0].due = due;
        store.create_position(&own).await.unwrap();
        let cancel = |position: &mut varco::domain::position::Position| {
            position.history.invalidated_at = Some(now());
            Ok::<_, ()>(())
        };
        store.change_position(&made(5).ec, &made(5).iupd, cancel).await.unwrap().unwrap().unwrap();

        assert_eq!(purge(&store, due + 720.hours() - 1.microsecond()).await, (0, 0));
        let long_after = due + 720.hours();
        // Somebody may be paying it at this very moment, by a clock that is slow.
        store.activate_notice(&made(6).ec, &made(6).notices().next().unwrap().number, now()).await.unwrap();
        assert_eq!(purge(&store, long_after).await, (5, 3), "{}", database.engine);
        assert_eq!(names(demands(&store).await), ["od-4", "od-3", "od-2"]);
        for (base, stays) in [(1, false), (2, true), (3, true), (4, true), (5, false), (6, false), (9, true)]
        {
            let position = made(base);
            let found = store.position(&position.ec, &position.iupd).await.unwrap();
            assert_eq!(found.is_some(), stays, "{} {base}", database.engine);
        }
        assert_eq!(purge(&store, long_after).await, (0, 0), "what stays is not looked at again");
        assert_eq!(purge(&store, long_after + 1.hour()).await, (1, 1), "the one that was due later");
    })
    .await;
}

#[tokio::test]
async fn one_that_may_be_being_paid_waits_for_the_end_of_that() {
    on_both(async |database| {
        let store = database.store().await;
        world::seed(&store).await;
        let mut position = made(1);
        position.options[0].notices[0].due = now() + 1.hour();
        store.order_once(&demand(1, now()), &position).await.unwrap();
        let long_after = now() + 721.hours();
        store
            .activate_notice(&position.ec, &position.notices().next().unwrap().number, long_after)
            .await
            .unwrap();
        assert_eq!(purge(&store, long_after).await, (1, 0), "{}", database.engine);
        assert_eq!(purge(&store, long_after).await, (0, 0));
        let over = long_after + 30.minutes();
        assert_eq!(purge(&store, over + 720.hours()).await, (1, 1));
    })
    .await;
}

#[tokio::test]
async fn a_receipt_that_comes_after_the_purge_is_booked_as_that_of_an_unknown_notice() {
    on_both(async |database| {
        let store = database.store().await;
        world::seed(&store).await;
        let mut position = made(1);
        position.options[0].notices[0].due = now() + 1.hour();
        store.order_once(&demand(1, now()), &position).await.unwrap();
        assert_eq!(purge(&store, now() + 721.hours()).await, (1, 1));
        let raw = bytes::Bytes::from_static(b"<receipt/>");
        let receipt = receipt("late", 1, 12_34);
        let booking = BookReceipt {
            receipt,
            primitive: "paSendRTV2",
            raw,
            received_at: now() + 722.hours(),
            deliver_to: None,
        };
        assert_eq!(store.book_receipt(booking).await.unwrap().class, ReceiptClass::UnknownNotice);
        // Its number is never given out again.
        let mut again = made(1);
        again.options[0].notices[0].due = now() + 9_000.hours();
        assert!(store.order_once(&demand(1, now() + 722.hours()), &again).await.is_err());
    })
    .await;
}

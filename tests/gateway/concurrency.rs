//! Deliveries that overlap: booked once each, settled once each notice, whatever the order.

use std::sync::Arc;

use varco::domain::position::OptionShape;

use crate::support::TestDatabase;
use crate::support::gateway::TestGateway;
use crate::support::messages::{Paid, about, paid};
use crate::support::samples::{EC, notice, option, position};

/// Runs a test on a gateway over each engine, with real threads.
async fn in_parallel<F: Future<Output = ()>>(test: impl Fn(Arc<TestGateway>) -> F) {
    for database in [TestDatabase::sqlite(), TestDatabase::postgres().await] {
        let gateway = Arc::new(TestGateway::start(database).await);
        test(Arc::clone(&gateway)).await;
        Arc::into_inner(gateway).expect("every task has ended").end().await;
    }
}

/// Delivers all receipts at the same time; every one must be answered OK.
async fn deliver(gateway: &Arc<TestGateway>, receipts: impl IntoIterator<Item = Paid>) {
    let tasks: Vec<_> = receipts
        .into_iter()
        .map(|receipt| {
            let gateway = Arc::clone(gateway);
            tokio::spawn(async move { gateway.settle(&receipt).await })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
}

async fn count(gateway: &TestGateway, base: u64, class: &str) -> usize {
    gateway.classes(base).await.iter().filter(|(_, of)| of == class).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_deliveries_of_one_receipt_are_booked_once() {
    in_parallel(|gateway| async move {
        gateway.owe(1, 100).await;
        deliver(&gateway, vec![paid("known", 1, 100); 50]).await;
        assert_eq!(gateway.classes(1).await, [("known".to_owned(), "matched".to_owned())]);
        deliver(&gateway, vec![paid("unknown", 2, 100); 50]).await;
        assert_eq!(gateway.classes(2).await, [("unknown".to_owned(), "unknown_notice".to_owned())]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_receipts_on_one_notice_one_settles_and_one_is_an_over_payment() {
    in_parallel(|gateway| async move {
        for base in 1..=20 {
            gateway.owe(base, 100).await;
        }
        let rivals = (1..=20).flat_map(|base| ["a", "b"].map(|id| paid(format!("{id}{base}"), base, 100)));
        deliver(&gateway, rivals).await;
        for base in 21..=40 {
            gateway.owe(base, 100).await;
            deliver(&gateway, ["a", "b"].map(|id| paid(format!("{id}{base}"), base, 100))).await;
        }
        for base in 1..=40 {
            let found = (count(&gateway, base, "matched").await, count(&gateway, base, "over_payment").await);
            assert_eq!(found, (1, 1), "{} notice {base}", gateway.engine);
        }
    })
    .await;
}

/// Two tabs: the whole sum in one, the first instalment in the other.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_options_paid_at_once_the_second_is_a_conflict() {
    in_parallel(|gateway| async move {
        for base in (10..=100).step_by(10) {
            let plan = option(1, OptionShape::Plan, vec![notice(base, 50), notice(base + 1, 50)]);
            let whole = option(2, OptionShape::Single, vec![notice(base + 2, 100)]);
            gateway.create(position(&format!("p{base}"), vec![plan, whole])).await;
        }
        for base in (10..=100).step_by(10) {
            // A pair at a time, so that two writers get one each instead of one batch of all.
            deliver(&gateway, [paid(format!("i{base}"), base, 50), paid(format!("w{base}"), base + 2, 100)])
                .await;
        }
        for base in (10..=100).step_by(10) {
            let mut classes = gateway.classes(base).await;
            classes.extend(gateway.classes(base + 2).await);
            let mut classes: Vec<_> = classes.into_iter().map(|(_, class)| class).collect();
            classes.sort_unstable();
            assert_eq!(classes, ["matched", "sibling_conflict"], "{} position {base}", gateway.engine);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_instalments_of_a_plan_paid_at_once_all_match() {
    in_parallel(|gateway| async move {
        let notices = (1..=10).map(|base| notice(base, 10)).collect();
        gateway.create(position("plan", vec![option(1, OptionShape::Plan, notices)])).await;
        deliver(&gateway, (1..=10).map(|base| paid(format!("r{base}"), base, 10))).await;
        for base in 1..=10 {
            assert_eq!(count(&gateway, base, "matched").await, 1, "{} instalment {base}", gateway.engine);
        }
    })
    .await;
}

/// Gets that race with the receipt say OK or paid; from the moment that the receipt is answered, paid.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_get_is_ok_after_the_receipt_was_answered() {
    in_parallel(|gateway| async move {
        for base in 1..=10 {
            gateway.owe(base, 100).await;
            let asking: Vec<_> = (0..4)
                .map(|_| {
                    let gateway = Arc::clone(&gateway);
                    tokio::spawn(async move { gateway.codes(&about(base)).await })
                })
                .collect();
            gateway.settle(&paid(format!("r{base}"), base, 100)).await;
            assert_eq!(gateway.codes(&about(base)).await, ["PAA_PAGAMENTO_DUPLICATO"; 3]);
            for task in asking {
                let codes = task.await.unwrap();
                let first_paid = codes.iter().position(|code| code == "PAA_PAGAMENTO_DUPLICATO").unwrap_or(3);
                assert!(codes[..first_paid].iter().all(|code| code == "OK"), "{codes:?}");
                assert!(codes[first_paid..].iter().all(|code| code != "OK"), "paid, then not: {codes:?}");
            }
        }
    })
    .await;
}

/// Copies for the issuer and for another beneficiary, retries of both, all at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_copies_of_a_receipt_do_not_disturb_each_other() {
    in_parallel(|gateway| async move {
        gateway.owe(1, 100).await;
        let primary = paid("r1", 1, 100);
        let other = crate::support::world::OTHER_EC.to_owned();
        let copy = Paid { recipient: other.clone(), ..primary.clone() };
        deliver(&gateway, (0..40).map(|n| if n % 2 == 0 { primary.clone() } else { copy.clone() })).await;
        let classes = |receipts: Vec<varco::store::StoredReceipt>| {
            receipts.into_iter().map(|receipt| receipt.class).collect::<Vec<_>>()
        };
        assert_eq!(classes(gateway.receipts(EC, &primary.notice).await), ["matched"]);
        assert_eq!(classes(gateway.receipts(&other, &primary.notice).await), ["secondary_beneficiary"]);
    })
    .await;
}

/// Different payments under one receipt id at once: one is booked, and none of the others is lost.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn rivals_for_one_receipt_id_are_all_kept() {
    in_parallel(async |gateway| {
        for round in 0..5_u64 {
            let rival = |n| paid(format!("rival-{round}"), 1000 + round * 10 + n, 100);
            deliver(&gateway, (0..8_u64).map(rival)).await;
        }
        let kept = gateway.store().unbooked().await.unwrap();
        assert_eq!(kept.len(), 5 * 7, "{}", gateway.engine);
    })
    .await;
}

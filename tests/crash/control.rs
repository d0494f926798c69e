//! The control: what the ordeal finds nothing wrong with must be found wanting once it is.

use bytes::Bytes;
use varco::domain::position::OptionShape;
use varco::store::{BookReceipt, StoredEvent};

use crate::follower::Follower;
use crate::support::feeds::{self, Facts, Faults};
use crate::support::{on_both, samples, world};

fn wrong(events: &[StoredEvent], facts: &Facts) -> (usize, usize, usize) {
    let Faults { missing, extra, disorder } = feeds::judge(events, facts);
    (missing.len(), extra.len(), disorder.len())
}

#[tokio::test]
async fn what_is_missing_told_twice_or_out_of_order_is_found() {
    on_both(|database| async move {
        let store = database.store().await;
        world::seed(&store).await;
        for base in 1..=3 {
            let option = samples::option(1, OptionShape::Single, vec![samples::notice(base, 100)]);
            store.create_position(&samples::position(&format!("P{base}"), vec![option])).await.unwrap();
            let receipt = samples::receipt(&format!("r{base}"), base, 100);
            let (primitive, raw, received_at) = ("paSendRTV2", Bytes::from_static(b"<x/>"), samples::now());
            store
                .book_receipt(BookReceipt { receipt, primitive, raw, received_at, deliver_to: None })
                .await
                .unwrap();
        }
        let (events, mut facts) = (feeds::events(&store, 0).await, feeds::facts(&database).await);
        assert_eq!(wrong(&events, &facts), (0, 0, 0));

        let booked = |event: &StoredEvent| event.kind == "varco.receipt.booked";
        let last = events.iter().rposition(booked).unwrap();
        let without = [&events[..last], &events[last + 1..]].concat();
        let (missing, extra, disorder) = wrong(&without, &facts);
        assert!(missing == 1 && extra == 0 && disorder > 0, "a gap: {missing} {extra} {disorder}");
        let twice = [&events[..=last], &events[last..]].concat();
        let (missing, extra, disorder) = wrong(&twice, &facts);
        assert!(missing == 0 && extra == 1 && disorder > 0, "twice: {missing} {extra} {disorder}");
        let mut swapped = events.clone();
        swapped.swap(last - 1, last);
        assert!(wrong(&swapped, &facts).2 > 0, "out of order");
        let mut changed = events.clone();
        changed[0].body = changed[0].body.replace("P1", "P2");
        assert!(wrong(&changed, &facts).2 > 0, "another body breaks the chain");

        let follower = Follower::default();
        follower.read.lock().unwrap().events = events.iter().map(|event| event.body.clone()).collect();
        assert_eq!(follower.compare(&events), (0, 0));
        assert_eq!(follower.compare(&events[..last]).1, events.len() - last, "it saw what is not there");
        follower.read.lock().unwrap().events.pop();
        assert_eq!(follower.compare(&events), (1, 0), "it missed one");

        facts.receipts.insert("r9".to_owned());
        facts.positions.insert("P9".to_owned(), 1);
        facts.positions.insert("P1".to_owned(), 9);
        assert_eq!(wrong(&events, &facts), (3, 0, 0), "nothing tells of them");
        facts.receipts.remove("r9");
        facts.positions.clear();
        assert_eq!(wrong(&events, &facts), (0, 3, 0), "they are told as if they were there");
        store.close().await;
    })
    .await;
}

//! Which receipts wait for a person.

use jiff::ToSpan;
use varco::domain::fiscal_code::FiscalCode;
use varco::domain::position::{OptionShape, Position};
use varco::domain::receipt::{PaidThrough, Receipt, ReceiptClass, ReceiptOutcome};
use varco::store::{Novelty, Store};

use crate::support::api::{Gateway, OTHER_EC, nav};
use crate::support::on_both;
use crate::support::samples::{notice, now, option, position, receipt};
use crate::{book, book_of, each, get, told};

fn single(base: u64, change: impl FnOnce(&mut Position)) -> Position {
    let option = option(1, OptionShape::Single, vec![notice(base, 100)]);
    let mut position = position(&format!("p{base}"), vec![option]);
    change(&mut position);
    position
}

/// Positions of 1.00 euro, some of which cannot be paid, and one with two options.
async fn owe(store: &Store) {
    let either = [
        option(1, OptionShape::Single, vec![notice(20, 100)]),
        option(2, OptionShape::Single, vec![notice(21, 100)]),
    ];
    for position in [
        single(1, |_| {}),
        single(2, |_| {}),
        single(3, |_| {}),
        single(4, |p| p.history.invalidated_at = Some(now() - 1.minute())),
        single(5, |p| p.options[0].notices[0].due = now() - 1.hour()),
        single(6, |p| p.history.published_at = None),
        single(7, |_| {}),
        position("either", either.into()),
    ] {
        store.create_position(&position).await.unwrap();
    }
}

#[tokio::test]
async fn every_class_that_does_not_fit_opens_an_anomaly_and_no_other_does() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        let store = &gateway.store;
        owe(store).await;
        book_of(store, ReceiptClass::Matched, receipt("matched", 1, 100)).await;
        let archived = Receipt { stand_in: PaidThrough::StandIn, ..receipt("stand_in", 2, 100) };
        book_of(store, ReceiptClass::StandIn, archived).await;
        let copy = Receipt { issuer: FiscalCode::new(OTHER_EC).unwrap(), ..receipt("copy", 2, 100) };
        book_of(store, ReceiptClass::SecondaryBeneficiary, copy).await;
        assert_eq!(each(&get(&gateway, "anomalies").await["anomalies"], "kind"), [""; 0]);

        book_of(store, ReceiptClass::AmountDiffers, receipt("amount_differs", 3, 99)).await;
        let archived = Receipt { stand_in: PaidThrough::StandIn, ..receipt("over_payment", 1, 100) };
        book_of(store, ReceiptClass::OverPayment, archived).await;
        book_of(store, ReceiptClass::Matched, receipt("first", 20, 100)).await;
        book_of(store, ReceiptClass::SiblingConflict, receipt("sibling_conflict", 21, 100)).await;
        book_of(store, ReceiptClass::Cancelled, receipt("cancelled", 4, 100)).await;
        book_of(store, ReceiptClass::Expired, receipt("expired", 5, 100)).await;
        book_of(store, ReceiptClass::NotYetPayable, receipt("not_yet_payable", 6, 100)).await;
        book_of(store, ReceiptClass::UnknownNotice, receipt("unknown_notice", 99, 100)).await;
        let nothing = Receipt { outcome: ReceiptOutcome::NotExecuted, ..receipt("not_executed", 7, 100) };
        book_of(store, ReceiptClass::NotExecuted, nothing).await;

        let open = get(&gateway, "anomalies").await["anomalies"].clone();
        let mut kinds = each(&open, "kind");
        kinds.sort_unstable();
        let expected = [
            "amount_differs",
            "cancelled",
            "expired",
            "not_executed",
            "not_yet_payable",
            "over_payment",
            "sibling_conflict",
            "unknown_notice",
        ];
        assert_eq!(kinds, expected);
        for one in open.as_array().unwrap() {
            assert_eq!(one["kind"], one["receiptId"], "each is about its receipt");
            assert_eq!((&one["state"], &one["openedAt"]), (&"open".into(), &"2026-11-22T10:00:00Z".into()));
            let facts = get(&gateway, &format!("receipts/{}", one["receiptId"].as_str().unwrap())).await;
            assert_eq!((&facts["class"], &facts["anomalies"][0]), (&one["kind"], one));
        }
        let told = told(store).await;
        let mut kinds: Vec<&str> =
            told.iter().map(|(_, event)| event["data"]["kind"].as_str().unwrap()).collect();
        kinds.sort_unstable();
        assert_eq!(kinds, expected, "each is told once");
        for (kind, event) in &told {
            assert_eq!(kind, "opened");
            assert_eq!(event["data"]["receiptId"], event["data"]["kind"]);
            let id = event["data"]["anomalyId"].as_str().unwrap();
            assert_eq!(event["subject"], format!("anomalies/{id}"));
        }
        let flags = get(&gateway, "receipts/over_payment").await;
        assert_eq!(flags["standIn"], true, "the flag stays beside the class");
        assert_eq!(store.ledger_check().await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn a_receipt_that_comes_again_opens_nothing_more_and_another_payment_under_its_id_does() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        let store = &gateway.store;
        for _ in 0..3 {
            book(store, receipt("r1", 1, 100)).await;
        }
        for _ in 0..2 {
            let raw = "<another/>".to_owned();
            let booked = crate::book_as(store, receipt("r1", 1, 200), raw, now() + 1.second()).await;
            assert_eq!(booked.novelty, Novelty::Conflicting);
        }
        let open = get(&gateway, "anomalies").await["anomalies"].clone();
        assert_eq!(each(&open, "kind"), ["unknown_notice", "unbooked_message"]);
        let conflict = &open[1];
        assert_eq!((&conflict["receiptId"], &conflict["amount"]), (&"r1".into(), &100.into()));
        assert_eq!(conflict["noticeNumber"], nav(1));
        assert_eq!(conflict["message"]["reason"], "conflicting_receipt");
        let path = format!("anomalies/{}/message", conflict["anomalyId"].as_str().unwrap());
        let (_, _, message) = crate::bytes(&gateway, &path, "*/*").await;
        assert_eq!(&message[..], b"<another/>");
        assert_eq!(told(store).await.len(), 2);
    })
    .await;
}

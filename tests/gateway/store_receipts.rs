//! A receipt is booked once, whatever else the notice has seen, and never fails its neighbours.

use bytes::Bytes;
use jiff::ToSpan;
use varco::domain::event::Feed;
use varco::domain::fiscal_code::FiscalCode;
use varco::domain::position::OptionShape;
use varco::domain::receipt::{Receipt, ReceiptClass};
use varco::domain::status::{Status, status};
use varco::store::{BookReceipt, Booked, Novelty, Store};

use crate::support::samples::{ec, notice, notice_number, now, option, position, receipt};
use crate::support::world::OTHER_EC;
use crate::support::{TestDatabase, on_both};

fn booking(receipt: Receipt) -> BookReceipt {
    BookReceipt {
        receipt,
        primitive: "paSendRTV2",
        raw: Bytes::from_static(b"<raw/>"),
        received_at: now(),
        deliver_to: None,
    }
}

async fn book(store: &Store, receipt: Receipt) -> Booked {
    store.book_receipt(booking(receipt)).await.expect("it is booked")
}

fn new(class: ReceiptClass) -> Booked {
    Booked { class, novelty: Novelty::New }
}

async fn with_plan_and_single(database: &TestDatabase) -> Store {
    let store = database.store().await;
    let plan = option(1, OptionShape::Plan, vec![notice(1, 2500), notice(2, 5000)]);
    let single = option(2, OptionShape::Single, vec![notice(3, 7500)]);
    store.create_position(&position("TARI", vec![plan, single])).await.unwrap();
    store
}

#[tokio::test]
async fn the_same_receipt_again_changes_nothing() {
    on_both(|database| async move {
        let store = with_plan_and_single(&database).await;
        assert_eq!(book(&store, receipt("r1", 1, 2500)).await, new(ReceiptClass::Matched));
        let again = book(&store, receipt("r1", 1, 2500)).await;
        assert_eq!(again, Booked { class: ReceiptClass::Matched, novelty: Novelty::AlreadyBooked });
        assert_eq!(store.receipts_of_notice(&ec(), &notice_number(1)).await.unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn instalments_stay_payable_and_other_options_close() {
    on_both(|database| async move {
        let store = with_plan_and_single(&database).await;
        book(&store, receipt("r1", 1, 2500)).await;
        let iupd = position("TARI", vec![]).iupd;
        let read = store.position(&ec(), &iupd).await.unwrap().unwrap();
        assert_eq!(status(&read, now()), Status::PartiallyPaid);
        assert_eq!(read.history.version, 2);
        assert_eq!(book(&store, receipt("r3", 3, 7500)).await, new(ReceiptClass::SiblingConflict));
        // The instalment is money for the creditor all the same, and is now in conflict with the single payment.
        assert_eq!(book(&store, receipt("r2", 2, 5000)).await, new(ReceiptClass::SiblingConflict));
        let read = store.position(&ec(), &iupd).await.unwrap().unwrap();
        assert_eq!(status(&read, now()), Status::Paid);
    })
    .await;
}

#[tokio::test]
async fn every_receipt_is_kept_and_classed() {
    on_both(|database| async move {
        let store = with_plan_and_single(&database).await;
        assert_eq!(book(&store, receipt("r1", 1, 2400)).await, new(ReceiptClass::AmountDiffers));
        assert_eq!(book(&store, receipt("r1b", 1, 2500)).await, new(ReceiptClass::OverPayment));
        assert_eq!(book(&store, receipt("r9", 9, 100)).await, new(ReceiptClass::UnknownNotice));
        let issuer = FiscalCode::new("99999999999").unwrap();
        let copy = Receipt { issuer, ..receipt("r8", 2, 5000) };
        assert_eq!(book(&store, copy).await, new(ReceiptClass::SecondaryBeneficiary));
        let mut late = receipt("r2", 2, 5000);
        late.payment.paid_at = None;
        let late = BookReceipt { received_at: now() + 721.hours(), ..booking(late) };
        assert_eq!(store.book_receipt(late).await.unwrap(), new(ReceiptClass::Expired));
        let huge = "x".repeat(5000);
        assert_eq!(book(&store, receipt(&huge, 9, 100)).await, new(ReceiptClass::UnknownNotice));
        assert_eq!(book(&store, receipt(&huge, 9, 100)).await.novelty, Novelty::AlreadyBooked);
        let mut twice = receipt("r7", 9, 100);
        twice.transfers.push(twice.transfers[0].clone());
        assert_eq!(book(&store, twice).await, new(ReceiptClass::UnknownNotice));
    })
    .await;
}

#[tokio::test]
async fn a_secondary_beneficiary_is_not_told_how_the_creditor_names_its_position() {
    on_both(|database| async move {
        let store = with_plan_and_single(&database).await;
        let recipient = FiscalCode::new(OTHER_EC).unwrap();
        let copy = Receipt { recipient: recipient.clone(), ..receipt("r1", 1, 2500) };
        assert_eq!(book(&store, copy).await, new(ReceiptClass::SecondaryBeneficiary));
        let told = store.events_after(&Feed::Institution(recipient), 0, 9).await.unwrap();
        let told: Vec<(&str, &str)> =
            told.iter().map(|one| (one.kind.as_str(), one.subject.as_str())).collect();
        let subject = format!("notices/{}", notice_number(1));
        assert_eq!(told, [("varco.receipt.booked", subject.as_str())]);
    })
    .await;
}

#[tokio::test]
async fn parallel_deliveries_are_booked_once() {
    on_both(|database| async move {
        let store = with_plan_and_single(&database).await;
        let same = (0..50).map(|_| receipt("r1", 1, 2500));
        let unknown = (0..50).map(|_| receipt("r9", 9, 100));
        let rivals = (0..20).map(|n| receipt(&format!("r2-{n}"), 2, 5000));
        let tasks: Vec<_> = same
            .chain(unknown)
            .chain(rivals)
            .map(|receipt| {
                let store = store.clone();
                tokio::spawn(async move { (receipt.id.clone(), book(&store, receipt).await) })
            })
            .collect();
        let mut booked = Vec::new();
        for task in tasks {
            booked.push(task.await.unwrap());
        }
        let count = |id: &str, novelty| {
            booked.iter().filter(|(of, b)| of.as_str().starts_with(id) && b.novelty == novelty).count()
        };
        assert_eq!((count("r1", Novelty::New), count("r1", Novelty::AlreadyBooked)), (1, 49));
        assert_eq!((count("r9", Novelty::New), count("r9", Novelty::AlreadyBooked)), (1, 49));
        let rivals = store.receipts_of_notice(&ec(), &notice_number(2)).await.unwrap();
        assert_eq!(rivals.len(), 20, "{}", database.engine);
        let matched = rivals.iter().filter(|r| r.class == ReceiptClass::Matched.word()).count();
        let over = rivals.iter().filter(|r| r.class == ReceiptClass::OverPayment.word()).count();
        assert_eq!((matched, over), (1, 19), "{}", database.engine);
    })
    .await;
}

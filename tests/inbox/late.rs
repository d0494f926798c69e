//! A receipt of an unknown notice waits until its notice appears.

use jiff::ToSpan;
use varco::domain::position::{OptionShape, Position};
use varco::domain::receipt::{PaidThrough, Receipt, ReceiptClass};

use crate::support::api::{Gateway, nav};
use crate::support::on_both;
use crate::support::samples::{notice, now, option, position, receipt};
use crate::{book_of, each, get, told};

fn single(base: u64) -> Position {
    let mut position =
        position(&format!("p{base}"), vec![option(1, OptionShape::Single, vec![notice(base, 100)])]);
    position.history.updated_at = now() + 1.hour();
    position
}

#[tokio::test]
async fn what_waited_for_its_notice_closes_by_itself_and_what_then_does_not_fit_opens() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        let store = &gateway.store;
        book_of(store, ReceiptClass::UnknownNotice, receipt("first", 1, 100)).await;
        book_of(store, ReceiptClass::UnknownNotice, receipt("second", 1, 100)).await;
        book_of(store, ReceiptClass::UnknownNotice, receipt("wrong", 2, 90)).await;
        let archived = Receipt { stand_in: PaidThrough::StandIn, ..receipt("archived", 3, 100) };
        book_of(store, ReceiptClass::UnknownNotice, archived).await;
        book_of(store, ReceiptClass::UnknownNotice, receipt("elsewhere", 4, 100)).await;
        for base in [1, 2, 3] {
            store.create_position(&single(base)).await.unwrap();
        }
        let kind_and_receipt = async |state: &str| {
            let page = get(&gateway, &format!("anomalies?state={state}")).await["anomalies"].clone();
            let mut each: Vec<String> = each(&page, "kind")
                .iter()
                .zip(each(&page, "receiptId"))
                .map(|(kind, id)| format!("{kind} {id}"))
                .collect();
            each.sort_unstable();
            each
        };
        let open = ["amount_differs wrong", "over_payment second", "unknown_notice elsewhere"];
        assert_eq!(kind_and_receipt("open").await, open);
        let closed = [
            "unknown_notice archived",
            "unknown_notice first",
            "unknown_notice second",
            "unknown_notice wrong",
        ];
        assert_eq!(kind_and_receipt("resolved").await, closed);

        let of_first = get(&gateway, "anomalies?state=all&receiptId=first").await["anomalies"][0].clone();
        assert_eq!((&of_first["state"], &of_first["resolution"]), (&"resolved".into(), &"linked".into()));
        assert_eq!(of_first["noticeNumber"], nav(1));
        let detail = get(&gateway, &format!("anomalies/{}", of_first["anomalyId"].as_str().unwrap())).await;
        let history = detail["history"].as_array().unwrap();
        assert_eq!(history.len(), 1);
        assert_eq!((&history[0]["what"], &history[0]["resolution"]), (&"closed".into(), &"linked".into()));
        assert!(history[0].get("person").is_none() && history[0].get("caller").is_none());
        let archived = get(&gateway, "receipts/archived").await;
        assert_eq!((&archived["class"], &archived["settles"]), (&"stand_in".into(), &true.into()));

        let told = told(store).await;
        let count = |kind: &str| told.iter().filter(|(told, _)| told == kind).count();
        assert_eq!((count("opened"), count("closed")), (7, 4), "{told:?}");
        let closed = told.iter().find(|(kind, _)| kind == "closed").unwrap();
        assert_eq!(closed.1["data"]["resolution"], "linked");
        assert_eq!(store.ledger_check().await.unwrap(), []);
    })
    .await;
}

//! Every receipt is found by all that can be known of it.

use hyper::{Method, StatusCode};
use jiff::ToSpan;
use varco::domain::fiscal_code::FiscalCode;
use varco::domain::position::OptionShape;
use varco::domain::receipt::{PaidThrough, Receipt, ReceiptOutcome, SubjectCode};
use varco::store::Store;

use crate::support::api::{Gateway, OTHER_EC, iuv, nav};
use crate::support::on_both;
use crate::support::samples::{notice, now, option, position, receipt};
use crate::{ask, book_as, each, get};

/// A matched receipt, one of the archive, an over-payment, one of nobody's notice, a copy and one that says
/// that nothing was paid; paid an hour apart, and received in the order of their letters, a day apart.
async fn fill(store: &Store) {
    for base in [1, 2] {
        let option = option(1, OptionShape::Single, vec![notice(base, 1000)]);
        store.create_position(&position(&format!("p{base}"), vec![option])).await.unwrap();
    }
    let of = |id: &str, base: u64, amount: i64, hours: i64| {
        let mut receipt = receipt(id, base, amount);
        receipt.payment.paid_at = Some(now() - hours.hours());
        receipt
    };
    let mut debtor = of("d", 9, 777, 3);
    debtor.subject.debtor = SubjectCode::new("VRDGPP85T10A562S");
    let issuer = FiscalCode::new(OTHER_EC).unwrap();
    for (day, receipt) in (0..).zip([
        of("a", 1, 1000, 0),
        Receipt { stand_in: PaidThrough::StandIn, ..of("b", 2, 1000, 0) },
        of("c", 1, 1000, 0),
        debtor,
        Receipt { issuer, ..of("e", 5, 50, 4) },
        Receipt { outcome: ReceiptOutcome::NotExecuted, ..of("a", 1, 1000, 5) },
    ]) {
        let (raw, at): (_, i64) = (format!("<m{day}/>"), day);
        book_as(store, receipt, raw, now() + (24 * at).hours()).await;
    }
}

#[tokio::test]
async fn every_filter_finds_what_it_names() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        fill(&gateway.store).await;
        let (first, ninth) = (iuv("02", 1), nav(9));
        let cases = [
            ("", "a e d a b c"),
            ("receiptId=a", "a a"),
            ("receiptId=z", ""),
            (&*format!("iuv={first}"), "a a c"),
            (&*format!("noticeNumber={ninth}"), "d"),
            ("debtor=vrdgpp85t10a562s", "d"),
            ("debtor=RSSMRA80A01H501U&amount=50", "e"),
            ("from=2026-11-22T09:00:00Z", "a b c"),
            ("to=2026-11-22T06:00:00Z", "a e"),
            ("from=2026-11-22T06:00:00Z&to=2026-11-22T07:00:00Z", "e d"),
            ("from=2026-11-23", ""),
            ("receivedFrom=2026-11-24", "a e d c"),
            ("receivedFrom=2026-11-24&receivedTo=2026-11-25", "d c"),
            ("receivedTo=2026-11-22T10:00:00Z", "a"),
            ("receivedFrom=2026-11-24&class=over_payment", "c"),
            ("amount=1000", "a a b c"),
            ("amount=1000&settles=true", "a b"),
            ("amountFrom=51", "a d a b c"),
            ("amountFrom=51&amountTo=999", "d"),
            ("amountTo=50", "e"),
            ("class=matched", "a"),
            ("class=stand_in", "b"),
            ("class=over_payment&class=unknown_notice", "d c"),
            ("class=unknown_notice&class=matched&class=not_executed&class=secondary_beneficiary", "a e d a"),
            ("class=expired", ""),
            ("standIn=true", "b"),
            ("standIn=false", "a e d a c"),
            ("settles=false", "a e d c"),
            ("settles=true", "a b"),
            ("settles=true&standIn=true&class=stand_in&class=matched", "b"),
        ];
        for (query, expected) in cases {
            let found = get(&gateway, &format!("receipts?{query}")).await;
            assert_eq!(each(&found["receipts"], "receiptId").join(" "), expected, "{query}");
        }
        for wrong in [
            "amount=1.00",
            "amount=-1",
            "amount=1&amountFrom=1",
            "class=x",
            "standIn=yes",
            "settles=1",
            "from=x",
            "to=2026-02-30",
            "from=2026-11-02&to=2026-11-01",
            "receivedFrom=2026-01-01&receivedTo=2026-03-01",
            "iuv=%25",
            "debtor=%27",
            "noticeNumber=3",
            "receiptId=%00",
            "limit=0",
            "limit=101",
            "cursor=x",
            "iuv=a&iuv=b",
        ] {
            let refused = ask(&gateway, Method::GET, &format!("receipts?{wrong}"), None).await;
            refused.is_problem(400, "BAD REQUEST", "query_parameter");
        }
        let listed = get(&gateway, "receipts?receiptId=c").await["receipts"][0].clone();
        assert_eq!((&listed["class"], &listed["settles"]), (&"over_payment".into(), &false.into()));
        assert_eq!(listed["receivedAt"], "2026-11-24T10:00:00Z");
    })
    .await;
}

#[tokio::test]
async fn pages_put_together_of_several_classes_give_each_receipt_once() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        fill(&gateway.store).await;
        for (query, expected) in [
            ("", "a e d a b c"),
            ("class=unknown_notice&class=matched&class=over_payment&class=secondary_beneficiary&", "e d a c"),
            ("settles=false&", "a e d c"),
            ("amount=1000&", "a a b c"),
        ] {
            let mut seen = Vec::new();
            let mut cursor = String::new();
            loop {
                let page =
                    ask(&gateway, Method::GET, &format!("receipts?{query}limit=1{cursor}"), None).await;
                assert_eq!(page.status, StatusCode::OK, "{}", page.body);
                let mut ids = each(&page.body["receipts"], "receiptId");
                assert!(ids.len() <= 1);
                seen.append(&mut ids);
                let Some(next) = page.body["nextCursor"].as_str() else { break };
                cursor = format!("&cursor={next}");
            }
            assert_eq!(seen.join(" "), expected, "{query}");
        }
    })
    .await;
}

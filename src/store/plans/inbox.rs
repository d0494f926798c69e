//! Pages of receipts and of anomalies.

use super::{Case, EC, asked, second};
use crate::domain::amount::Cents;
use crate::domain::anomaly::AnomalyKind;
use crate::domain::event::Feed;
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::ids::ReceiptId;
use crate::domain::notice_number::{NoticeNumber, TwoDigits};
use crate::domain::receipt::ReceiptClass;
use crate::domain::segregation::Segregation;
use crate::store::anomalies::list::page as anomaly_page;
use crate::store::receipts::search;
use crate::store::{
    AnomalyPlace, AnomalyQuery, AnomalyState, Interval, PageStart, ReceiptFilter, ReceiptPlace, ReceiptQuery,
};

/// Pages of the anomalies, of which one in five hundred waits, in the middle of all.
pub(super) fn anomalies() -> Vec<Case> {
    let of = |state, notice: Option<NoticeNumber>, receipt: Option<ReceiptId>| {
        let after = Some(AnomalyPlace { opened_at: second(1000), id: "a1000".to_owned() });
        let scope = Segregation::Only(TwoDigits::new("02").into_iter().collect());
        let (from, until) = (second(0), second(1_000_000_000));
        let (feed, kinds) =
            (Feed::Institution(FiscalCode::new(EC).unwrap()), vec![AnomalyKind::UnbookedMessage]);
        let kinds = if state == AnomalyState::Open { kinds } else { Vec::new() };
        anomaly_page(&AnomalyQuery {
            feed,
            scope,
            state,
            kinds,
            from,
            until,
            notice,
            receipt,
            limit: 10,
            after,
        })
    };
    let number = NoticeNumber::new("302000000000010002").ok();
    let id = Some(ReceiptId::new("r10002"));
    let (open, all) = (AnomalyState::Open, AnomalyState::All);
    vec![
        asked("open anomalies", of(open, None, None), ["anomaly_open"; 2]),
        asked("resolved", of(AnomalyState::Resolved, None, None), ["anomaly_resolved"; 2]),
        asked("all anomalies", of(all, None, None), ["anomaly_by_opening"; 2]),
        asked("anomalies of notice", of(all, number, None), ["anomaly_by_notice"; 2]),
        asked("open of notice", of(open, number, None), ["anomaly_by_notice"; 2]),
        asked("anomalies of receipt", of(all, None, id), ["anomaly_by_receipt"; 2]),
    ]
}

/// Indexes that give receipts and anomalies in the order of their lists.
pub(super) const WALKS: [&str; 9] = [
    "anomaly_open",
    "anomaly_resolved",
    "anomaly_by_opening",
    "receipt_by_payment",
    "receipt_by_debtor",
    "receipt_by_amount",
    "receipt_by_class",
    "receipt_by_stand_in",
    "receipt_unsettling",
];

/// Pages of the receipts, by every way to find them; 20 are asked for, in the middle of all.
pub(super) fn receipts() -> Vec<Case> {
    let any = ReceiptFilter::default;
    let cents = |cents| Cents::new(cents).unwrap();
    let of = |filter: ReceiptFilter| {
        let start = PageStart::After(ReceiptPlace { paid_on: second(3000), key: "r3000".to_owned() });
        let scope = Segregation::Only(TwoDigits::new("02").into_iter().collect());
        let (from, until) = (second(0), second(1_000_000_000));
        let ec = FiscalCode::new(EC).unwrap();
        search::pages(&ReceiptQuery { ec, scope, from, until, filter, limit: 20, start })
    };
    let number = NoticeNumber::new("302000000000010002").unwrap();
    let received = Some(Interval { from: second(10_000), until: second(10_090) });
    let debtor = Some("10000000078".to_owned());
    let iuv = Some("02000000000010002".to_owned());
    let classes = vec![ReceiptClass::Expired, ReceiptClass::OverPayment];
    let ways = [
        ("paid", any(), ["receipt_by_payment"; 2]),
        ("id", ReceiptFilter { id: Some(ReceiptId::new("r9999")), ..any() }, ["receipt_1", "receipt_pkey"]),
        ("reference", ReceiptFilter { iuv, ..any() }, ["receipt_by_reference"; 2]),
        ("receipt of notice", ReceiptFilter { notice: Some(number), ..any() }, ["receipt_by_notice"; 2]),
        ("receipt of debtor", ReceiptFilter { debtor, ..any() }, ["receipt_by_debtor"; 2]),
        (
            "amount",
            ReceiptFilter { amount: Some((cents(103), cents(103))), ..any() },
            ["receipt_by_amount"; 2],
        ),
        ("class", ReceiptFilter { classes, ..any() }, ["receipt_by_class"; 2]),
        ("stand-in", ReceiptFilter { stand_in: Some(true), ..any() }, ["receipt_by_stand_in"; 2]),
        ("unsettling", ReceiptFilter { settles: Some(false), ..any() }, ["receipt_unsettling"; 2]),
        ("received", ReceiptFilter { received, ..any() }, ["receipt_by_arrival"; 2]),
    ];
    let each = |(name, filter, index)| of(filter).into_iter().map(move |page| asked(name, page, index));
    ways.into_iter().flat_map(each).collect()
}

//! Notices and payments are counted where they belong, and the report is the sum of what happened.

use bytes::Bytes;
use jiff::{Timestamp, ToSpan};
use varco::domain::fiscal_code::FiscalCode;
use varco::domain::ids::BrokerCode;
use varco::domain::notice_number::{NoticeNumber, TwoDigits};
use varco::domain::position::{OptionShape, Position};
use varco::domain::receipt::{Receipt, ReceiptOutcome};
use varco::domain::usage::{Month, Tally, Usage, UsageOf};
use varco::store::{BookReceipt, Store};

use crate::support::{on_both, samples, world};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

async fn usage(store: &Store, month: &str) -> Usage {
    let of = UsageOf::Institution(samples::ec());
    store.usage(&of, &Month::parse(month).unwrap()).await.unwrap().remove(0)
}

/// A position created then, with a notice of each of these codes, bases and amounts.
fn created(iupd: &str, at: Timestamp, notices: &[(&str, u64, i64)]) -> Position {
    let notices: Vec<_> = notices
        .iter()
        .map(|(code, base, amount)| {
            let mut notice = samples::notice(*base, *amount);
            notice.number = NoticeNumber::issue(TwoDigits::new(code).unwrap(), *base).unwrap();
            notice.iuv = notice.number.iuv();
            notice
        })
        .collect();
    let shape = if notices.len() == 1 { OptionShape::Single } else { OptionShape::Plan };
    let mut position = samples::position(iupd, vec![samples::option(1, shape, notices)]);
    position.history.created_at = at;
    position.history.updated_at = at;
    position
}

async fn book(store: &Store, receipt: Receipt, received_at: Timestamp) {
    let (primitive, raw) = ("paSendRTV2", Bytes::from_static(b"<x/>"));
    store.book_receipt(BookReceipt { receipt, primitive, raw, received_at, deliver_to: None }).await.unwrap();
}

/// A receipt paid then, in that way.
fn paid(id: &str, at: Option<Timestamp>, method: Option<&str>, amount: i64) -> Receipt {
    let mut receipt = samples::receipt(id, 1, amount);
    receipt.payment.paid_at = at;
    receipt.payment.method = method.map(str::to_owned);
    receipt
}

fn of(count: u64, cents: i64) -> Tally {
    Tally { count, cents }
}

#[tokio::test]
async fn a_notice_counts_in_the_month_in_which_its_position_was_created_in_italy() {
    on_both(|database| async move {
        let store = database.store().await;
        world::seed(&store).await;
        let moments =
            ["2026-10-31T22:59:59Z", "2026-10-31T23:00:00Z", "2026-11-30T22:59:59Z", "2026-11-30T23:00:00Z"];
        for (base, moment) in (1..).zip(moments) {
            let position = created(&format!("p{base}"), at(moment), &[("02", base, 100)]);
            store.create_position(&position).await.unwrap();
        }
        let plan = created("plan", at("2026-11-15T10:00:00Z"), &[("02", 11, 1_000), ("02", 12, 2_000)]);
        store.create_position(&plan).await.unwrap();
        for (month, positions, notices) in [
            ("2026-10", 1, of(1, 100)),
            ("2026-11", 3, of(4, 3_200)),
            ("2026-12", 1, of(1, 100)),
            ("2027-01", 0, of(0, 0)),
        ] {
            let usage = usage(&store, month).await;
            assert_eq!((usage.positions, usage.notices), (positions, notices), "{} {month}", database.engine);
            assert_eq!(usage.name, "Comune di Borgo");
        }
    })
    .await;
}

#[tokio::test]
async fn a_payment_counts_in_the_month_in_which_the_citizen_paid_by_how_it_was_paid() {
    on_both(|database| async move {
        let store = database.store().await;
        world::seed(&store).await;
        let received = at("2026-11-30T22:30:00Z");
        for (id, moment, method, amount) in [
            ("a", "2026-10-31T22:59:59Z", Some("CP"), 1),
            ("b", "2026-10-31T23:00:00Z", Some("CP"), 20),
            ("c", "2026-11-30T22:00:00Z", Some("CP"), 300),
            ("d", "2026-11-10T10:00:00Z", Some("BBT"), 4_000),
            ("e", "2026-11-10T10:00:00Z", None, 50_000),
        ] {
            book(&store, paid(id, Some(at(moment)), method, amount), received).await;
        }
        // The day of a receipt that does not say is the day on which it came.
        book(&store, paid("f", None, None, 600_000), received).await;
        // Paid in November, and told in December.
        book(
            &store,
            paid("g", Some(at("2026-11-30T22:59:59Z")), Some("CP"), 7_000_000),
            at("2026-12-02T08:00:00Z"),
        )
        .await;
        // Nothing was paid.
        let mut refused = paid("h", Some(at("2026-11-10T10:00:00Z")), Some("CP"), 1);
        refused.outcome = ReceiptOutcome::NotExecuted;
        book(&store, refused, received).await;
        let usage = usage(&store, "2026-11").await;
        let mut payments = usage.payments.clone();
        payments.sort_by(|a, b| a.0.cmp(&b.0));
        let by_method = [
            (None, of(2, 650_000)),
            (Some("BBT".to_owned()), of(1, 4_000)),
            (Some("CP".to_owned()), of(3, 7_000_320)),
        ];
        assert_eq!(payments, by_method, "{}", database.engine);
        assert_eq!(usage.paid(), of(6, 7_654_320));
        assert_eq!(usage.late, of(1, 7_000_000));
    })
    .await;
}

#[tokio::test]
async fn the_share_of_a_beneficiary_is_no_payment_of_its_own() {
    on_both(|database| async move {
        let store = database.store().await;
        world::seed(&store).await;
        let mut copy = paid("a", Some(samples::now()), Some("CP"), 500);
        copy.recipient = FiscalCode::new(world::OTHER_EC).unwrap();
        book(&store, copy, samples::now()).await;
        book(&store, paid("a", Some(samples::now()), Some("CP"), 500), samples::now()).await;
        let all = store.usage(&UsageOf::Everybody, &Month::parse("2026-11").unwrap()).await.unwrap();
        let figures: Vec<_> =
            all.iter().map(|usage| (usage.ec.as_str(), usage.paid(), usage.as_beneficiary)).collect();
        assert_eq!(figures, [(world::OTHER_EC, of(0, 0), 1), (samples::EC, of(1, 500), 0)]);
    })
    .await;
}

#[tokio::test]
async fn a_broker_reads_what_its_own_stations_did_and_nothing_else() {
    on_both(|database| async move {
        let store = database.store().await;
        world::seed(&store).await;
        // Code 02 is served by a station of the one broker, code 07 by one of the other from now on.
        let link = varco::domain::party::StationLink {
            ec: samples::ec(),
            station: varco::domain::ids::StationCode::new(world::OTHER_STATION).unwrap(),
            aux_digit: varco::domain::notice_number::AuxDigit::Three,
            code: TwoDigits::new("07").ok(),
        };
        store.put_link(&link).await.unwrap();
        let now = samples::now() - 1.hour();
        for (iupd, code, amount) in [("mine", "02", 10), ("theirs", "07", 200)] {
            store.create_position(&created(iupd, now, &[(code, 1, amount)])).await.unwrap();
        }
        book(&store, paid("a", Some(samples::now()), Some("CP"), 3_000), samples::now()).await;
        let mut other = paid("b", Some(samples::now()), Some("CP"), 40_000);
        other.broker = BrokerCode::new(world::OTHER_BROKER).unwrap();
        book(&store, other, samples::now()).await;
        let month = Month::parse("2026-11").unwrap();
        for (broker, institutions, notices, payments) in [
            (samples::BROKER, vec![world::OTHER_EC, samples::EC], of(1, 10), of(1, 3_000)),
            (world::OTHER_BROKER, vec![samples::EC], of(1, 200), of(1, 40_000)),
        ] {
            let of = UsageOf::Broker(BrokerCode::new(broker).unwrap());
            let all = store.usage(&of, &month).await.unwrap();
            let codes: Vec<&str> = all.iter().map(|usage| usage.ec.as_str()).collect();
            assert_eq!(codes, institutions, "{} {broker}", database.engine);
            let own = all.iter().find(|usage| usage.ec == samples::ec()).unwrap();
            assert_eq!((own.notices, own.paid()), (notices, payments), "{} {broker}", database.engine);
        }
    })
    .await;
}

#[tokio::test]
async fn every_notice_and_every_payment_is_in_exactly_one_month() {
    on_both(|database| async move {
        let store = database.store().await;
        world::seed(&store).await;
        // An hour and a bit more each: over midnights, ends of months, and the days on which clocks change.
        let start = at("2026-09-28T21:13:07Z");
        let mut sums = (0, 0);
        for number in 0..300_u32 {
            let moment = start + (i64::from(number) * 11).hours();
            let amount = 100 + i64::from(number);
            let position = created(&format!("p{number}"), moment, &[("02", u64::from(number) + 1, amount)]);
            store.create_position(&position).await.unwrap();
            let method = ["CP", "BBT", "OBEP"][number as usize % 3];
            let mut receipt = paid(&format!("r{number}"), Some(moment), Some(method), amount);
            receipt.notice = samples::notice_number(u64::from(number) + 1);
            book(&store, receipt, moment).await;
            sums = (sums.0 + 1, sums.1 + amount);
        }
        let (mut notices, mut payments) = (Tally::default(), Tally::default());
        for month in ["2026-08", "2026-09", "2026-10", "2026-11", "2026-12", "2027-01", "2027-02", "2027-03"]
        {
            let usage = usage(&store, month).await;
            notices = notices.and(usage.notices);
            payments = payments.and(usage.paid());
            assert_eq!(usage.late, of(0, 0));
        }
        assert_eq!((notices, payments), (of(sums.0, sums.1), of(sums.0, sums.1)), "{}", database.engine);
    })
    .await;
}

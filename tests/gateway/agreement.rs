//! Properties of the rules themselves, over random positions and moments: what REST calls payable is what
//! the node is told, and no receipt is ever without a class.

use jiff::{Timestamp, ToSpan};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::Config;
use varco::domain::ids::ReceiptId;
use varco::domain::payability::{NotPayable, PayabilityFacts, Settled, check};
use varco::domain::position::{AfterDue, Notice, OptionShape, Payment, PaymentOption, Position, Proof};
use varco::domain::receipt::{Effect, Receipt, ReceiptClass, ReceiptOutcome, classify};
use varco::domain::status::{Status, status};

use crate::support::TestDatabase;
use crate::support::samples;

/// A moment within four hours around [`samples::now`], on the minute, so that equal moments are common.
fn moment() -> impl Strategy<Value = Timestamp> {
    (-120..=120_i64).prop_map(|minutes| samples::now() + minutes.minutes())
}

fn after_due() -> impl Strategy<Value = AfterDue> {
    prop_oneof![Just(AfterDue::Expires), Just(AfterDue::StaysPayable)]
}

fn a_notice() -> impl Strategy<Value = Notice> {
    (moment(), option::weighted(0.3, moment()), any::<bool>()).prop_map(|(due, paid, reported)| {
        let mut notice = samples::notice(1, 100);
        notice.due = due;
        notice.payment = paid.map(|paid_at| Payment {
            paid_at,
            proof: Proof::Receipt(ReceiptId::new("r")),
            fee: None,
            psp: None,
            method: None,
        });
        notice.transfers[0].reported_at = paid.filter(|_| reported);
        notice
    })
}

fn an_option() -> impl Strategy<Value = PaymentOption> {
    (option::weighted(0.8, moment()), after_due(), vec(a_notice(), 1..=3)).prop_map(
        |(valid_from, after_due, notices)| {
            let shape = if notices.len() > 1 { OptionShape::Plan } else { OptionShape::Single };
            PaymentOption { valid_from, after_due, ..samples::option(1, shape, notices) }
        },
    )
}

/// A position whose options and notices are numbered from `first`, in any state.
fn a_position() -> impl Strategy<Value = Position> {
    let published = option::weighted(0.8, moment());
    let invalidated = option::weighted(0.2, moment());
    (published, invalidated, vec(an_option(), 1..=3)).prop_map(|(published_at, invalidated_at, options)| {
        let mut position = samples::position("P", options);
        position.history.published_at = published_at;
        position.history.invalidated_at = invalidated_at;
        number(&mut position, 1);
        position
    })
}

fn number(position: &mut Position, first: u64) {
    let mut base = first;
    for (number, option) in (1..).zip(&mut position.options) {
        option.number = number;
        for notice in &mut option.notices {
            notice.number = samples::notice_number(base);
            notice.iuv = notice.number.iuv();
            base += 1;
        }
    }
}

/// What the store derives for a notice; `the_store_derives_the_same_facts` holds it to that.
fn facts(position: &Position, option: &PaymentOption, notice: &Notice) -> PayabilityFacts {
    let by_another = position
        .options
        .iter()
        .any(|other| other.number != option.number && other.notices.iter().any(|n| n.payment.is_some()));
    PayabilityFacts {
        amount: notice.amount,
        published_at: position.history.published_at,
        invalidated_at: position.history.invalidated_at,
        valid_from: option.valid_from,
        due: notice.due,
        after_due: option.after_due,
        settled: match (&notice.payment, by_another) {
            (Some(_), _) => Settled::ByThisNotice,
            (None, true) => Settled::ByAnotherOption,
            (None, false) => Settled::No,
        },
    }
}

fn answers(position: &Position, now: Timestamp) -> Vec<Result<(), NotPayable>> {
    let all = position.options.iter().flat_map(|option| option.notices.iter().map(move |n| (option, n)));
    all.map(|(option, notice)| check(&facts(position, option, notice), now)).collect()
}

proptest! {
    #![proptest_config(Config { cases: 2_000, failure_persistence: None, ..Config::default() })]

    #[test]
    fn what_the_node_may_pay_is_valid_or_partially_paid(position in a_position(), now in moment()) {
        let payable = answers(&position, now).contains(&Ok(()));
        let status = status(&position, now);
        if payable {
            prop_assert!(matches!(status, Status::Valid | Status::PartiallyPaid), "{status:?}");
        }
    }

    #[test]
    fn each_status_has_its_answers(position in a_position(), now in moment()) {
        let answers = answers(&position, now);
        let all = |reasons: &[NotPayable]| {
            answers.iter().all(|answer| answer.is_err_and(|reason| reasons.contains(&reason)))
        };
        let fits = match status(&position, now) {
            Status::Draft => all(&[NotPayable::NotPublished]),
            Status::Published => all(&[NotPayable::NotYetValid]),
            Status::Invalid => all(&[NotPayable::Cancelled]),
            Status::Expired => all(&[NotPayable::Expired, NotPayable::NotYetValid]),
            Status::Valid => !answers.iter().any(|answer| {
                answer.is_err_and(|reason| !matches!(reason, NotPayable::NotYetValid | NotPayable::Expired))
            }),
            Status::PartiallyPaid => answers.contains(&Err(NotPayable::Paid)),
            Status::Paid | Status::Reported => answers.contains(&Err(NotPayable::Paid)) && !answers.contains(&Ok(())),
        };
        prop_assert!(fits, "{:?} with {answers:?}", status(&position, now));
    }

    #[test]
    fn a_status_is_the_same_each_time_and_paid_whatever_the_clock(
        position in a_position(), now in moment(), later in moment(),
    ) {
        let first = status(&position, now);
        prop_assert_eq!(first, status(&position.clone(), now));
        if matches!(first, Status::PartiallyPaid | Status::Paid | Status::Reported | Status::Invalid | Status::Draft) {
            prop_assert_eq!(first, status(&position, later));
        }
    }

    /// Executed receipts of the creditor's own known notice settle it unless it is settled; others never do.
    #[test]
    fn every_receipt_has_a_class_and_settles_exactly_what_is_unpaid(
        position in a_position(),
        now in moment(),
        paid_at in option::of(moment()),
        executed in any::<bool>(),
        own in any::<bool>(),
        known in any::<bool>(),
        exact in any::<bool>(),
    ) {
        let option = &position.options[0];
        let facts = facts(&position, option, &option.notices[0]);
        let mut receipt: Receipt = samples::receipt("r", 1, if exact { 100 } else { 99 });
        receipt.payment.paid_at = paid_at;
        receipt.outcome = if executed { ReceiptOutcome::Executed } else { ReceiptOutcome::NotExecuted };
        if !own {
            receipt.issuer = varco::domain::fiscal_code::FiscalCode::new("99999999999").unwrap();
        }
        let (class, effect) = classify(&receipt, known.then_some(&facts), now);
        let settles = executed && own && known && facts.settled != Settled::ByThisNotice;
        prop_assert_eq!(effect == Effect::SettlesNotice, settles, "{:?}", class);
        prop_assert_eq!(ReceiptClass::from_word(class.word()), Some(class));
        let moment = paid_at.map_or(now, |paid_at| paid_at.min(now));
        let payable = executed && own && known && check(&facts, moment).is_ok();
        prop_assert_eq!(matches!(class, ReceiptClass::Matched | ReceiptClass::AmountDiffers), payable);
        prop_assert_eq!(class == ReceiptClass::Matched, payable && exact);
    }
}

#[tokio::test]
async fn the_store_derives_the_same_facts() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let stores = [TestDatabase::sqlite(), TestDatabase::postgres().await];
    for database in stores {
        let store = database.store().await;
        for round in 0..60_u64 {
            let mut position = a_position().new_tree(&mut runner).unwrap().current();
            position.iupd = varco::domain::ids::Iupd::new(&format!("P{round}")).unwrap();
            number(&mut position, 100 * round + 1);
            let unpaid = strip_payments(position.clone());
            store.create_position(&unpaid).await.unwrap();
            pay(&store, &position).await;
            for option in &position.options {
                for notice in &option.notices {
                    let found = store.payable_notice(&position.ec, &notice.number).await.unwrap().unwrap();
                    assert_eq!(found.facts, facts(&position, option, notice), "{}", database.engine);
                }
            }
        }
        assert_eq!(store.ledger_check().await.unwrap(), []);
    }
}

fn strip_payments(mut position: Position) -> Position {
    for notice in position.options.iter_mut().flat_map(|option| &mut option.notices) {
        notice.payment = None;
        notice.transfers[0].reported_at = None;
    }
    position
}

async fn pay(store: &varco::store::Store, position: &Position) {
    for notice in position.notices().filter(|notice| notice.payment.is_some()) {
        let mut receipt = samples::receipt(&format!("r-{}", notice.number), 1, 100);
        receipt.notice = notice.number;
        let booking = varco::store::BookReceipt {
            receipt,
            primitive: "paSendRTV2",
            raw: bytes::Bytes::from_static(b"<x/>"),
            received_at: samples::now(),
            deliver_to: None,
        };
        store.book_receipt(booking).await.unwrap();
    }
}

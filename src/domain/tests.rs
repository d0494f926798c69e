//! The transition table as a table, and the rules beside it: hold, cost of notification, report.

use std::time::Duration;

use jiff::{Timestamp, ToSpan};

use super::amount::{Cents, MAX_CENTS};
use super::fiscal_code::{FiscalCode, PersonId, PersonKind};
use super::hold::{HoldPolicy, PaymentInProgress};
use super::iban::Iban;
use super::ids::Iupd;
use super::lifecycle::{NotDeletable, NotInvalidable, check_deletable, invalidate, publish};
use super::notice_number::{NoticeNumber, TwoDigits};
use super::notification_fee::{FeeMisfit, NotChargeable, charge};
use super::payability::{NotPayable, PayabilityFacts, Settled, check};
use super::position::{
    Address, AfterDue, Debtor, Destination, History, Notice, OptionShape, PaymentOption, Position, StandIn,
    Transfer,
};
use super::reporting::{NotReportable, report};
use super::segregation::Segregation;
use super::status::{NoticeStatus, Status, notice_status, status};
use super::text::Text;
use super::update::{IbanChange, NotUpdatable, Publication, mark_paid_elsewhere, replace, replace_iban};

const NO_HOLD: HoldPolicy = HoldPolicy::OFF;

fn now() -> Timestamp {
    "2026-11-22T10:00:00Z".parse().unwrap()
}

fn half_an_hour() -> HoldPolicy {
    HoldPolicy::lasting(Duration::from_secs(30 * 60))
}

fn cents(cents: i64) -> Cents {
    Cents::new(cents).unwrap()
}

fn ec() -> FiscalCode {
    FiscalCode::new("77777777777").unwrap()
}

fn number(base: u64) -> NoticeNumber {
    NoticeNumber::issue(TwoDigits::new("02").unwrap(), base).unwrap()
}

fn transfer(id: i64, amount: i64, beneficiary: FiscalCode) -> Transfer {
    Transfer {
        id,
        amount: cents(amount),
        beneficiary,
        company_name: None,
        remittance_information: Text::new("Mensa").unwrap(),
        category: Text::new("9/0101002IM/").unwrap(),
        destination: Destination::Account { iban: old_iban(), postal: None },
        metadata: Vec::new(),
        reported_at: None,
    }
}

fn old_iban() -> Iban {
    Iban::new("IT60X0542811101000000123456").unwrap()
}

fn new_iban() -> Iban {
    Iban::new("IT57N0760114800000011050036").unwrap()
}

fn notice(base: u64) -> Notice {
    Notice {
        number: number(base),
        iuv: number(base).iuv(),
        amount: cents(100),
        notification_fee: Cents::ZERO,
        description: Text::new("Mensa").unwrap(),
        due: now() + 24.hours(),
        retention: None,
        metadata: Vec::new(),
        transfers: vec![transfer(1, 60, ec()), transfer(2, 40, ec())],
        activated_at: None,
        payment: None,
    }
}

/// A plan of two instalments, payable since an hour.
fn plan() -> Position {
    let at = now() - 1.hour();
    Position {
        ec: ec(),
        iupd: Iupd::new("plan").unwrap(),
        company_name: Text::new("Comune di Borgo").unwrap(),
        office_name: None,
        stand_in: StandIn::Allowed,
        history: History {
            created_at: at,
            updated_at: at,
            published_at: Some(at),
            invalidated_at: None,
            version: 1,
        },
        options: vec![PaymentOption {
            number: 1,
            shape: OptionShape::Plan,
            description: None,
            valid_from: Some(at),
            after_due: AfterDue::Expires,
            debtor: Debtor {
                id: PersonId::new(PersonKind::Natural, "RSSMRA80A01H501U").unwrap(),
                full_name: Text::new("Maria Rossi").unwrap(),
                address: Address::default(),
            },
            notices: vec![notice(1), notice(2)],
        }],
    }
}

fn pay(position: &mut Position, base: u64) {
    mark_paid_elsewhere(position, &number(base), now(), now()).unwrap();
}

/// The plan in a status.
fn in_status(wanted: Status) -> Position {
    let mut position = plan();
    match wanted {
        Status::Draft => {
            position.history.published_at = None;
            position.options[0].valid_from = None;
        }
        Status::Published => position.options[0].valid_from = Some(now() + 1.hour()),
        Status::Valid => {}
        Status::Invalid => position.history.invalidated_at = Some(now()),
        Status::Expired => {
            position.options[0].notices.iter_mut().for_each(|notice| notice.due = now() - 1.minute());
        }
        Status::PartiallyPaid => pay(&mut position, 1),
        Status::Paid | Status::Reported => {
            pay(&mut position, 1);
            pay(&mut position, 2);
        }
    }
    if wanted == Status::Reported {
        for (base, id) in [(1, 1), (1, 2), (2, 1), (2, 2)] {
            report(&mut position, &number(base), id, now()).unwrap();
        }
    }
    assert_eq!(status(&position, now()), wanted);
    position
}

/// What somebody or the clock can do to the plan.
#[derive(Clone, Copy, Debug)]
enum Event {
    Publish,
    Invalidate,
    Put(Publication),
    Delete,
    PayNext,
    ReportAll,
    ADayLater,
}

/// The status that it leads to; none if it is refused. What is deleted is told as what it was.
fn after(from: Status, event: Event) -> Option<Status> {
    let mut position = in_status(from);
    let mut then = now();
    match event {
        Event::Publish => publish(&mut position, now()).ok()?,
        Event::Invalidate => invalidate(&mut position, NO_HOLD, now()).ok()?,
        Event::Put(publication) => {
            position = replace(&position, position.clone(), publication, NO_HOLD, now()).ok()?;
        }
        Event::Delete => check_deletable(&position, NO_HOLD, now()).ok()?,
        Event::PayNext => {
            let next = position.notices().find(|notice| notice.payment.is_none())?.number;
            mark_paid_elsewhere(&mut position, &next, now(), now()).ok()?;
        }
        Event::ReportAll => {
            let all: Vec<_> =
                position.notices().flat_map(|n| n.transfers.iter().map(|t| (n.number, t.id))).collect();
            for (number, id) in all {
                report(&mut position, &number, id, now()).ok()?;
            }
        }
        Event::ADayLater => then = now() + 25.hours(),
    }
    Some(status(&position, then))
}

#[test]
#[rustfmt::skip]
fn the_transition_table_holds() {
    use Event::{ADayLater, Delete, Invalidate, PayNext, Publish, Put, ReportAll};
    use Publication::{AsItIs, Publish as OnOffer, Withdraw};
    use Status::{Draft as D, Expired as E, Invalid as I, Paid as P, PartiallyPaid as PP, Published as Pub, Reported as R, Valid as V};
    let from = [D, Pub, V, I, E, PP, P, R];
    let table: [(Event, [Option<Status>; 8]); 9] = [
        (Publish,        [Some(V),  None,      None,    None,    None,    None,     None,    None]),
        (Invalidate,     [None,     Some(I),   Some(I), None,    None,    Some(PP), None,    None]),
        (Put(AsItIs),    [Some(D),  Some(Pub), Some(V), Some(D), Some(E), Some(PP), None,    None]),
        (Put(OnOffer),   [Some(V),  Some(Pub), Some(V), Some(V), Some(E), Some(PP), None,    None]),
        (Put(Withdraw),  [Some(D),  Some(D),   Some(D), Some(D), Some(D), Some(PP), None,    None]),
        (Delete,         [Some(D),  Some(Pub), Some(V), Some(I), Some(E), None,     None,    None]),
        (PayNext,        [Some(PP), Some(PP),  Some(PP), Some(PP), Some(PP), Some(P), None,  None]),
        (ReportAll,      [None,     None,      None,    None,    None,    None,     Some(R), None]),
        (ADayLater,      [Some(D),  Some(E),   Some(E), Some(I), Some(E), Some(PP), Some(P), Some(R)]),
    ];
    for (event, expected) in table {
        for (from, expected) in from.into_iter().zip(expected) {
            assert_eq!(after(from, event), expected, "{from:?} {event:?}");
        }
    }
}

/// What the node is told of the second instalment.
fn told_of_the_second(position: &Position, now: Timestamp) -> Result<(), NotPayable> {
    let (option, second) = (&position.options[0], position.notice(&number(2)).unwrap());
    let facts = PayabilityFacts {
        amount: second.amount,
        published_at: position.history.published_at,
        invalidated_at: position.history.invalidated_at,
        valid_from: option.valid_from,
        due: second.due,
        after_due: option.after_due,
        settled: Settled::No,
    };
    check(&facts, now)
}

#[test]
fn the_unpaid_rest_of_a_plan_can_be_cancelled_withdrawn_and_put_on_offer_again() {
    let mut position = in_status(Status::PartiallyPaid);
    assert_eq!(told_of_the_second(&position, now()), Ok(()));
    assert_eq!(told_of_the_second(&position, now() + 25.hours()), Err(NotPayable::Expired));
    invalidate(&mut position, NO_HOLD, now()).unwrap();
    assert_eq!(told_of_the_second(&position, now()), Err(NotPayable::Cancelled));
    assert_eq!(invalidate(&mut position, NO_HOLD, now()), Err(NotInvalidable::RestInvalidated));
    let put = |position: &Position, publication| {
        replace(position, position.clone(), publication, NO_HOLD, now()).unwrap()
    };
    let restored = put(&position, Publication::Publish);
    assert_eq!(told_of_the_second(&restored, now()), Ok(()));
    let withdrawn = put(&restored, Publication::Withdraw);
    assert_eq!(told_of_the_second(&withdrawn, now()), Err(NotPayable::NotPublished));
    assert_eq!(told_of_the_second(&put(&withdrawn, Publication::Publish), now()), Ok(()));
    assert_eq!(status(&withdrawn, now()), Status::PartiallyPaid);
}

#[test]
fn a_fresh_activation_holds_the_position_until_it_is_old_or_paid() {
    let hold = half_an_hour();
    let mut held = plan();
    held.options[0].notices[1].activated_at = Some(now());
    for (position, later, seconds) in [(&held, 0, Some(1800)), (&held, 1799, Some(1)), (&held, 1800, None)] {
        let later = now() + later.seconds();
        let expected = match seconds {
            Some(seconds) => Err(PaymentInProgress { until: now() + 30.minutes(), seconds }),
            None => Ok(()),
        };
        assert_eq!(hold.check(position, later), expected);
        assert_eq!(expected.is_err(), now() > hold.cutoff(later), "the query says the same");
        let refused = |error: PaymentInProgress| NotUpdatable::InProgress(error);
        let put = replace(position, position.clone(), Publication::AsItIs, hold, later);
        assert_eq!(put.map(drop), expected.map_err(refused));
        assert_eq!(check_deletable(position, hold, later), expected.map_err(NotDeletable::InProgress));
        let cancelled = invalidate(&mut position.clone(), hold, later);
        assert_eq!(cancelled, expected.map_err(NotInvalidable::InProgress));
    }
    assert_eq!(HoldPolicy::OFF.check(&held, now()), Ok(()));
    assert!(now() + 1.hour() < HoldPolicy::OFF.cutoff(now()));
    assert!(HoldPolicy::lasting(Duration::MAX).check(&held, now() + 99_999.hours()).is_err());
    pay(&mut held, 2);
    assert_eq!(hold.check(&held, now()), Ok(()), "a payment ends the hold");
}

#[test]
fn an_account_changes_where_nobody_may_be_paying_and_not_into_itself() {
    let (old, new) = (old_iban(), new_iban());
    let mut position = plan();
    position.options[0].notices[0].activated_at = Some(now());
    let change =
        IbanChange { old: &old, new: &new, scope: &Segregation::Every, limit: 9, hold: half_an_hour() };
    let itself = IbanChange { new: &old, ..change };
    assert_eq!((replace_iban(&mut position, itself, now()), position.history.version), (0, 1));
    assert_eq!(replace_iban(&mut position.clone(), IbanChange { limit: 1, ..change }, now()), 1);
    assert_eq!((replace_iban(&mut position, change, now()), position.history.version), (2, 2));
    assert_eq!(
        replace_iban(&mut position, change, now() + 30.minutes()),
        2,
        "the held ones, once they are not"
    );
}

/// Amount, cost of notification and shares of the first notice.
fn money(position: &Position) -> (i64, i64, Vec<i64>) {
    let notice = position.notice(&number(1)).unwrap();
    let shares = notice.transfers.iter().map(|transfer| transfer.amount.get()).collect();
    (notice.amount.get(), notice.notification_fee.get(), shares)
}

#[test]
fn the_cost_of_notification_is_told_as_a_whole_and_goes_on_the_primary_transfer() {
    let mut position = plan();
    // The primary transfer is the lowest of the creditor's own, wherever it stands.
    position.options[0].notices[0].transfers.reverse();
    charge(&mut position, &number(1), cents(15), now()).unwrap();
    assert_eq!(money(&position), (115, 15, vec![40, 75]));
    charge(&mut position, &number(1), cents(10), now()).unwrap();
    assert_eq!((money(&position), position.history.version), ((110, 10, vec![40, 70]), 3));
    charge(&mut position, &number(1), cents(10), now()).unwrap();
    assert_eq!(position.history.version, 3, "the same cost again is no change");
    assert_eq!(charge(&mut position, &number(9), cents(1), now()), Err(NotChargeable::Unknown));
    let most = charge(&mut position, &number(1), cents(MAX_CENTS - 99), now());
    assert_eq!(most, Err(NotChargeable::Misfit(FeeMisfit::TooLarge)));
    charge(&mut position, &number(1), cents(MAX_CENTS - 100), now()).unwrap();
    charge(&mut position, &number(1), Cents::ZERO, now()).unwrap();
    assert_eq!(money(&position), (100, 0, vec![40, 60]));
    pay(&mut position, 1);
    assert_eq!(charge(&mut position, &number(1), cents(1), now()), Err(NotChargeable::Paid));
    let other = FiscalCode::new("66666666666").unwrap();
    position.options[0].notices[1].transfers = vec![transfer(1, 100, other)];
    let foreign = charge(&mut position, &number(2), cents(1), now());
    assert_eq!(foreign, Err(NotChargeable::Misfit(FeeMisfit::NoOwnTransfer)));
}

#[test]
fn an_update_writes_net_amounts_and_the_known_cost_is_added_again() {
    let mut stored = plan();
    charge(&mut stored, &number(1), cents(15), now()).unwrap();
    stored.options[0].notices[0].activated_at = Some(now() - 1.hour());
    let put =
        |stored: &Position, new: Position| replace(stored, new, Publication::AsItIs, half_an_hour(), now());
    let updated = put(&stored, plan()).unwrap();
    assert_eq!(money(&updated), (115, 15, vec![75, 40]));
    assert_eq!(updated.options[0].notices[0].activated_at, Some(now() - 1.hour()));
    let mut foreign = plan();
    foreign.options[0].notices[0].transfers = vec![transfer(1, 100, FiscalCode::new("66666666666").unwrap())];
    let misfits = vec![(number(1), FeeMisfit::NoOwnTransfer)];
    assert_eq!(put(&stored, foreign), Err(NotUpdatable::Fees(misfits)));
    pay(&mut stored, 1);
    let gross = Position { history: plan().history, ..stored.clone() };
    for (as_written, new) in [("net", plan()), ("as it is read", gross)] {
        let mut new = new;
        new.options[0].notices[0].notification_fee = Cents::ZERO;
        assert_eq!(money(&put(&stored, new).unwrap()), (115, 15, vec![75, 40]), "{as_written}");
    }
    let mut changed = plan();
    changed.options[0].notices[0].amount = cents(101);
    assert_eq!(put(&stored, changed), Err(NotUpdatable::PaidNotices(vec![number(1)])));
}

#[test]
fn a_transfer_is_reported_once_and_after_the_payment() {
    let mut position = plan();
    assert_eq!(report(&mut position, &number(1), 1, now()), Err(NotReportable::Unpaid));
    assert_eq!(report(&mut position, &number(9), 1, now()), Err(NotReportable::UnknownNotice));
    assert_eq!(report(&mut position, &number(1), 9, now()), Err(NotReportable::UnknownTransfer));
    pay(&mut position, 1);
    let of_first = |position: &Position| notice_status(position.notice(&number(1)).unwrap());
    assert_eq!(of_first(&position), NoticeStatus::Paid);
    report(&mut position, &number(1), 2, now()).unwrap();
    assert_eq!(of_first(&position), NoticeStatus::PartiallyReported);
    assert_eq!(report(&mut position, &number(1), 2, now()), Err(NotReportable::Reported));
    report(&mut position, &number(1), 1, now()).unwrap();
    assert_eq!(of_first(&position), NoticeStatus::Reported);
    assert_eq!((status(&position, now()), position.history.version), (Status::PartiallyPaid, 4));
}

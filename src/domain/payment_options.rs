//! What a payer is told of every way to pay a debt: the payment options of a notice, and their statuses.
//!
//! The words are those of the published contract (Payment Options for Organizations 0.7).

use jiff::Timestamp;

use super::position::{AfterDue, Destination, Notice, PaymentOption, Position};
use super::status::{Status, status};

/// What an option is to a payer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OptionStatus {
    /// It can be paid, now or from its validity date.
    Unpaid,
    /// All of it is paid.
    Paid,
    /// Some instalments of it are paid.
    PartiallyPaid,
    /// All of it is past due and cannot be paid any more.
    ExpiredNotPayable,
    /// All of it is past due and can still be paid.
    ExpiredUnpaid,
    /// It is out of the question: [`Reason`] says why.
    Invalid,
}

/// What one instalment is to a payer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InstalmentStatus {
    /// It can be paid, now or from its validity date.
    Unpaid,
    /// It is paid.
    Paid,
    /// It is past due and cannot be paid any more.
    ExpiredNotPayable,
    /// It is past due and can still be paid.
    ExpiredUnpaid,
    /// It is out of the question: [`Reason`] says why.
    Invalid,
}

/// Why something is as it is, where the status alone does not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The creditor cancelled the position.
    Cancelled,
    /// The whole position has expired.
    PositionExpired,
    /// Another option of the position is paid, or partly.
    AnotherOptionUsed,
    /// It can be paid from its validity date.
    NotYetPayable,
    /// It is past due, and the creditor accepts no late payment.
    PastDue,
    /// It is past due, and the creditor accepts late payment.
    LatePaymentAccepted,
}

/// An option as a payer is told of it.
#[derive(Clone, Debug, PartialEq)]
pub struct OfferedOption<'a> {
    /// Its facts.
    pub option: &'a PaymentOption,
    /// What it is.
    pub status: OptionStatus,
    /// Why.
    pub reason: Option<Reason>,
    /// The last due date of its instalments.
    pub due: Timestamp,
    /// Whether the post office can credit a postal account for each transfer of it (`allCCP`).
    pub postal: PostalAccounts,
    /// Its instalments, the first due at the beginning.
    pub instalments: Vec<OfferedInstalment<'a>>,
}

/// Whether every transfer of an option has a postal account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PostalAccounts {
    /// Every one.
    All,
    /// Not every one.
    NotAll,
}

/// An instalment as a payer is told of it.
#[derive(Clone, Debug, PartialEq)]
pub struct OfferedInstalment<'a> {
    /// Its facts.
    pub notice: &'a Notice,
    /// What it is.
    pub status: InstalmentStatus,
    /// Why.
    pub reason: Option<Reason>,
}

impl OptionStatus {
    /// The word of the published contract.
    pub const fn word(self) -> &'static str {
        match self {
            OptionStatus::Unpaid => "PO_UNPAID",
            OptionStatus::Paid => "PO_PAID",
            OptionStatus::PartiallyPaid => "PO_PARTIALLY_PAID",
            OptionStatus::ExpiredNotPayable => "PO_EXPIRED_NOT_PAYABLE",
            OptionStatus::ExpiredUnpaid => "PO_EXPIRED_UNPAID",
            OptionStatus::Invalid => "PO_INVALID",
        }
    }
}

impl InstalmentStatus {
    /// The word of the published contract.
    pub const fn word(self) -> &'static str {
        match self {
            InstalmentStatus::Unpaid => "POI_UNPAID",
            InstalmentStatus::Paid => "POI_PAID",
            InstalmentStatus::ExpiredNotPayable => "POI_EXPIRED_NOT_PAYABLE",
            InstalmentStatus::ExpiredUnpaid => "POI_EXPIRED_UNPAID",
            InstalmentStatus::Invalid => "POI_INVALID",
        }
    }
}

/// All options of a position, the first due at the beginning. None while payers must not know of it: as a
/// draft, and before any of it can be paid, as verify has it.
pub fn offered_options(position: &Position, now: Timestamp) -> Option<Vec<OfferedOption<'_>>> {
    let status = status(position, now);
    if matches!(status, Status::Draft | Status::Published) {
        return None;
    }
    let mut options: Vec<_> =
        position.options.iter().filter_map(|option| offered(position, option, status, now)).collect();
    options.sort_by_key(|offered| (offered.due, offered.option.number));
    Some(options)
}

fn offered<'a>(
    position: &Position,
    option: &'a PaymentOption,
    status: Status,
    now: Timestamp,
) -> Option<OfferedOption<'a>> {
    let due = option.notices.iter().map(|notice| notice.due).max()?;
    let closed = closed(position, option, status);
    let mut instalments: Vec<_> = option
        .notices
        .iter()
        .map(|notice| {
            let (status, reason) = instalment_status(option, notice, closed, now);
            OfferedInstalment { notice, status, reason }
        })
        .collect();
    instalments.sort_by_key(|instalment| instalment.notice.due);
    let (status, reason) = option_status(option, due, closed, now);
    let transfers = option.notices.iter().flat_map(|notice| &notice.transfers);
    let postal = if transfers.map(|transfer| &transfer.destination).all(has_postal_account) {
        PostalAccounts::All
    } else {
        PostalAccounts::NotAll
    };
    Some(OfferedOption { option, status, reason, due, postal, instalments })
}

/// Why nothing more of an option can be paid, whatever its own dates say.
fn closed(position: &Position, option: &PaymentOption, status: Status) -> Option<Reason> {
    let other_used = position.options.iter().any(|other| other.number != option.number && is_used(other));
    if other_used && !is_used(option) {
        Some(Reason::AnotherOptionUsed)
    } else if position.history.invalidated_at.is_some() {
        Some(Reason::Cancelled)
    } else if status == Status::Expired {
        Some(Reason::PositionExpired)
    } else {
        None
    }
}

/// A payment outweighs all else, as in the status of the position: nobody who paid is told to worry.
fn option_status(
    option: &PaymentOption,
    due: Timestamp,
    closed: Option<Reason>,
    now: Timestamp,
) -> (OptionStatus, Option<Reason>) {
    if option.notices.iter().all(is_paid) {
        return (OptionStatus::Paid, None);
    }
    if is_used(option) {
        return (OptionStatus::PartiallyPaid, closed);
    }
    if closed.is_some() {
        return (OptionStatus::Invalid, closed);
    }
    match (now > due, option.after_due) {
        (true, AfterDue::Expires) => (OptionStatus::ExpiredNotPayable, Some(Reason::PastDue)),
        (true, AfterDue::StaysPayable) => (OptionStatus::ExpiredUnpaid, Some(Reason::LatePaymentAccepted)),
        (false, _) => (OptionStatus::Unpaid, not_yet(option, now)),
    }
}

fn instalment_status(
    option: &PaymentOption,
    notice: &Notice,
    closed: Option<Reason>,
    now: Timestamp,
) -> (InstalmentStatus, Option<Reason>) {
    if is_paid(notice) {
        return (InstalmentStatus::Paid, None);
    }
    if closed.is_some() {
        return (InstalmentStatus::Invalid, closed);
    }
    match (now > notice.due, option.after_due) {
        (true, AfterDue::Expires) => (InstalmentStatus::ExpiredNotPayable, Some(Reason::PastDue)),
        (true, AfterDue::StaysPayable) => {
            (InstalmentStatus::ExpiredUnpaid, Some(Reason::LatePaymentAccepted))
        }
        (false, _) => (InstalmentStatus::Unpaid, not_yet(option, now)),
    }
}

fn not_yet(option: &PaymentOption, now: Timestamp) -> Option<Reason> {
    option.valid_from.is_none_or(|from| from > now).then_some(Reason::NotYetPayable)
}

fn is_paid(notice: &Notice) -> bool {
    notice.payment.is_some()
}

fn is_used(option: &PaymentOption) -> bool {
    option.notices.iter().any(is_paid)
}

fn has_postal_account(destination: &Destination) -> bool {
    destination.postal_iban().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::amount::Cents;
    use crate::domain::fiscal_code::{FiscalCode, PersonId, PersonKind};
    use crate::domain::iban::Iban;
    use crate::domain::ids::Iupd;
    use crate::domain::notice_number::{NoticeNumber, TwoDigits};
    use crate::domain::position::{Address, Debtor, History, OptionShape, Payment, Proof, StandIn, Transfer};
    use crate::domain::text::Text;

    const BANK: &str = "IT60X0542811101000000123456";
    const POSTAL: &str = "IT57N0760114800000011050036";

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    /// A notice due at that second, paid or not.
    fn notice(base: u64, due: i64, paid: bool) -> Notice {
        let number = NoticeNumber::issue(TwoDigits::new("02").unwrap(), base).unwrap();
        let amount = Cents::new(100).unwrap();
        let transfer = Transfer {
            id: 1,
            amount,
            beneficiary: FiscalCode::new("77777777777").unwrap(),
            company_name: None,
            remittance_information: Text::new("Mensa").unwrap(),
            category: Text::new("9/0101002IM/").unwrap(),
            destination: Destination::Account { iban: Iban::new(BANK).unwrap(), postal: None },
            metadata: Vec::new(),
            reported_at: None,
        };
        let payment = Payment { paid_at: at(1), proof: Proof::Elsewhere, fee: None, psp: None, method: None };
        Notice {
            number,
            iuv: number.iuv(),
            amount,
            notification_fee: Cents::ZERO,
            description: Text::new("Mensa").unwrap(),
            due: at(due),
            retention: None,
            metadata: Vec::new(),
            transfers: vec![transfer],
            activated_at: None,
            payment: paid.then_some(payment),
        }
    }

    fn option(number: i64, after_due: AfterDue, notices: Vec<Notice>) -> PaymentOption {
        let id = PersonId::new(PersonKind::Natural, "RSSMRA80A01H501U").unwrap();
        let full_name = Text::new("Maria Rossi").unwrap();
        PaymentOption {
            number,
            shape: OptionShape::Plan,
            description: None,
            valid_from: Some(at(0)),
            after_due,
            debtor: Debtor { id, full_name, address: Address::default() },
            notices,
        }
    }

    fn position(options: Vec<PaymentOption>) -> Position {
        let history = History {
            created_at: at(0),
            updated_at: at(0),
            published_at: Some(at(0)),
            invalidated_at: None,
            version: 1,
        };
        Position {
            ec: FiscalCode::new("77777777777").unwrap(),
            iupd: Iupd::new("p").unwrap(),
            company_name: Text::new("Comune").unwrap(),
            office_name: None,
            stand_in: StandIn::Allowed,
            history,
            options,
        }
    }

    fn cancelled(mut position: Position) -> Position {
        position.history.invalidated_at = Some(at(2));
        position
    }

    /// Each option's word, with those of its instalments, at second 50.
    fn words(position: &Position) -> String {
        let offered = offered_options(position, at(50)).unwrap_or_default();
        let words = offered.iter().map(|option| {
            let each: Vec<_> = option.instalments.iter().map(|i| &i.status.word()[4..]).collect();
            format!("{}({})", &option.status.word()[3..], each.join(" "))
        });
        words.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_statuses_of_options_and_instalments() {
        use AfterDue::{Expires, StaysPayable};
        let (open, past, paid) =
            (|n| notice(n, 90, false), |n| notice(n, 10, false), |n| notice(n, 10, true));
        let one = |after_due, notices| position(vec![option(1, after_due, notices)]);
        let two = |first: Vec<Notice>, second: Vec<Notice>| {
            position(vec![option(1, Expires, first), option(2, StaysPayable, second)])
        };
        let late = |n| notice(n, 95, false);
        let table = [
            (one(Expires, vec![open(1), late(2)]), "UNPAID(UNPAID UNPAID)"),
            (one(Expires, vec![paid(1)]), "PAID(PAID)"),
            (one(Expires, vec![paid(1), open(2)]), "PARTIALLY_PAID(PAID UNPAID)"),
            (one(Expires, vec![paid(1), past(2)]), "PARTIALLY_PAID(PAID EXPIRED_NOT_PAYABLE)"),
            (one(StaysPayable, vec![paid(1), past(2)]), "PARTIALLY_PAID(PAID EXPIRED_UNPAID)"),
            (one(StaysPayable, vec![past(1)]), "EXPIRED_UNPAID(EXPIRED_UNPAID)"),
            (one(StaysPayable, vec![past(1), open(2)]), "UNPAID(EXPIRED_UNPAID UNPAID)"),
            (one(Expires, vec![past(1), open(2)]), "UNPAID(EXPIRED_NOT_PAYABLE UNPAID)"),
            (one(Expires, vec![past(1)]), "INVALID(INVALID)"),
            (two(vec![past(1)], vec![late(2)]), "EXPIRED_NOT_PAYABLE(EXPIRED_NOT_PAYABLE) UNPAID(UNPAID)"),
            (two(vec![open(1)], vec![past(2)]), "EXPIRED_UNPAID(EXPIRED_UNPAID) UNPAID(UNPAID)"),
            (two(vec![paid(1)], vec![late(2), late(3)]), "PAID(PAID) INVALID(INVALID INVALID)"),
            (two(vec![past(1)], vec![paid(2), late(3)]), "INVALID(INVALID) PARTIALLY_PAID(PAID UNPAID)"),
            (two(vec![paid(1)], vec![paid(2)]), "PAID(PAID) PAID(PAID)"),
            (cancelled(one(Expires, vec![open(1)])), "INVALID(INVALID)"),
            (cancelled(one(Expires, vec![paid(1)])), "PAID(PAID)"),
            (cancelled(one(Expires, vec![paid(1), open(2)])), "PARTIALLY_PAID(PAID INVALID)"),
        ];
        for (position, expected) in &table {
            assert_eq!(words(position), *expected);
        }
    }

    #[test]
    fn payers_do_not_know_of_what_is_not_on_offer_yet() {
        let mut draft = position(vec![option(1, AfterDue::Expires, vec![notice(1, 90, false)])]);
        draft.history.published_at = None;
        assert_eq!(offered_options(&draft, at(50)), None);
        let mut early = position(vec![option(1, AfterDue::Expires, vec![notice(1, 90, false)])]);
        early.options[0].valid_from = Some(at(60));
        assert_eq!(offered_options(&early, at(50)), None);
        assert!(offered_options(&early, at(60)).is_some());
        let other = option(2, AfterDue::Expires, vec![notice(2, 80, false)]);
        early.options.push(other);
        let offered = offered_options(&early, at(50)).unwrap();
        let reasons: Vec<_> = offered.iter().map(|one| (one.option.number, one.reason)).collect();
        assert_eq!(reasons, [(2, None), (1, Some(Reason::NotYetPayable))]);
    }

    #[test]
    fn every_transfer_needs_a_postal_account_for_the_post_office() {
        let mut position =
            position(vec![option(1, AfterDue::Expires, vec![notice(1, 90, false), notice(2, 90, false)])]);
        let postal = |position: &Position| offered_options(position, at(50)).unwrap()[0].postal;
        assert_eq!(postal(&position), PostalAccounts::NotAll);
        let account = Destination::Account { iban: Iban::new(POSTAL).unwrap(), postal: None };
        position.options[0].notices[0].transfers[0].destination = account.clone();
        assert_eq!(postal(&position), PostalAccounts::NotAll);
        position.options[0].notices[1].transfers[0].destination = account;
        assert_eq!(postal(&position), PostalAccounts::All);
    }
}

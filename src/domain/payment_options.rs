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

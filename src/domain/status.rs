//! The status of a position, derived from its facts and the clock; nothing stores it.

use jiff::Timestamp;

use super::position::{AfterDue, Notice, PaymentOption, Position};

/// What a position is at one instant, in the words of the published contract (GPD v1).
///
/// The store says the same in SQL, to filter by it: a change here is a change there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Not published yet.
    Draft,
    /// Published, payable from a later date.
    Published,
    /// Payable now.
    Valid,
    /// Cancelled by the creditor.
    Invalid,
    /// Past its due date, and made to expire then.
    Expired,
    /// Some instalments of a plan are paid.
    PartiallyPaid,
    /// One option is wholly paid.
    Paid,
    /// Wholly paid, and every transfer of it accounted for by a flow.
    Reported,
}

/// What a notice is, in the words of the published contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeStatus {
    /// No receipt settles it.
    Unpaid,
    /// A receipt settles it.
    Paid,
    /// Some of its transfers are accounted for.
    PartiallyReported,
    /// All of its transfers are accounted for.
    Reported,
}

/// What a notice is among its siblings and at one instant, in the words of the published contract (GPD v3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InstalmentStatus {
    /// Nothing has happened to it.
    Unpaid,
    /// A receipt settles it.
    Paid,
    /// Some of its transfers are accounted for.
    PartiallyReported,
    /// All of its transfers are accounted for.
    Reported,
    /// The creditor cancelled it, or another option of the position was paid.
    Unpayable,
    /// Past its due date, and made to expire then.
    Expired,
}

impl Status {
    /// Every status.
    pub const ALL: [Status; 8] = [
        Status::Draft,
        Status::Published,
        Status::Valid,
        Status::Invalid,
        Status::Expired,
        Status::PartiallyPaid,
        Status::Paid,
        Status::Reported,
    ];

    /// The status of that word.
    pub fn from_word(word: &str) -> Option<Status> {
        Status::ALL.into_iter().find(|status| status.word() == word)
    }

    /// The word of the published contract.
    pub const fn word(self) -> &'static str {
        match self {
            Status::Draft => "DRAFT",
            Status::Published => "PUBLISHED",
            Status::Valid => "VALID",
            Status::Invalid => "INVALID",
            Status::Expired => "EXPIRED",
            Status::PartiallyPaid => "PARTIALLY_PAID",
            Status::Paid => "PAID",
            Status::Reported => "REPORTED",
        }
    }
}

impl NoticeStatus {
    /// The word of the published contract.
    pub const fn word(self) -> &'static str {
        match self {
            NoticeStatus::Unpaid => "PO_UNPAID",
            NoticeStatus::Paid => "PO_PAID",
            NoticeStatus::PartiallyReported => "PO_PARTIALLY_REPORTED",
            NoticeStatus::Reported => "PO_REPORTED",
        }
    }
}

impl InstalmentStatus {
    /// The word of the published contract.
    pub const fn word(self) -> &'static str {
        match self {
            InstalmentStatus::Unpaid => "UNPAID",
            InstalmentStatus::Paid => "PAID",
            InstalmentStatus::PartiallyReported => "PARTIALLY_REPORTED",
            InstalmentStatus::Reported => "REPORTED",
            InstalmentStatus::Unpayable => "UNPAYABLE",
            InstalmentStatus::Expired => "EXPIRED",
        }
    }
}

/// The status of a position now. A payment outweighs all else, because money has moved: a cancelled
/// position that was paid is paid.
pub fn status(position: &Position, now: Timestamp) -> Status {
    let settled = position.options.iter().filter(|option| is_settled(option));
    let mut settled = settled.peekable();
    if settled.peek().is_some() {
        let reported = settled.any(|option| option.notices.iter().all(is_reported));
        return if reported { Status::Reported } else { Status::Paid };
    }
    if position.notices().any(|notice| notice.payment.is_some()) {
        return Status::PartiallyPaid;
    }
    if position.history.invalidated_at.is_some() {
        return Status::Invalid;
    }
    if position.history.published_at.is_none() {
        return Status::Draft;
    }
    if position.valid_from().is_some_and(|from| from > now) {
        return Status::Published;
    }
    if !position.options.is_empty() && position.options.iter().all(|option| has_expired(option, now)) {
        return Status::Expired;
    }
    Status::Valid
}

/// The status of one notice.
pub fn notice_status(notice: &Notice) -> NoticeStatus {
    let reported = notice.transfers.iter().filter(|transfer| transfer.reported_at.is_some()).count();
    match (&notice.payment, reported) {
        (None, _) => NoticeStatus::Unpaid,
        (Some(_), 0) => NoticeStatus::Paid,
        (Some(_), n) if n < notice.transfers.len() => NoticeStatus::PartiallyReported,
        (Some(_), _) => NoticeStatus::Reported,
    }
}

/// The status of one notice of an option of the position now.
pub fn instalment_status(
    position: &Position,
    option: &PaymentOption,
    notice: &Notice,
    now: Timestamp,
) -> InstalmentStatus {
    match notice_status(notice) {
        NoticeStatus::Paid => return InstalmentStatus::Paid,
        NoticeStatus::PartiallyReported => return InstalmentStatus::PartiallyReported,
        NoticeStatus::Reported => return InstalmentStatus::Reported,
        NoticeStatus::Unpaid => {}
    }
    let mut siblings = position.options.iter().filter(|other| other.number != option.number);
    let closed = siblings.any(|other| other.notices.iter().any(|notice| notice.payment.is_some()));
    if closed || position.history.invalidated_at.is_some() {
        return InstalmentStatus::Unpayable;
    }
    let late = option.after_due == AfterDue::Expires && now > notice.due;
    if position.is_on_offer() && late { InstalmentStatus::Expired } else { InstalmentStatus::Unpaid }
}

fn is_settled(option: &PaymentOption) -> bool {
    !option.notices.is_empty() && option.notices.iter().all(|notice| notice.payment.is_some())
}

fn is_reported(notice: &Notice) -> bool {
    notice_status(notice) == NoticeStatus::Reported
}

fn has_expired(option: &PaymentOption, now: Timestamp) -> bool {
    option.after_due == AfterDue::Expires && option.notices.iter().all(|notice| now > notice.due)
}

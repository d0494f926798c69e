//! When a position that was made on demand, and that nobody paid, is deleted.

use jiff::Timestamp;

use crate::domain::hold::HoldPolicy;
use crate::domain::lifecycle::{NotDeletable, check_deletable};
use crate::domain::position::{AfterDue, Position};
use crate::domain::status::{Status, status};

/// Why a position that was made on demand is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// It is paid, or its creditor lets it be paid however late.
    ForGood,
    /// It cannot have expired, or be free of a payment, before that instant.
    Until(Timestamp),
}

/// Says whether a position is to be deleted: unpaid, not being paid, and expired (or cancelled, and past its due
/// date all the same) by an instant that lies far enough back.
pub fn check_purgeable(
    position: &Position,
    hold: HoldPolicy,
    expired_by: Timestamp,
    now: Timestamp,
) -> Result<(), Kept> {
    match status(position, now) {
        Status::PartiallyPaid | Status::Paid | Status::Reported => return Err(Kept::ForGood),
        Status::Draft | Status::Published | Status::Valid | Status::Invalid | Status::Expired => {}
    }
    let due = position.notices().map(|notice| notice.due).max().unwrap_or(now);
    if due > expired_by {
        return Err(Kept::Until(due));
    }
    let stays = position.options.iter().any(|option| option.after_due == AfterDue::StaysPayable);
    if stays && position.history.invalidated_at.is_none() {
        return Err(Kept::ForGood);
    }
    match check_deletable(position, hold, now) {
        Ok(()) => Ok(()),
        Err(NotDeletable::InProgress(payment)) => Err(Kept::Until(payment.until)),
        Err(NotDeletable::Paid(_)) => Err(Kept::ForGood),
    }
}

//! What may be done to a position, and when: creation, publication, cancellation, deletion. What may
//! be written over is in [`update`](super::update).
//!
//! The transition table is that of the published contract (GPD v1), but that the unpaid rest of a partly
//! paid plan can be cancelled too, and that what may be being paid just now is held.

use jiff::Timestamp;

use super::amount::Cents;
use super::hold::{HoldPolicy, PaymentInProgress};
use super::position::{AfterDue, Position};
use super::status::{Status, status};

/// Why a position cannot be published.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotPublishable {
    /// It is no draft any more.
    #[error("only a draft can be published, and this position is {}", .0.word())]
    NotDraft(Status),
    /// A due date has passed.
    #[error("a due date of the position has passed")]
    DueDatePassed,
    /// Its validity date has passed.
    #[error("the validity date of the position has passed")]
    ValidityDatePassed,
}

/// Why a position cannot be cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotInvalidable {
    /// Nothing of it is on offer.
    #[error("a position can be invalidated while it is published, valid or partly paid, and this one is {}", .0.word())]
    Status(Status),
    /// The unpaid rest of it is cancelled already.
    #[error("the unpaid rest of the position is already invalidated")]
    RestInvalidated,
    /// Somebody may be paying it.
    #[error(transparent)]
    InProgress(#[from] PaymentInProgress),
}

/// Why a position cannot be deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotDeletable {
    /// Money was received for it.
    #[error("a payment was received for this position, which is {}", .0.word())]
    Paid(Status),
    /// Somebody may be paying it.
    #[error(transparent)]
    InProgress(#[from] PaymentInProgress),
}

/// What is wrong with the contents of a position that somebody wants to create.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Inconsistency {
    /// The transfers do not add up.
    #[error("the amount must be the sum of its transfers")]
    Sum,
    /// Transfers share an id.
    #[error("the idTransfer of each transfer must differ within the notice")]
    TransferIds,
    /// No transfer, or too many.
    #[error("a notice has 1 to 5 transfers")]
    TransferCount,
    /// The due date has passed.
    #[error("the due date must not have passed")]
    DueDatePassed,
    /// The due date precedes the validity date.
    #[error("the due date must not precede the validity date")]
    DueBeforeValidity,
    /// The retention date precedes the due date.
    #[error("the retention date must not precede the due date")]
    RetentionBeforeDue,
    /// The validity date is not in the future.
    #[error("the validity date must be in the future")]
    ValidityDatePassed,
}

/// Publishes a draft: it becomes payable at its validity date, or now if it asked for none.
pub fn publish(position: &mut Position, now: Timestamp) -> Result<(), NotPublishable> {
    let current = status(position, now);
    if current != Status::Draft {
        return Err(NotPublishable::NotDraft(current));
    }
    if position.notices().any(|notice| notice.due < now) {
        return Err(NotPublishable::DueDatePassed);
    }
    if position.valid_from().is_some_and(|from| from < now) {
        return Err(NotPublishable::ValidityDatePassed);
    }
    mark_published(position, now);
    touch(position, now);
    Ok(())
}

/// Records the publication of a position whose dates were checked.
pub fn mark_published(position: &mut Position, now: Timestamp) {
    position.history.published_at = Some(now);
    for option in &mut position.options {
        option.valid_from.get_or_insert(now);
    }
}

/// Cancels a position that is published or valid, or the unpaid rest of one that is partly paid: that stays
/// partly paid, and nobody can pay more of it.
pub fn invalidate(position: &mut Position, hold: HoldPolicy, now: Timestamp) -> Result<(), NotInvalidable> {
    match status(position, now) {
        Status::Published | Status::Valid => {}
        Status::PartiallyPaid if position.history.invalidated_at.is_none() => {}
        Status::PartiallyPaid => return Err(NotInvalidable::RestInvalidated),
        other => return Err(NotInvalidable::Status(other)),
    }
    hold.check(position, now)?;
    position.history.invalidated_at = Some(now);
    touch(position, now);
    Ok(())
}

/// Says whether a position may be deleted: not once money was received for it, nor while it may be.
pub fn check_deletable(position: &Position, hold: HoldPolicy, now: Timestamp) -> Result<(), NotDeletable> {
    match status(position, now) {
        paid @ (Status::PartiallyPaid | Status::Paid | Status::Reported) => Err(NotDeletable::Paid(paid)),
        Status::Draft | Status::Published | Status::Valid | Status::Invalid | Status::Expired => {
            Ok(hold.check(position, now)?)
        }
    }
}

/// Checks the validity date of a new position. An update may bring one that has passed: the position is
/// then payable once it is on offer.
pub fn check_validity_date(valid_from: Option<Timestamp>, now: Timestamp) -> Result<(), Inconsistency> {
    match valid_from {
        Some(from) if from <= now => Err(Inconsistency::ValidityDatePassed),
        _ => Ok(()),
    }
}

/// Everything that is wrong with how an amount is shared out, from the id and amount of each transfer.
pub fn share_inconsistencies(amount: Cents, shares: &[(i64, Cents)]) -> Vec<Inconsistency> {
    let mut wrong = Vec::new();
    let mut ids: Vec<i64> = shares.iter().map(|(id, _)| *id).collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.len() != shares.len() {
        wrong.push(Inconsistency::TransferIds);
    }
    if !(1..=5).contains(&shares.len()) {
        wrong.push(Inconsistency::TransferCount);
    } else if Cents::checked_sum(shares.iter().map(|(_, share)| *share)) != Some(amount) {
        wrong.push(Inconsistency::Sum);
    }
    wrong
}

/// The dates of a new notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoticeDates {
    /// Until when it should be paid.
    pub due: Timestamp,
    /// Until when the creditor keeps it.
    pub retention: Option<Timestamp>,
    /// The validity date of its option.
    pub valid_from: Option<Timestamp>,
    /// The due date that the notice has already on offer: it may have passed.
    pub due_already: Option<Timestamp>,
    /// Whether a due date may have passed besides.
    pub past_due: PastDue,
}

/// Whether a notice may be written whose due date has passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PastDue {
    /// It may not: nobody would pay it in time.
    Refused,
    /// It may: an update corrects it, and it stays payable however late it is.
    Allowed,
}

impl PastDue {
    /// What the published contract has for the notices of an option: creation wants a due date to come, an
    /// update only where the notice would expire at once or says nothing of its validity.
    pub fn of_update(after_due: AfterDue, valid_from: Option<Timestamp>) -> Self {
        match (after_due, valid_from) {
            (AfterDue::StaysPayable, Some(_)) => PastDue::Allowed,
            (AfterDue::Expires, _) | (AfterDue::StaysPayable, None) => PastDue::Refused,
        }
    }
}

/// Everything that is wrong with the dates of a notice that is written.
pub fn date_inconsistencies(dates: &NoticeDates, now: Timestamp) -> Vec<Inconsistency> {
    let mut wrong = Vec::new();
    let agreed = dates.due_already == Some(dates.due) || dates.past_due == PastDue::Allowed;
    if dates.due < now && !agreed {
        wrong.push(Inconsistency::DueDatePassed);
    }
    if dates.valid_from.is_some_and(|from| dates.due < from) {
        wrong.push(Inconsistency::DueBeforeValidity);
    }
    if dates.retention.is_some_and(|retention| retention < dates.due) {
        wrong.push(Inconsistency::RetentionBeforeDue);
    }
    wrong
}

/// Takes note that a position changed.
pub(super) fn touch(position: &mut Position, now: Timestamp) {
    position.history.updated_at = now;
    position.history.version += 1;
}

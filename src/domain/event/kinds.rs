//! What can happen, and under which type it is told.

use crate::domain::anomaly::Step;

/// What can happen to a debt position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PositionChange {
    /// It was created.
    Created,
    /// Its contents changed.
    Updated,
    /// It was offered for payment.
    Published,
    /// It became a draft again.
    Withdrawn,
    /// The creditor cancelled it, or the unpaid rest of it.
    Invalidated,
    /// It is no longer cancelled.
    Restored,
    /// It was deleted.
    Deleted,
    /// A part of a plan is paid.
    PartiallyPaid,
    /// It is wholly paid.
    Paid,
    /// It is paid, and flows account for all of it.
    Reported,
}

impl PositionChange {
    /// The type of the event.
    pub const fn kind(self) -> &'static str {
        match self {
            PositionChange::Created => "varco.position.created",
            PositionChange::Updated => "varco.position.updated",
            PositionChange::Published => "varco.position.published",
            PositionChange::Withdrawn => "varco.position.withdrawn",
            PositionChange::Invalidated => "varco.position.invalidated",
            PositionChange::Restored => "varco.position.restored",
            PositionChange::Deleted => "varco.position.deleted",
            PositionChange::PartiallyPaid => "varco.position.partially_paid",
            PositionChange::Paid => "varco.position.paid",
            PositionChange::Reported => "varco.position.reported",
        }
    }
}

/// What can happen to a payable notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OptionChange {
    /// A change of its position brought it.
    Added,
    /// A change of its position took it away.
    Removed,
    /// It was paid.
    Paid,
    /// Flows account for more of its transfers.
    Reported,
}

impl OptionChange {
    /// The type of the event.
    pub const fn kind(self) -> &'static str {
        match self {
            OptionChange::Added => "varco.option.added",
            OptionChange::Removed => "varco.option.removed",
            OptionChange::Paid => "varco.option.paid",
            OptionChange::Reported => "varco.option.reported",
        }
    }
}

/// What can happen to a receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReceiptChange {
    /// It was booked.
    Booked,
    /// It is of another class, because its notice appeared.
    Reclassified,
}

/// What can happen to an anomaly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnomalyChange {
    /// A receipt or a message did not fit.
    Opened,
    /// Its history has one entry more.
    Step(Step),
}

impl AnomalyChange {
    /// The type of the event.
    pub const fn kind(self) -> &'static str {
        match self {
            AnomalyChange::Opened => "varco.anomaly.opened",
            AnomalyChange::Step(Step::Noted) => "varco.anomaly.noted",
            AnomalyChange::Step(Step::Resolved(_)) => "varco.anomaly.resolved",
            AnomalyChange::Step(Step::Reopened) => "varco.anomaly.reopened",
            AnomalyChange::Step(Step::Closed(_)) => "varco.anomaly.closed",
        }
    }
}

/// What can happen with a partner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartnerChange {
    /// It failed so often in a row that it is left alone for a while.
    Failed,
    /// It answers again.
    Recovered,
    /// It did not answer for a notice, and the position that is here was told instead.
    StoodIn,
    /// It has not taken a receipt for long, or refuses it.
    Undelivered,
}

impl PartnerChange {
    /// The type of the event.
    pub const fn kind(self) -> &'static str {
        match self {
            PartnerChange::Failed => "varco.partner.failed",
            PartnerChange::Recovered => "varco.partner.recovered",
            PartnerChange::StoodIn => "varco.partner.stood_in",
            PartnerChange::Undelivered => "varco.partner.undelivered",
        }
    }
}

/// What can happen to a subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubscriptionChange {
    /// It was made.
    Created,
    /// Its terms or its secret changed.
    Changed,
    /// Events are sent again.
    Enabled,
    /// Nothing is sent any more.
    Disabled,
    /// It was deleted.
    Deleted,
}

impl SubscriptionChange {
    /// The type of the event.
    pub const fn kind(self) -> &'static str {
        match self {
            SubscriptionChange::Created => "varco.subscription.created",
            SubscriptionChange::Changed => "varco.subscription.changed",
            SubscriptionChange::Enabled => "varco.subscription.enabled",
            SubscriptionChange::Disabled => "varco.subscription.disabled",
            SubscriptionChange::Deleted => "varco.subscription.deleted",
        }
    }
}

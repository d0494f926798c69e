//! The hold on a position while somebody may be paying it.
//!
//! From the node's request for a payment (paGetPayment, SANP 3.10) to the receipt, money may be moving.
//! For that time the creditor cannot change, cancel or delete what is being paid. The published service has
//! no such rule. It is short on purpose: a payment that was given up leaves no other trace.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::position::{Notice, Position};

/// How long a request for payment holds a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HoldPolicy(SignedDuration);

/// Why something has to wait: a payment may be under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a payment of the position may be under way until {until}")]
pub struct PaymentInProgress {
    /// When the hold ends, in UTC, unless the node asks again.
    pub until: Timestamp,
    /// In how many seconds that is, rounded up.
    pub seconds: i64,
}

impl HoldPolicy {
    /// Nothing is ever held.
    pub const OFF: HoldPolicy = HoldPolicy(SignedDuration::ZERO);

    /// Holds for that time; none at all is [`HoldPolicy::OFF`].
    pub fn lasting(time: Duration) -> Self {
        HoldPolicy(SignedDuration::try_from(time).unwrap_or(SignedDuration::MAX))
    }

    /// Whether nothing is ever held.
    pub fn is_off(self) -> bool {
        self == HoldPolicy::OFF
    }

    /// When the hold on a notice ends; none if it is not held. A payment ends it.
    pub fn until(self, notice: &Notice, now: Timestamp) -> Option<Timestamp> {
        let activated_at = notice.activated_at.filter(|_| notice.payment.is_none() && !self.is_off())?;
        // A hold beyond the end of time ends there.
        let until = activated_at.checked_add(self.0).unwrap_or(Timestamp::MAX);
        (until > now).then_some(until)
    }

    /// A notice that was activated later than this may be held; the same rule for a query.
    pub fn cutoff(self, now: Timestamp) -> Timestamp {
        if self.is_off() { Timestamp::MAX } else { now.checked_sub(self.0).unwrap_or(Timestamp::MIN) }
    }

    /// Refuses while any notice of the position is held; says when the last hold ends.
    pub fn check(self, position: &Position, now: Timestamp) -> Result<(), PaymentInProgress> {
        match position.notices().filter_map(|notice| self.until(notice, now)).max() {
            Some(until) => {
                let left = until.duration_since(now).as_millis();
                let seconds = i64::try_from((left + 999) / 1000).unwrap_or(i64::MAX);
                Err(PaymentInProgress { until, seconds })
            }
            None => Ok(()),
        }
    }
}

//! When it is told that a certificate ends.

use jiff::{SignedDuration, Timestamp};

const DAY: i64 = 86_400;

/// How near the end of a certificate is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Threshold {
    /// It has ended.
    Ended,
    /// Seven days or less.
    Week,
    /// Thirty days or less.
    Month,
    /// Sixty days or less.
    TwoMonths,
}

impl Threshold {
    /// All, the most urgent first.
    pub const ALL: [Threshold; 4] =
        [Threshold::Ended, Threshold::Week, Threshold::Month, Threshold::TwoMonths];

    /// How many days are left at most.
    pub const fn days(self) -> i64 {
        match self {
            Threshold::Ended => 0,
            Threshold::Week => 7,
            Threshold::Month => 30,
            Threshold::TwoMonths => 60,
        }
    }

    /// What is to be told of a certificate that ends then: the most urgent alone.
    pub fn reached(not_after: Timestamp, now: Timestamp) -> Option<Threshold> {
        let left = not_after.duration_since(now);
        let within = |one: &Threshold| left <= SignedDuration::from_secs(one.days() * DAY);
        Threshold::ALL.into_iter().find(within)
    }
}

/// Whole days until then, rounded down: negative once it is past.
pub fn days_left(not_after: Timestamp, now: Timestamp) -> i64 {
    (not_after.as_second() - now.as_second()).div_euclid(DAY)
}

//! The days that an archive is of.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use crate::domain::rome;

/// How long after its last day a period is still open: whatever was received in it is booked by then, also if
/// the clocks of several instances disagree by minutes.
const MARGIN: SignedDuration = SignedDuration::from_hours(1);

/// Civil days in Italy, the first and the last included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    first: Date,
    last: Date,
}

/// Why two days are no period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PeriodError {
    /// The last day is before the first.
    #[error("the last day is before the first")]
    Order,
    /// The calendar ends there.
    #[error("these days are outside the calendar")]
    Calendar,
}

impl Period {
    /// From the first day to the last.
    pub fn new(first: Date, last: Date) -> Result<Self, PeriodError> {
        if last < first {
            return Err(PeriodError::Order);
        }
        let period = Period { first, last };
        period.starts().and(period.ends()).ok_or(PeriodError::Calendar)?;
        Ok(period)
    }

    /// The first day.
    pub fn first(&self) -> Date {
        self.first
    }

    /// The last day.
    pub fn last(&self) -> Date {
        self.last
    }

    /// Its first instant, and the first one after it.
    pub fn instants(&self) -> (Timestamp, Timestamp) {
        (self.starts().unwrap_or(Timestamp::MIN), self.ends().unwrap_or(Timestamp::MAX))
    }

    /// Whether nothing more can be received in it.
    pub fn is_over(&self, now: Timestamp) -> bool {
        now.duration_since(self.instants().1) >= MARGIN
    }

    fn starts(&self) -> Option<Timestamp> {
        rome::instant(self.first.at(0, 0, 0, 0))
    }

    fn ends(&self) -> Option<Timestamp> {
        rome::instant(self.last.tomorrow().ok()?.at(0, 0, 0, 0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn period(first: &str, last: &str) -> Result<Period, PeriodError> {
        Period::new(first.parse().unwrap(), last.parse().unwrap())
    }

    #[test]
    fn days_are_those_of_italy_and_meet_without_a_gap() {
        let year = period("2026-01-01", "2026-12-31").unwrap();
        let (from, until) = year.instants();
        assert_eq!(
            (from.to_string(), until.to_string()),
            ("2025-12-31T23:00:00Z".into(), "2026-12-31T23:00:00Z".into())
        );
        assert_eq!(period("2027-01-01", "2027-01-01").unwrap().instants().0, until);
        assert_eq!(
            period("2026-03-29", "2026-03-29").unwrap().instants().1.to_string(),
            "2026-03-29T22:00:00Z"
        );
    }

    #[test]
    fn a_period_is_over_an_hour_after_its_end() {
        let year = period("2026-01-01", "2026-12-31").unwrap();
        assert!(!year.is_over("2026-12-31T23:59:59Z".parse().unwrap()));
        assert!(year.is_over("2027-01-01T00:00:00Z".parse().unwrap()));
    }

    #[test]
    fn days_the_wrong_way_round_are_no_period() {
        assert_eq!(period("2026-02-01", "2026-01-31"), Err(PeriodError::Order));
        assert_eq!(period("2026-02-01", "9999-12-31"), Err(PeriodError::Calendar));
    }
}

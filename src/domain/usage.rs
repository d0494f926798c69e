//! What an installation did for whom in a month: the report that is billed by.
//!
//! A month is a civil month in Italy. A payment counts in the month in which the citizen paid, a notice in
//! the month in which its position was created, a call of the node on the day on which it came.

use std::fmt;
use std::time::Duration;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};

use super::fiscal_code::FiscalCode;
use super::ids::BrokerCode;
use super::rome;

/// The service level that the node holds stations to: answers within this.
pub const SERVICE_LEVEL: Duration = Duration::from_secs(2);

/// The share of calls, in hundredths of a percent, that a month's answers within [`SERVICE_LEVEL`] must reach.
pub const SHARE_DUE: u64 = 9_800;

/// A civil month in Italy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Month {
    first: Date,
    from: Timestamp,
    until: Timestamp,
}

/// Why a text is no month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a month such as 2026-11")]
pub struct MonthError;

impl Month {
    /// Reads a month such as `2026-11`, of the years 2000 to 2999.
    pub fn parse(text: &str) -> Result<Self, MonthError> {
        let digits = text.bytes().enumerate().all(|(at, byte)| match at {
            4 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
        if text.len() != 7 || !digits || !text.starts_with('2') {
            return Err(MonthError);
        }
        let first = format!("{text}-01").parse().map_err(|_| MonthError)?;
        Month::beginning(first).ok_or(MonthError)
    }

    /// The month that Italy has at that instant; none outside of the years that are read.
    pub fn of(instant: Timestamp) -> Option<Self> {
        Month::beginning(rome::day(instant).first_of_month())
    }

    fn beginning(first: Date) -> Option<Self> {
        let next = first.checked_add(1.month()).ok()?;
        let midnight = |day: Date| rome::instant(day.at(0, 0, 0, 0));
        Some(Month { first, from: midnight(first)?, until: midnight(next)? })
    }

    /// The first instant of it.
    pub fn from(&self) -> Timestamp {
        self.from
    }

    /// The first instant after it.
    pub fn until(&self) -> Timestamp {
        self.until
    }

    /// The first day of it.
    pub fn first_day(&self) -> Date {
        self.first
    }

    /// The last day of it.
    pub fn last_day(&self) -> Date {
        self.first.last_of_month()
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.first.year(), self.first.month())
    }
}

/// Whose use is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UsageOf {
    /// Of one creditor institution, through whichever broker.
    Institution(FiscalCode),
    /// Of every creditor institution, as far as the stations of one broker served it.
    Broker(BrokerCode),
    /// Of every creditor institution.
    Everybody,
}

/// A number of things, and the money that they stand for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many.
    pub count: u64,
    /// Euro cents.
    pub cents: i64,
}

impl Tally {
    /// Both together.
    pub fn and(self, other: Tally) -> Tally {
        Tally { count: self.count.saturating_add(other.count), cents: self.cents.saturating_add(other.cents) }
    }
}

/// Calls of the node that were answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Answers {
    /// All of them.
    pub calls: u64,
    /// Those within [`SERVICE_LEVEL`].
    pub within: u64,
}

impl Answers {
    /// Both together.
    pub fn and(self, other: Answers) -> Answers {
        Answers {
            calls: self.calls.saturating_add(other.calls),
            within: self.within.saturating_add(other.within),
        }
    }

    /// The share within the service level, in hundredths of a percent, cut off and never rounded up: 100 %
    /// means all. None where nothing was asked.
    pub fn share(&self) -> Option<u64> {
        let share = u128::from(self.within) * 10_000;
        share.checked_div(u128::from(self.calls)).and_then(|share| u64::try_from(share).ok())
    }

    /// Whether the share is what is due; also where nothing was asked.
    pub fn keeps_the_level(&self) -> bool {
        u128::from(self.within) * 10_000 >= u128::from(self.calls) * u128::from(SHARE_DUE)
    }
}

/// What was done for a creditor institution in a month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Usage {
    /// The creditor institution.
    pub ec: FiscalCode,
    /// Its name.
    pub name: String,
    /// Positions that were created and are still there.
    pub positions: u64,
    /// Their notices, as they stand.
    pub notices: Tally,
    /// Payments of its notices, by how they were paid; none for receipts that do not say.
    pub payments: Vec<(Option<String>, Tally)>,
    /// Those payments among them whose receipts came after the end of the month.
    pub late: Tally,
    /// Receipts of notices of others that it has a share in.
    pub as_beneficiary: u64,
    /// Calls of the node, by primitive.
    pub answers: Vec<(String, Answers)>,
}

impl Usage {
    /// Nothing yet.
    pub fn nothing(ec: FiscalCode, name: String) -> Self {
        let (notices, late) = (Tally::default(), Tally::default());
        let (payments, answers) = (Vec::new(), Vec::new());
        Usage { ec, name, positions: 0, notices, payments, late, as_beneficiary: 0, answers }
    }

    /// All payments.
    pub fn paid(&self) -> Tally {
        self.payments.iter().fold(Tally::default(), |all, (_, tally)| all.and(*tally))
    }

    /// All calls.
    pub fn answered(&self) -> Answers {
        self.answers.iter().fold(Answers::default(), |all, (_, answers)| all.and(*answers))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_begins_and_ends_at_midnight_in_rome() {
        let months = [
            ("2026-11", "2026-10-31T23:00:00Z", "2026-11-30T23:00:00Z", "2026-11-30"),
            // The clock is put forward in March and back in October.
            ("2026-03", "2026-02-28T23:00:00Z", "2026-03-31T22:00:00Z", "2026-03-31"),
            ("2026-10", "2026-09-30T22:00:00Z", "2026-10-31T23:00:00Z", "2026-10-31"),
            ("2028-02", "2028-01-31T23:00:00Z", "2028-02-29T23:00:00Z", "2028-02-29"),
            ("2026-12", "2026-11-30T23:00:00Z", "2026-12-31T23:00:00Z", "2026-12-31"),
        ];
        for (text, from, until, last) in months {
            let month = Month::parse(text).unwrap();
            assert_eq!((month.from().to_string(), month.until().to_string()), (from.into(), until.into()));
            assert_eq!(
                (month.first_day().to_string(), month.last_day().to_string()),
                (format!("{text}-01"), last.into())
            );
            assert_eq!(month.to_string(), text);
        }
        let new_year: Timestamp = "2026-12-31T23:00:00Z".parse().unwrap();
        assert_eq!(Month::of(new_year).unwrap().to_string(), "2027-01");
    }

    #[test]
    fn nothing_else_is_a_month() {
        for wrong in [
            "",
            "2026",
            "2026-13",
            "2026-00",
            "2026-1",
            "26-11",
            "2026-11-01",
            "2026/11",
            "1999-12",
            "+026-11",
        ] {
            assert_eq!(Month::parse(wrong), Err(MonthError), "{wrong}");
        }
    }

    #[test]
    fn a_share_is_never_rounded_up() {
        let share = |within, calls| Answers { calls, within }.share();
        assert_eq!(share(0, 0), None);
        assert_eq!(share(1, 1), Some(10_000));
        assert_eq!(share(99_999, 100_000), Some(9_999));
        assert_eq!(share(2, 3), Some(6_666));
        assert_eq!(share(u64::MAX, u64::MAX), Some(10_000));
    }

    #[test]
    fn the_level_is_kept_from_98_percent_on() {
        for (within, calls, kept) in [(0, 0, true), (98, 100, true), (97, 100, false), (9_799, 10_000, false)]
        {
            assert_eq!(Answers { calls, within }.keeps_the_level(), kept, "{within} of {calls}");
        }
    }

    #[test]
    fn what_was_paid_is_the_sum_of_all_ways_to_pay() {
        let mut usage = Usage::nothing(FiscalCode::new("77777777777").unwrap(), "Comune".into());
        let of = |count, cents| Tally { count, cents };
        usage.payments = vec![(Some("CP".into()), of(2, 300)), (None, of(1, 5))];
        assert_eq!(usage.paid(), of(3, 305));
    }
}

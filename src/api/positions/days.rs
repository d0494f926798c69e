//! Intervals of the list: two days or two instants, of which one may be left out.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan};

use super::query::{self, BadQuery};
use crate::domain::dates::{self, WholeDay};
use crate::domain::rome;
use crate::store::Interval;

/// The most days from the first to the last, and how many there are when one of them is left out.
const DAYS_MAX: i32 = 30;

/// Why an interval cannot be searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IntervalError {
    /// A bound that cannot be read.
    #[error(transparent)]
    Query(#[from] BadQuery),
    /// It ends before it begins, or has more than 30 days.
    #[error("the interval ends before it begins or is too long")]
    Length,
}

/// From the first to the last day, both in Italy; none if neither is given.
pub fn of_days(from: Option<&str>, to: Option<&str>) -> Result<Option<Interval>, IntervalError> {
    let wrong = BadQuery("The query parameters for dates must be days such as 2026-12-31.");
    let (from, to) = match (query::word(from, None, day, wrong)?, query::word(to, None, day, wrong)?) {
        (None, None) => return Ok(None),
        (Some(from), Some(to)) => (from, to),
        (Some(from), None) => (from, from.saturating_add(DAYS_MAX.days())),
        (None, Some(to)) => (to.saturating_sub(DAYS_MAX.days()), to),
    };
    let days = (to - from).get_days();
    if !(0..=DAYS_MAX).contains(&days) {
        return Err(IntervalError::Length);
    }
    let midnight = |day: Date| rome::instant(day.to_datetime(jiff::civil::Time::midnight()));
    let until = to.tomorrow().ok().and_then(midnight);
    let interval = midnight(from).zip(until).map(|(from, until)| Interval { from, until });
    interval.map(Some).ok_or(IntervalError::Length)
}

/// From the first to the last instant, both of which belong to it; none if neither is given.
pub fn of_instants(from: Option<&str>, to: Option<&str>) -> Result<Option<Interval>, IntervalError> {
    let wrong = BadQuery(
        "The query parameters for date-times must be such as 2026-12-31T23:59:59 or 2026-12-31T22:59:59Z.",
    );
    let read = |text, edge| query::word(text, None, |text| dates::parse(text, edge).ok().map(Some), wrong);
    let (from, to) = match (read(from, WholeDay::FromStart)?, read(to, WholeDay::UntilEnd)?) {
        (None, None) => return Ok(None),
        (Some(from), Some(to)) => (from, to),
        (Some(from), None) => (from, days_later(from, DAYS_MAX)?),
        (None, Some(to)) => (days_later(to, -DAYS_MAX)?, to),
    };
    if to < from || to > days_later(from, DAYS_MAX)? {
        return Err(IntervalError::Length);
    }
    // The store knows no finer time.
    let until = to.checked_add(SignedDuration::from_micros(1)).map_err(|_| IntervalError::Length)?;
    Ok(Some(Interval { from, until }))
}

/// The same time of another Italian day.
fn days_later(instant: Timestamp, days: i32) -> Result<Timestamp, IntervalError> {
    let there = rome::wall_clock(instant).checked_add(days.days()).ok().and_then(rome::instant);
    there.ok_or(IntervalError::Length)
}

/// Only the form of the contract: the library reads others too.
fn day(text: &str) -> Option<Option<Date>> {
    let [_, _, _, _, b'-', _, _, b'-', _, _] = text.as_bytes() else { return None };
    let plain = text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    text.parse().ok().filter(|_| plain).map(Some)
}

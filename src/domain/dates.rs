//! The dates of the published contract, as instants.
//!
//! The contract says `date-time`, yet its examples and most callers leave the offset out, and the
//! published service then reads UTC, so that a notice due "at 23:59:59" expires an hour or two into
//! the next Italian day. Here a date without an offset is what an Italian official means by it: the
//! wall clock of Rome. Answers are written in UTC with a `Z`, which reads the same everywhere.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time, time};
use jiff::tz::TimeZone;

use crate::domain::rome;

/// What a date without a time of day means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WholeDay {
    /// Its first instant: from then on.
    FromStart,
    /// Its last second: until then.
    UntilEnd,
}

/// Why a text is no date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DateError {
    /// Not written as a date, or no date of the calendar.
    #[error(
        "must be a date-time such as 2026-12-31T23:59:59 (Italian time) or 2026-12-31T22:59:59Z, or a date such as 2026-12-31"
    )]
    Form,
    /// Too early or too late to mean anything.
    #[error("must lie between the years 2000 and 2999")]
    Range,
}

/// Reads a date-time with an offset as that instant, one without as the wall clock of Rome, and a date
/// alone as an end of that day in Rome. Of an hour that the end of summer time repeats it is the first.
pub fn parse(text: &str, whole_day: WholeDay) -> Result<Timestamp, DateError> {
    let instant = match text.as_bytes() {
        day @ [_, _, _, _, b'-', _, _, b'-', _, _] => {
            let day: Date = plain(day).and_then(|day| day.parse().ok()).ok_or(DateError::Form)?;
            in_rome(day.to_datetime(whole_day.edge()))?
        }
        [_, _, _, _, b'-', _, _, b'-', _, _, b'T', clock @ ..] if plain(clock).is_some() => {
            let has_offset = clock.iter().any(|b| matches!(b, b'Z' | b'+' | b'-'));
            if has_offset {
                text.parse::<Timestamp>().map_err(|_| DateError::Form)?
            } else {
                in_rome(text.parse::<DateTime>().map_err(|_| DateError::Form)?)?
            }
        }
        _ => return Err(DateError::Form),
    };
    let instant = Timestamp::from_microsecond(instant.as_microsecond()).map_err(|_| DateError::Range)?;
    let year = instant.to_zoned(TimeZone::UTC).year();
    if (2000..3000).contains(&year) { Ok(instant) } else { Err(DateError::Range) }
}

/// Writes an instant in UTC with a `Z`.
pub fn write(instant: Timestamp) -> String {
    instant.to_string()
}

impl WholeDay {
    const fn edge(self) -> Time {
        match self {
            WholeDay::FromStart => Time::midnight(),
            WholeDay::UntilEnd => time(23, 59, 59, 0),
        }
    }
}

fn in_rome(wall_clock: DateTime) -> Result<Timestamp, DateError> {
    rome::instant(wall_clock).ok_or(DateError::Range)
}

/// The library reads more forms than RFC 3339 has (week dates, zone names); none of them gets through.
fn plain(text: &[u8]) -> Option<&str> {
    let known = |b: &u8| b.is_ascii_digit() || b":.-+Z".contains(b);
    if text.iter().all(known) { std::str::from_utf8(text).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn until(text: &str) -> Result<String, DateError> {
        parse(text, WholeDay::UntilEnd).map(write)
    }

    #[test]
    fn an_offset_is_honoured() {
        assert_eq!(until("2026-12-31T23:59:59Z").as_deref(), Ok("2026-12-31T23:59:59Z"));
        assert_eq!(until("2026-12-31T23:59:59+01:00").as_deref(), Ok("2026-12-31T22:59:59Z"));
        assert_eq!(until("2026-12-31T10:00:00.5-05:00").as_deref(), Ok("2026-12-31T15:00:00.5Z"));
    }

    #[test]
    fn without_an_offset_it_is_the_wall_clock_of_rome() {
        assert_eq!(until("2026-12-31T23:59:59").as_deref(), Ok("2026-12-31T22:59:59Z"), "winter");
        assert_eq!(until("2026-07-31T23:59:59.999").as_deref(), Ok("2026-07-31T21:59:59.999Z"), "summer");
        assert_eq!(until("2026-10-25T02:30:00").as_deref(), Ok("2026-10-25T00:30:00Z"), "repeated hour");
        assert_eq!(until("2026-03-29T02:30:00").as_deref(), Ok("2026-03-29T01:30:00Z"), "skipped hour");
    }

    #[test]
    fn a_date_alone_is_an_end_of_that_day_in_rome() {
        assert_eq!(until("2026-07-31").as_deref(), Ok("2026-07-31T21:59:59Z"));
        let from = parse("2026-07-31", WholeDay::FromStart).map(write);
        assert_eq!(from.as_deref(), Ok("2026-07-30T22:00:00Z"));
    }

    #[test]
    fn finer_than_a_microsecond_is_cut_because_the_store_cuts_it() {
        assert_eq!(until("2026-07-31T10:00:00.123456789Z").as_deref(), Ok("2026-07-31T10:00:00.123456Z"));
    }

    #[test]
    fn other_forms_are_refused() {
        for wrong in [
            "",
            "31/12/2026",
            "2026-13-01",
            "2026-02-30",
            "2026-W10-1",
            "2026-12-31 10:00:00",
            "2026-12-31T",
            "2026-12-31T25:00:00",
            "2026-12-31T10:00:00[Europe/Rome]",
            "20261231T100000",
            "２０２６-12-31",
        ] {
            assert_eq!(until(wrong), Err(DateError::Form), "{wrong}");
        }
        assert_eq!(until("1999-12-31T00:00:00Z"), Err(DateError::Range));
        assert_eq!(until("9999-12-31T23:59:59"), Err(DateError::Range));
    }
}

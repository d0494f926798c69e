//! `xs:date` and `xs:dateTime`: civil time with the offset from UTC that the sender may have written.

use super::encode::{Write, Writer};
use super::error::FacetError;
use super::value::{Value, collapse};
use jiff::civil;
use jiff::tz::Offset;
use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;

/// A day, with the offset if one was written.
///
/// Years run from 0001 to 9999: the contract has no use for others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Date {
    day: civil::Date,
    offset: Option<Offset>,
}

/// A moment of civil time, with the offset if one was written; fractions finer than a nanosecond are dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateTime {
    moment: civil::DateTime,
    offset: Option<Offset>,
}

const DATE: FacetError = FacetError::Form("a date such as 2026-11-30");
const DATE_TIME: FacetError = FacetError::Form("a date and time such as 2026-11-30T14:05:00");

impl Date {
    /// A day without an offset: the only form that the node expects from us.
    pub fn new(day: civil::Date) -> Result<Self, FacetError> {
        if (1..=9999).contains(&day.year()) { Ok(Date { day, offset: None }) } else { Err(DATE) }
    }

    /// The day, whatever the offset.
    pub fn day(self) -> civil::Date {
        self.day
    }

    /// The offset, if one was written.
    pub fn offset(self) -> Option<Offset> {
        self.offset
    }

    /// Which of two days begins first; none where that hangs on an offset that only the other has. An offset may
    /// be fourteen hours either way.
    pub fn order(self, other: Self) -> Option<Ordering> {
        const FOURTEEN_HOURS: i64 = 14 * 3600;
        let begins = |date: Date| {
            let days = date.day.since(civil::date(1970, 1, 1)).map_or(0, |span| i64::from(span.get_days()));
            days * 86_400 - i64::from(date.offset.map_or(0, Offset::seconds))
        };
        let (own, others) = (begins(self), begins(other));
        match own.cmp(&others) {
            order if self.offset.is_some() == other.offset.is_some() => Some(order),
            order if own.abs_diff(others) > FOURTEEN_HOURS.unsigned_abs() => Some(order),
            _ => None,
        }
    }
}

impl DateTime {
    /// A moment without an offset.
    pub fn new(moment: civil::DateTime) -> Result<Self, FacetError> {
        if (1..=9999).contains(&moment.year()) {
            Ok(DateTime { moment, offset: None })
        } else {
            Err(DATE_TIME)
        }
    }

    /// A moment with its offset from UTC, which is cut to whole minutes and may not exceed fourteen hours.
    pub fn with_offset(moment: civil::DateTime, offset: Offset) -> Result<Self, FacetError> {
        let seconds = offset.seconds() / 60 * 60;
        let offset = Offset::from_seconds(seconds).map_err(|_| DATE_TIME)?;
        if seconds.abs() > 14 * 3600 {
            return Err(DATE_TIME);
        }
        Ok(DateTime { offset: Some(offset), ..DateTime::new(moment)? })
    }

    /// The moment as written.
    pub fn moment(self) -> civil::DateTime {
        self.moment
    }

    /// The offset, if one was written.
    pub fn offset(self) -> Option<Offset> {
        self.offset
    }
}

impl TryFrom<civil::Date> for Date {
    type Error = FacetError;
    fn try_from(day: civil::Date) -> Result<Self, FacetError> {
        Date::new(day)
    }
}

impl TryFrom<civil::DateTime> for DateTime {
    type Error = FacetError;
    fn try_from(moment: civil::DateTime) -> Result<Self, FacetError> {
        DateTime::new(moment)
    }
}

/// The rest of a text that is read from the left.
pub(super) struct Cursor<'a>(pub(super) &'a [u8]);

impl Cursor<'_> {
    fn take(&mut self, wanted: u8) -> Option<()> {
        let (first, rest) = self.0.split_first()?;
        (*first == wanted).then(|| self.0 = rest)
    }

    fn digits(&mut self, count: usize) -> Option<i32> {
        let (digits, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        let all = digits.iter().all(u8::is_ascii_digit);
        all.then(|| digits.iter().fold(0, |sum, digit| sum * 10 + i32::from(digit - b'0')))
    }

    fn two(&mut self) -> Option<i8> {
        self.digits(2).and_then(|number| i8::try_from(number).ok())
    }

    fn date(&mut self) -> Option<civil::Date> {
        let year = i16::try_from(self.digits(4)?).ok()?;
        self.take(b'-')?;
        let month = self.two()?;
        self.take(b'-')?;
        let day = self.two()?;
        (year > 0).then(|| civil::Date::new(year, month, day).ok()).flatten()
    }

    /// Nanoseconds of a fraction, if there is one.
    fn fraction(&mut self) -> Option<i32> {
        if self.take(b'.').is_none() {
            return Some(0);
        }
        let count = self.0.iter().take_while(|b| b.is_ascii_digit()).count();
        let (digits, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        let nine = digits.iter().chain(std::iter::repeat(&b'0')).take(9);
        (count > 0).then(|| nine.fold(0, |sum, digit| sum * 10 + i32::from(digit - b'0')))
    }

    fn moment(&mut self) -> Option<civil::DateTime> {
        let date = self.date()?;
        self.take(b'T')?;
        match self.time()? {
            Some(time) => Some(date.to_datetime(time)),
            None => {
                let next = date.tomorrow().ok()?;
                (next.year() > 0).then(|| next.at(0, 0, 0, 0))
            }
        }
    }

    /// A time of day; none inside stands for the end of the day, which is the beginning of the next.
    pub(super) fn time(&mut self) -> Option<Option<civil::Time>> {
        let hour = self.two()?;
        self.take(b':')?;
        let minute = self.two()?;
        self.take(b':')?;
        let second = self.two()?;
        let nanosecond = self.fraction()?;
        if (hour, minute, second, nanosecond) == (24, 0, 0, 0) {
            return Some(None);
        }
        civil::Time::new(hour, minute, second, nanosecond).ok().map(Some)
    }

    /// The offset that ends the text, or none if the text ends here.
    pub(super) fn offset(&mut self) -> Option<Option<Offset>> {
        let sign = match self.0.first() {
            None => return Some(None),
            Some(b'Z') => {
                self.take(b'Z')?;
                return self.0.is_empty().then_some(Some(Offset::UTC));
            }
            Some(b'+') => 1,
            Some(b'-') => -1,
            Some(_) => return None,
        };
        self.0 = self.0.split_first()?.1;
        let hours = self.digits(2)?;
        self.take(b':')?;
        let minutes = self.digits(2)?;
        let seconds = (hours * 60 + minutes) * 60;
        let sound = minutes < 60 && seconds <= 14 * 3600 && self.0.is_empty();
        sound.then(|| Offset::from_seconds(sign * seconds).ok().map(Some)).flatten()
    }
}

impl Value for Date {
    fn parse(text: Cow<'_, str>) -> Result<Self, FacetError> {
        let text = collapse(&text);
        let mut cursor = Cursor(text.as_bytes());
        let day = cursor.date().ok_or(DATE)?;
        Ok(Date { day, offset: cursor.offset().ok_or(DATE)? })
    }
}

impl Value for DateTime {
    fn parse(text: Cow<'_, str>) -> Result<Self, FacetError> {
        let text = collapse(&text);
        let mut cursor = Cursor(text.as_bytes());
        let moment = cursor.moment().ok_or(DATE_TIME)?;
        Ok(DateTime { moment, offset: cursor.offset().ok_or(DATE_TIME)? })
    }
}

/// The offset as XML writes it: `Z` or signed hours and minutes.
pub(super) struct Zone(pub(super) Option<Offset>);

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.map(Offset::seconds) {
            None => Ok(()),
            Some(0) => f.write_str("Z"),
            Some(seconds) => {
                let minutes = seconds.abs() / 60;
                let sign = if seconds < 0 { '-' } else { '+' };
                write!(f, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)
            }
        }
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let day = self.day;
        write!(f, "{:04}-{:02}-{:02}{}", day.year(), day.month(), day.day(), Zone(self.offset))
    }
}

impl fmt::Display for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (day, time) = (self.moment.date(), self.moment.time());
        write!(f, "{:04}-{:02}-{:02}T", day.year(), day.month(), day.day())?;
        clock(f, time)?;
        write!(f, "{}", Zone(self.offset))
    }
}

/// Hours, minutes and seconds, with as much of a fraction as there is.
pub(super) fn clock(f: &mut fmt::Formatter<'_>, time: civil::Time) -> fmt::Result {
    write!(f, "{:02}:{:02}:{:02}", time.hour(), time.minute(), time.second())?;
    let fraction = format!("{:09}", time.subsec_nanosecond());
    let fraction = fraction.trim_end_matches('0');
    if fraction.is_empty() { Ok(()) } else { write!(f, ".{fraction}") }
}

impl Write for Date {
    fn write(&self, to: &mut Writer) {
        to.display(self);
    }
}

impl Write for DateTime {
    fn write(&self, to: &mut Writer) {
        to.display(self);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_may_carry_an_offset() {
        for text in
            ["2025-05-13", "2025-05-13Z", "2025-05-13+02:00", "2024-02-29", "0001-01-01", "2025-05-13-14:00"]
        {
            assert_eq!(Date::parse(text.into()).map(|date| date.to_string()).as_deref(), Ok(text));
        }
        assert_eq!(Date::parse(" 2025-05-13\n".into()).unwrap().to_string(), "2025-05-13");
        let wrong =
            ["", "2025-02-29", "14/03/2026", "2025-5-13", "25-05-13", "2025-05-13T00:00:00", "2025-13-01"];
        for text in
            wrong.into_iter().chain(["0000-01-01", "2025-05-13+14:01", "2025-05-13 Z", "2025-05-13+0200"])
        {
            assert_eq!(Date::parse(text.into()), Err(DATE), "{text}");
        }
    }

    #[test]
    fn days_are_ordered_where_offsets_let_them() {
        let order = |a: &str, b: &str| Date::parse(a.into()).unwrap().order(Date::parse(b.into()).unwrap());
        assert_eq!(order("2025-05-13", "2025-05-14"), Some(Ordering::Less));
        assert_eq!(order("2025-05-13", "2025-05-13"), Some(Ordering::Equal));
        assert_eq!(order("2025-05-13+01:00", "2025-05-13Z"), Some(Ordering::Less));
        assert_eq!(order("2025-05-13Z", "2025-05-13"), None);
        assert_eq!(order("2025-05-15Z", "2025-05-13"), Some(Ordering::Greater));
    }

    #[test]
    fn moments_may_carry_fraction_and_offset() {
        for text in ["2025-05-13T10:20:30", "2025-05-13T10:20:30.5Z", "2025-05-13T00:00:00.123456789-05:30"] {
            assert_eq!(DateTime::parse(text.into()).map(|moment| moment.to_string()).as_deref(), Ok(text));
        }
        let rewritten = [
            ("2025-12-31T24:00:00", "2026-01-01T00:00:00"),
            ("2025-05-13T10:20:30.1234567899", "2025-05-13T10:20:30.123456789"),
            ("2025-05-13T10:20:30.000+00:00", "2025-05-13T10:20:30Z"),
        ];
        for (text, want) in rewritten {
            assert_eq!(DateTime::parse(text.into()).unwrap().to_string(), want);
        }
        let wrong = ["2025-05-13", "2025-05-13T10:20", "2025-05-13T10:20:60", "2025-05-13T24:00:01"];
        for text in
            wrong.into_iter().chain(["2025-05-13t10:20:30", "2025-05-13T10:20:30.", "2025-05-13T25:00:00"])
        {
            assert_eq!(DateTime::parse(text.into()), Err(DATE_TIME), "{text}");
        }
    }
}

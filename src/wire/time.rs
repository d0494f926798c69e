//! `xs:time`, and the moments whose schema wants neither fraction nor offset.

use super::date::{Cursor, DateTime, Zone, clock};
use super::encode::{Write, Writer};
use super::error::FacetError;
use super::value::{Value, collapse};
use jiff::civil;
use jiff::tz::Offset;
use std::borrow::Cow;
use std::fmt;

/// A time of day, with the offset if one was written. The end of the day is read as its beginning: to the
/// schema language they are one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Time {
    time: civil::Time,
    offset: Option<Offset>,
}

/// A moment of civil time to the second, without an offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlainMoment(DateTime);

const TIME: FacetError = FacetError::Form("a time such as 14:05:00");
const PLAIN: FacetError =
    FacetError::Form("a date and time such as 2026-11-30T14:05:00, without fraction and offset");

impl Time {
    /// A time without an offset.
    pub fn new(time: civil::Time) -> Self {
        Time { time, offset: None }
    }

    /// The time, whatever the offset.
    pub fn time(self) -> civil::Time {
        self.time
    }

    /// The offset, if one was written.
    pub fn offset(self) -> Option<Offset> {
        self.offset
    }
}

impl PlainMoment {
    /// A moment; a fraction of a second is cut off.
    pub fn new(moment: civil::DateTime) -> Result<Self, FacetError> {
        let whole = moment.with().subsec_nanosecond(0).build().map_err(|_| PLAIN)?;
        DateTime::new(whole).map(PlainMoment)
    }

    /// The moment.
    pub fn moment(self) -> civil::DateTime {
        self.0.moment()
    }
}

impl Value for Time {
    fn parse(text: Cow<'_, str>) -> Result<Self, FacetError> {
        let text = collapse(&text);
        let mut cursor = Cursor(text.as_bytes());
        let time = cursor.time().ok_or(TIME)?.unwrap_or(civil::Time::midnight());
        Ok(Time { time, offset: cursor.offset().ok_or(TIME)? })
    }
}

impl Value for PlainMoment {
    fn parse(text: Cow<'_, str>) -> Result<Self, FacetError> {
        let text = collapse(&text);
        if text.len() != "2026-11-30T14:05:00".len() {
            return Err(PLAIN);
        }
        DateTime::parse(text).map(PlainMoment).map_err(|_| PLAIN)
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        clock(f, self.time)?;
        write!(f, "{}", Zone(self.offset))
    }
}

impl Write for Time {
    fn write(&self, to: &mut Writer) {
        to.display(self);
    }
}

impl Write for PlainMoment {
    fn write(&self, to: &mut Writer) {
        to.display(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_may_carry_fraction_and_offset() {
        for text in ["10:20:30", "00:00:00.5Z", "23:59:59+02:00"] {
            assert_eq!(Time::parse(text.into()).map(|time| time.to_string()).as_deref(), Ok(text));
        }
        assert_eq!(Time::parse(" 24:00:00 ".into()).unwrap().to_string(), "00:00:00");
        for text in ["", "10:20", "24:00:01", "10:60:00", "1:00:00", "10:20:30 Z", "10:20:30.", "T10:20:30"] {
            assert_eq!(Time::parse(text.into()), Err(TIME), "{text}");
        }
    }

    #[test]
    fn plain_moments_have_neither_fraction_nor_offset() {
        let moment = PlainMoment::parse(" 2025-05-13T10:20:30\n".into()).unwrap();
        assert_eq!(moment.moment().to_string(), "2025-05-13T10:20:30");
        assert_eq!(PlainMoment::new(civil::datetime(2025, 5, 13, 10, 20, 30, 999)), Ok(moment));
        for text in
            ["2025-05-13T10:20:30Z", "2025-05-13T10:20:30.0", "2025-05-13T10:20", "2025-02-29T10:20:30"]
        {
            assert_eq!(PlainMoment::parse(text.into()), Err(PLAIN), "{text}");
        }
    }
}

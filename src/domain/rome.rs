//! Civil time in Italy: what a date on a notice and a wall-clock time on a receipt mean.

use std::sync::OnceLock;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

/// The time zone of every civil date in the contracts. Its rules are compiled in, so that the host's
/// cannot differ.
pub fn zone() -> &'static TimeZone {
    static ROME: OnceLock<TimeZone> = OnceLock::new();
    ROME.get_or_init(|| TimeZone::get("Europe/Rome").unwrap_or(TimeZone::UTC))
}

/// The day in Italy at that instant.
pub fn day(instant: Timestamp) -> Date {
    zone().to_datetime(instant).date()
}

/// What clocks in Italy show at that instant.
pub fn wall_clock(instant: Timestamp) -> DateTime {
    zone().to_datetime(instant)
}

/// The instant at which clocks in Italy show that; of an hour that comes twice, the first. `None`
/// outside the calendar that instants have.
pub fn instant(wall_clock: DateTime) -> Option<Timestamp> {
    zone().to_timestamp(wall_clock).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_midnight_in_rome() {
        assert_eq!(day("2026-12-31T22:59:59Z".parse().unwrap()).to_string(), "2026-12-31");
        assert_eq!(day("2026-12-31T23:00:00Z".parse().unwrap()).to_string(), "2027-01-01");
        assert_eq!(instant("2026-07-01T00:00".parse().unwrap()), "2026-06-30T22:00:00Z".parse().ok());
    }
}

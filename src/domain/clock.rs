//! What time it is: the one place that reads the ambient clock.
//!
//! Everything else takes a [`Clock`], so that a test can stand on the last second of a due date or
//! on the day a certificate expires without waiting for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};

/// A source of the present moment, cheap to clone; every clone of a manual clock moves together.
#[derive(Debug, Clone)]
pub struct Clock(Source);

#[derive(Debug, Clone)]
enum Source {
    System,
    Manual(Arc<AtomicI64>),
}

/// The hand that moves a manual clock; hold it in the test, give the [`Clock`] to the code.
#[derive(Debug, Clone)]
pub struct ClockHand(Arc<AtomicI64>);

impl Clock {
    /// The clock of the machine, for service.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands at `start` until its hand is moved.
    pub fn manual(start: Timestamp) -> (Self, ClockHand) {
        let micros = Arc::new(AtomicI64::new(start.as_microsecond()));
        (Self(Source::Manual(Arc::clone(&micros))), ClockHand(micros))
    }

    /// The present moment in UTC, cut to microseconds because that is what the store keeps: a value
    /// read back equals the value written.
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Source::System => from_micros(ambient_micros()),
            Source::Manual(micros) => from_micros(micros.load(Ordering::SeqCst)),
        }
    }
}

impl ClockHand {
    /// Puts the clock at `moment`, in the past too.
    pub fn set(&self, moment: Timestamp) {
        self.0.store(moment.as_microsecond(), Ordering::SeqCst);
    }

    /// Moves the clock by `by` (negative goes back).
    pub fn advance(&self, by: SignedDuration) {
        let micros =
            i64::try_from(by.as_micros()).unwrap_or(if by.is_negative() { i64::MIN } else { i64::MAX });
        let add = |now: i64| Some(now.saturating_add(micros));
        // The closure never declines, so the update can't fail.
        let _ = self.0.fetch_update(Ordering::SeqCst, Ordering::SeqCst, add);
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the ambient clock")]
fn ambient_micros() -> i64 {
    Timestamp::now().as_microsecond()
}

/// Clamped to what a timestamp can hold: a clock has no error to report.
fn from_micros(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or(if micros < 0 { Timestamp::MIN } else { Timestamp::MAX })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn manual_clock_stands_still_and_moves_for_every_clone() {
        let start: Timestamp = "2026-03-01T10:00:00Z".parse().unwrap();
        let (clock, hand) = Clock::manual(start);
        let other = clock.clone();
        assert_eq!(clock.now(), start);
        hand.advance(SignedDuration::from_hours(2));
        assert_eq!(other.now().to_string(), "2026-03-01T12:00:00Z");
        hand.set(start);
        assert_eq!(other.now(), start);
    }

    #[test]
    fn moving_past_the_end_of_time_is_clamped() {
        let (clock, hand) = Clock::manual(Timestamp::MAX);
        hand.advance(SignedDuration::MAX);
        assert_eq!(clock.now(), from_micros(i64::MAX));
    }

    #[test]
    fn system_clock_holds_whole_microseconds() {
        let now = Clock::system().now();
        assert_eq!(now.as_nanosecond() % 1_000, 0);
    }
}

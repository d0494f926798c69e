//! What becomes of an event that an endpoint did or did not take: when it is tried again, when it is given
//! up, and when the endpoint itself is left alone.
//!
//! Two things wait, each for its own reason. An event that fails waits longer each time, up to hours, so that
//! one that the endpoint never takes costs little. An endpoint that fails whatever it is sent is asked by one
//! event at a time, after at most [`LONGEST_PAUSE`], so that it is found soon after it is back.

use jiff::fmt::rfc2822;
use jiff::{SignedDuration, Timestamp};

use super::subscription::{DisabledReason, EndpointHealth};

/// How long an event waits after each try; after more tries, as long as after the last of these.
const WAITS: [SignedDuration; 7] = [
    SignedDuration::from_secs(5),
    SignedDuration::from_mins(1),
    SignedDuration::from_mins(5),
    SignedDuration::from_mins(30),
    SignedDuration::from_hours(2),
    SignedDuration::from_hours(5),
    SignedDuration::from_hours(10),
];

/// A wait is drawn between so many thousandths of its length, so that what failed together does not come back
/// together.
const LEAST_THOUSANDTHS: u64 = 800;
const SPREAD: u64 = 401;

/// So many failures in a row, whatever was sent, mean that the endpoint is down.
pub const DOWN_AFTER: i64 = 5;

const FIRST_PAUSE: SignedDuration = SignedDuration::from_secs(5);

/// Longer than any wait between two tries: who failed last before that has been sent nothing since.
const SILENCE: SignedDuration = SignedDuration::from_hours(48);

/// The longest that an endpoint that is down is left alone.
pub const LONGEST_PAUSE: SignedDuration = SignedDuration::from_mins(5);

/// The most that an endpoint can ask for by `Retry-After`.
const LONGEST_REQUESTED: SignedDuration = SignedDuration::from_hours(24);

/// How a try ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The endpoint has the event.
    Taken,
    /// It has not, or nobody knows.
    Failed {
        /// When the endpoint asked to be left alone until.
        wait_until: Option<Timestamp>,
    },
    /// The endpoint says that it is no more (410).
    Gone,
}

/// What an HTTP status means for what was sent; `retry_after` is the header of that name.
pub fn ending(status: u16, retry_after: Option<&str>, now: Timestamp) -> Ending {
    match status {
        200..=299 => Ending::Taken,
        410 => Ending::Gone,
        429 | 503 => Ending::Failed { wait_until: retry_after.and_then(|text| requested(text, now)) },
        _ => Ending::Failed { wait_until: None },
    }
}

/// Seconds or a date (RFC 9110, 10.2.3), bounded.
fn requested(text: &str, now: Timestamp) -> Option<Timestamp> {
    let text = text.trim();
    let until = match text.parse::<u32>() {
        Ok(seconds) => now.checked_add(SignedDuration::from_secs(i64::from(seconds))).ok()?,
        Err(_) => rfc2822::parse(text).ok()?.timestamp(),
    };
    let latest = now.checked_add(LONGEST_REQUESTED).unwrap_or(Timestamp::MAX);
    (until > now).then_some(until.min(latest))
}

/// How long a failure is borne with.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// After so long an event is given up.
    pub give_up_after: SignedDuration,
    /// After so long without a success an endpoint is disabled.
    pub disable_after: SignedDuration,
}

/// What is known of the tries of one event.
#[derive(Clone, Copy, Debug)]
pub struct Tries {
    /// How many there were, the last one included.
    pub count: i64,
    /// When the first one was.
    pub first_at: Timestamp,
}

/// What comes next for an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Nothing: it is delivered.
    Delivered,
    /// It is tried again at that instant or later.
    Again(Timestamp),
    /// Nothing: it is given up, and those behind it go on.
    Dead,
}

/// What comes next for an event after a try; `draw` is a random number.
pub fn next(ending: Ending, tries: Tries, now: Timestamp, patience: &Patience, draw: u64) -> Next {
    match ending {
        Ending::Taken => Next::Delivered,
        // It waits for the endpoint to be enabled again.
        Ending::Gone => Next::Again(now),
        Ending::Failed { .. } if now.duration_since(tries.first_at) >= patience.give_up_after => Next::Dead,
        Ending::Failed { .. } => Next::Again(after(now, wait(tries.count, draw))),
    }
}

fn wait(tries: i64, draw: u64) -> SignedDuration {
    let place = usize::try_from(tries.saturating_sub(1)).unwrap_or(0);
    let full = WAITS.get(place).or(WAITS.last()).copied().unwrap_or(FIRST_PAUSE);
    let thousandths = LEAST_THOUSANDTHS.saturating_add(draw % SPREAD);
    let millis = full.as_millis().saturating_mul(i128::from(thousandths)) / 1000;
    SignedDuration::from_millis(i64::try_from(millis).unwrap_or(i64::MAX))
}

fn after(now: Timestamp, wait: SignedDuration) -> Timestamp {
    now.checked_add(wait).unwrap_or(Timestamp::MAX)
}

/// What a try changes for the endpoint as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Nothing beyond its health.
    None,
    /// It was down and is back: all that waits for it is due.
    Recovered,
    /// It is left alone until somebody enables it.
    Disabled(DisabledReason),
}

impl EndpointHealth {
    /// Whether the endpoint is down: then only one event at a time is sent, to see whether the endpoint is back.
    pub fn is_down(&self) -> bool {
        self.failures >= DOWN_AFTER
    }

    /// How it fares after a try.
    pub fn after(self, ending: Ending, now: Timestamp, patience: &Patience) -> (EndpointHealth, Turn) {
        let wait_until = match ending {
            Ending::Taken => {
                let turn = if self.is_down() { Turn::Recovered } else { Turn::None };
                let well =
                    EndpointHealth { failing_since: None, failures: 0, not_before: Timestamp::UNIX_EPOCH };
                return (well, turn);
            }
            Ending::Gone => return (self, Turn::Disabled(DisabledReason::Gone)),
            Ending::Failed { wait_until } => wait_until.unwrap_or(Timestamp::UNIX_EPOCH),
        };
        // One that has been sent nothing for days has not failed all that time.
        let silent = now.duration_since(self.not_before) > SILENCE;
        let since = self.failing_since.filter(|_| !silent || self.failures < DOWN_AFTER).unwrap_or(now);
        let paused = self.not_before > now;
        let failures = if paused { self.failures } else { self.failures.saturating_add(1) };
        let pause = if paused { self.not_before } else { after(now, pause(failures)) };
        let health = EndpointHealth {
            failing_since: Some(since),
            failures,
            not_before: wait_until.max(if failures >= DOWN_AFTER { pause } else { self.not_before }),
        };
        let too_long = now.duration_since(since) >= patience.disable_after;
        (health, if too_long { Turn::Disabled(DisabledReason::Failing) } else { Turn::None })
    }
}

/// How long an endpoint that is down is left alone.
fn pause(failures: i64) -> SignedDuration {
    let doublings = u32::try_from(failures.saturating_sub(DOWN_AFTER)).unwrap_or(0).min(10);
    FIRST_PAUSE.saturating_mul(1 << doublings).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Patience = Patience {
        give_up_after: SignedDuration::from_hours(72),
        disable_after: SignedDuration::from_hours(120),
    };
    const FAILED: Ending = Ending::Failed { wait_until: None };
    const WELL: EndpointHealth =
        EndpointHealth { failing_since: None, failures: 0, not_before: Timestamp::UNIX_EPOCH };

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn noon() -> Timestamp {
        at("2026-11-22T12:00:00Z")
    }

    #[test]
    fn only_a_success_delivers() {
        for status in [200, 202, 204, 299] {
            assert_eq!(ending(status, None, noon()), Ending::Taken);
        }
        for status in [100, 199, 300, 301, 307, 308, 400, 401, 404, 429, 500, 503, 999] {
            assert_eq!(ending(status, None, noon()), FAILED, "{status}");
        }
        assert_eq!(ending(410, None, noon()), Ending::Gone);
    }

    #[test]
    fn a_busy_endpoint_says_when_to_come_back() {
        let until = |status, text| match ending(status, Some(text), noon()) {
            Ending::Failed { wait_until } => wait_until,
            other => panic!("{other:?}"),
        };
        assert_eq!(until(429, "120"), Some(at("2026-11-22T12:02:00Z")));
        assert_eq!(until(503, "Sun, 22 Nov 2026 13:00:00 GMT"), Some(at("2026-11-22T13:00:00Z")));
        assert_eq!(until(503, "4000000000"), Some(at("2026-11-23T12:00:00Z")), "no more than a day");
        assert_eq!(until(503, "Sun, 22 Nov 2026 11:00:00 GMT"), None, "in the past");
        for text in ["", "soon", "-5", "1.5", "99999999999"] {
            assert_eq!(until(429, text), None, "{text}");
        }
        assert_eq!(until(500, "120"), None, "only those who are busy are believed");
    }

    #[test]
    fn an_event_waits_longer_each_time() {
        let full = |count| wait(count, 200).as_secs();
        let waits: Vec<i64> = (1..=9).map(full).collect();
        assert_eq!(waits, [5, 60, 300, 1800, 7200, 18_000, 36_000, 36_000, 36_000]);
        let (least, most) = (wait(2, 0), wait(2, 400));
        assert_eq!((least.as_secs(), most.as_secs()), (48, 72));
        assert!((0..5000).all(|draw| (least..=most).contains(&wait(2, draw * 7919))));
        assert_eq!(wait(0, 200), wait(1, 200));
    }

    #[test]
    fn an_event_is_given_up_after_days_of_failures() {
        let tries = |count, hours| Tries { count, first_at: noon() - SignedDuration::from_hours(hours) };
        let next = |ending, tries| next(ending, tries, noon(), &PATIENCE, 200);
        assert_eq!(next(FAILED, tries(1, 0)), Next::Again(at("2026-11-22T12:00:05Z")));
        assert_eq!(next(FAILED, tries(13, 71)), Next::Again(at("2026-11-22T22:00:00Z")));
        assert_eq!(next(FAILED, tries(14, 72)), Next::Dead);
        assert_eq!(next(Ending::Taken, tries(14, 99)), Next::Delivered);
        assert_eq!(next(Ending::Gone, tries(14, 99)), Next::Again(noon()), "it waits for the endpoint");
    }

    #[test]
    fn an_endpoint_that_is_down_is_left_alone_for_longer_and_longer() {
        let (mut health, mut now, mut pauses) = (WELL, noon(), Vec::new());
        for _ in 0..13 {
            health = health.after(FAILED, now, &PATIENCE).0;
            let pause = health.not_before.duration_since(now).max(SignedDuration::ZERO);
            pauses.push(pause.as_secs());
            now += pause;
        }
        assert_eq!(pauses, [0, 0, 0, 0, 5, 10, 20, 40, 80, 160, 300, 300, 300]);
        assert_eq!(health.failing_since, Some(noon()));
        assert_eq!(health.after(Ending::Taken, now, &PATIENCE), (WELL, Turn::Recovered));
    }

    #[test]
    fn an_endpoint_that_was_sent_nothing_has_not_failed_meanwhile() {
        let (mut health, mut now) = (WELL, noon());
        for _ in 0..8 {
            health = health.after(FAILED, now, &PATIENCE).0;
            now += SignedDuration::from_hours(12);
        }
        let weeks_later = now + SignedDuration::from_hours(24 * 21);
        let (health, turn) = health.after(FAILED, weeks_later, &PATIENCE);
        assert_eq!((health.failing_since, turn), (Some(weeks_later), Turn::None));
        let days_on = weeks_later + SignedDuration::from_hours(12);
        assert_eq!(health.after(FAILED, days_on, &PATIENCE).0.failing_since, Some(weeks_later));
    }

    #[test]
    fn what_was_under_way_when_a_pause_began_does_not_lengthen_it() {
        let down = EndpointHealth {
            failing_since: Some(noon()),
            failures: 5,
            not_before: noon() + SignedDuration::from_secs(5),
        };
        assert_eq!(down.after(FAILED, noon(), &PATIENCE), (down, Turn::None));
    }

    #[test]
    fn one_event_that_fails_is_no_endpoint_that_is_down() {
        let (once, turn) = WELL.after(FAILED, noon(), &PATIENCE);
        assert_eq!((once.failures, once.not_before, turn), (1, Timestamp::UNIX_EPOCH, Turn::None));
        assert_eq!(once.after(Ending::Taken, noon(), &PATIENCE), (WELL, Turn::None));
        let (asked, _) =
            WELL.after(Ending::Failed { wait_until: Some(at("2026-11-22T13:00:00Z")) }, noon(), &PATIENCE);
        assert_eq!(asked.not_before, at("2026-11-22T13:00:00Z"));
    }

    #[test]
    fn an_endpoint_is_disabled_when_it_is_gone_or_fails_for_days() {
        assert_eq!(WELL.after(Ending::Gone, noon(), &PATIENCE).1, Turn::Disabled(DisabledReason::Gone));
        let since = |hours| EndpointHealth {
            failing_since: Some(noon() - SignedDuration::from_hours(hours)),
            ..WELL
        };
        assert_eq!(since(119).after(FAILED, noon(), &PATIENCE).1, Turn::None);
        assert_eq!(since(120).after(FAILED, noon(), &PATIENCE).1, Turn::Disabled(DisabledReason::Failing));
        assert_eq!(since(500).after(Ending::Taken, noon(), &PATIENCE).1, Turn::None);
    }
}

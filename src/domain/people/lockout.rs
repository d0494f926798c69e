//! How guessing is slowed: each failure after a few makes the next attempt wait longer.
//!
//! It holds for an account, whoever asks, and for an address, whichever account it asks for. An attempt is
//! counted before it is judged, so that a hundred at once are no more than one after the other.

use jiff::{SignedDuration, Timestamp};

/// What is known of the failures of an account or of an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// How many in a row, attempts under way included.
    pub failures: i64,
    /// The last of them.
    pub last_at: Timestamp,
    /// Nothing is tried before.
    pub not_before: Timestamp,
}

/// How patient we are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lockout {
    /// How many failures cost nothing.
    free: i64,
}

impl Lockout {
    /// For an account: people mistype a password or a code.
    pub const ACCOUNT: Lockout = Lockout { free: 5 };
    /// For an address, behind which a whole office may sit.
    pub const ADDRESS: Lockout = Lockout { free: 30 };

    /// The longest pause.
    pub const LONGEST: SignedDuration = SignedDuration::from_mins(15);
    /// Failures are forgotten when there was none for so long.
    pub const FORGOTTEN: SignedDuration = SignedDuration::from_hours(24);

    /// What is known once another attempt has begun; if none may begin yet, since it is too early, the
    /// instant from which one may.
    pub fn attempt(self, known: Option<Trouble>, now: Timestamp) -> Result<Trouble, Timestamp> {
        let known = known.filter(|known| now.duration_since(known.last_at) < Self::FORGOTTEN);
        if let Some(known) = known.filter(|known| now < known.not_before) {
            return Err(known.not_before);
        }
        let failures = known.map_or(0, |known| known.failures).saturating_add(1);
        let not_before = now.checked_add(self.pause(failures)).unwrap_or(now);
        Ok(Trouble { failures, last_at: now, not_before })
    }

    /// How long that many failures keep the next attempt waiting: a second, doubled by each more.
    fn pause(self, failures: i64) -> SignedDuration {
        match failures - self.free {
            past if past < 0 => SignedDuration::ZERO,
            past => SignedDuration::from_secs(1_i64 << past.min(20)).min(Self::LONGEST),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn pauses_grow_to_a_quarter_of_an_hour() {
        let pauses: Vec<i64> =
            [1, 4, 5, 6, 7, 14, 15, 1000].map(|n| Lockout::ACCOUNT.pause(n).as_secs()).to_vec();
        assert_eq!(pauses, [0, 0, 1, 2, 4, 512, 900, 900]);
        assert_eq!(Lockout::ADDRESS.pause(29), SignedDuration::ZERO);
    }

    #[test]
    fn attempts_that_come_together_are_counted_before_they_are_judged() {
        let mut known = None;
        for _ in 0..5 {
            known = Some(Lockout::ACCOUNT.attempt(known, at(100)).unwrap());
        }
        assert_eq!(Lockout::ACCOUNT.attempt(known, at(100)), Err(at(101)));
        let sixth = Lockout::ACCOUNT.attempt(known, at(101)).unwrap();
        assert_eq!((sixth.failures, sixth.not_before), (6, at(103)));
    }

    #[test]
    fn what_is_a_day_old_is_forgotten() {
        let old = Trouble { failures: 50, last_at: at(0), not_before: at(900) };
        assert_eq!(Lockout::ACCOUNT.attempt(Some(old), at(86_400)).unwrap().failures, 1);
        assert_eq!(Lockout::ACCOUNT.attempt(Some(old), at(86_399)).unwrap().failures, 51);
    }
}

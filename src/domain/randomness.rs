//! Where random numbers come from: a parameter, as the clock is, so that a test can choose them.

use std::fmt;
use std::sync::Arc;

/// How many bases a notice number has room for: thirteen digits.
const BASES: u64 = 10_u64.pow(13);

/// The least draw that is not taken: below it every base is equally likely.
const FAIR: u64 = u64::MAX - u64::MAX % BASES;

/// How often an unfair draw is repeated. Each is one in a million, so the last is taken as it is.
const DRAWS: usize = 4;

/// A source of random numbers, cheap to clone.
#[derive(Clone)]
pub struct Randomness(Arc<dyn Fn() -> u64 + Send + Sync>);

impl Randomness {
    /// A source that draws from all numbers of 64 bits, each as likely as the others.
    pub fn new(draw: impl Fn() -> u64 + Send + Sync + 'static) -> Self {
        Randomness(Arc::new(draw))
    }

    /// A number of 64 bits, each as likely as the others.
    pub fn number(&self) -> u64 {
        (self.0)()
    }

    /// The thirteen digits of a notice number that nobody can guess.
    pub fn notice_base(&self) -> u64 {
        let mut drawn = (self.0)();
        for _ in 1..DRAWS {
            if drawn < FAIR {
                break;
            }
            drawn = (self.0)();
        }
        drawn % BASES
    }
}

impl fmt::Debug for Randomness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Randomness")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    #[test]
    fn a_base_has_thirteen_digits_and_is_drawn_again_rather_than_bent() {
        assert_eq!(Randomness::new(|| BASES + 7).notice_base(), 7);
        let draws = AtomicU64::new(0);
        let first_unfair = move || if draws.fetch_add(1, Ordering::SeqCst) == 0 { u64::MAX } else { 5 };
        assert_eq!(Randomness::new(first_unfair).notice_base(), 5);
        assert!(Randomness::new(|| u64::MAX).notice_base() < BASES, "it ends in any case");
    }
}

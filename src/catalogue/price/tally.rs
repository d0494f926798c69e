//! What is counted of calculators, for who watches.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use super::{PriceError, Unavailable};

/// Counts since the start.
#[derive(Debug, Default)]
pub struct Tally {
    charged: AtomicU64,
    refused: AtomicU64,
    wrong: AtomicU64,
    slow: AtomicU64,
    down: AtomicU64,
    not_asked: AtomicU64,
}

/// The counts at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CalculatorCounts {
    /// How many questions ended in each way.
    pub outcomes: Vec<(&'static str, u64)>,
    /// How many calculators are left alone for now.
    pub open: usize,
    /// How many are about to be tried again.
    pub half_open: usize,
}

impl Tally {
    pub(super) fn count<T>(&self, said: &Result<T, PriceError>) {
        let counter = match said {
            Ok(_) => &self.charged,
            Err(PriceError::Refused(_)) => &self.refused,
            Err(PriceError::Wrong(_)) => &self.wrong,
            Err(PriceError::Unavailable(why)) => match why {
                Unavailable::Slow => &self.slow,
                Unavailable::Down | Unavailable::Status(_) => &self.down,
                Unavailable::Open | Unavailable::Busy | Unavailable::NoKey | Unavailable::Store => {
                    &self.not_asked
                }
            },
        };
        counter.fetch_add(1, Relaxed);
    }

    pub(super) fn outcomes(&self) -> Vec<(&'static str, u64)> {
        [
            ("charged", &self.charged),
            ("refused", &self.refused),
            ("wrong", &self.wrong),
            ("slow", &self.slow),
            ("down", &self.down),
            ("not_asked", &self.not_asked),
        ]
        .map(|(outcome, counter)| (outcome, counter.load(Relaxed)))
        .to_vec()
    }
}

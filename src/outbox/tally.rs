//! What is counted of deliveries, for who watches.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};

use jiff::Timestamp;

use crate::domain::delivery::Next;
use crate::store::{Backlog, Tried, Written};

/// Counts since the start, and what waits.
#[derive(Debug, Default)]
pub struct Tally {
    delivered: AtomicU64,
    failed: AtomicU64,
    dead: AtomicU64,
    lost: AtomicU64,
    pending: AtomicI64,
    oldest_seconds: AtomicI64,
    disabled: AtomicI64,
}

/// The counts at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Events that were delivered.
    pub delivered: u64,
    /// Tries that failed and are repeated.
    pub failed: u64,
    /// Events that were given up.
    pub dead: u64,
    /// Tries whose lease had run out before their end was written.
    pub lost: u64,
    /// Deliveries that wait.
    pub pending: i64,
    /// How old the oldest event among them is, in seconds.
    pub oldest_seconds: i64,
    /// Subscriptions that were disabled because their endpoints failed or are gone.
    pub disabled: i64,
}

impl Tally {
    pub(super) fn count(&self, tried: &Tried, written: Written) {
        let counter = match (written, tried.next) {
            (Written::LeaseLost, _) => &self.lost,
            (_, Next::Delivered) => &self.delivered,
            (_, Next::Again(_)) => &self.failed,
            (_, Next::Dead) => &self.dead,
        };
        counter.fetch_add(1, Relaxed);
    }

    pub(super) fn waiting(&self, backlog: Backlog, now: Timestamp) {
        let age = backlog.oldest.map_or(0, |oldest| now.duration_since(oldest).as_secs().max(0));
        self.pending.store(backlog.pending, Relaxed);
        self.oldest_seconds.store(age, Relaxed);
        self.disabled.store(backlog.disabled, Relaxed);
    }

    /// The counts as they are now.
    pub fn counts(&self) -> Counts {
        Counts {
            delivered: self.delivered.load(Relaxed),
            failed: self.failed.load(Relaxed),
            dead: self.dead.load(Relaxed),
            lost: self.lost.load(Relaxed),
            pending: self.pending.load(Relaxed),
            oldest_seconds: self.oldest_seconds.load(Relaxed),
            disabled: self.disabled.load(Relaxed),
        }
    }
}

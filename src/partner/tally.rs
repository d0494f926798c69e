//! What is counted of partners, for who watches.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};

use jiff::Timestamp;

use crate::domain::routing::{Handed, Speaks};
use crate::store::LettersWaiting;

use super::failure::PartnerFailure;

/// How calls can end.
const OUTCOMES: [&str; 6] = ["answered", "late", "down", "status", "unreadable", "not_asked"];

/// Counts since the start, and what waits.
#[derive(Debug, Default)]
pub struct Tally {
    calls: [[AtomicU64; OUTCOMES.len()]; Speaks::ALL.len()],
    invalid: [AtomicU64; Speaks::ALL.len()],
    stood_in: AtomicU64,
    delivered: AtomicU64,
    refused: AtomicU64,
    failed: AtomicU64,
    pending: AtomicI64,
    pending_refused: AtomicI64,
    oldest_seconds: AtomicI64,
}

/// The counts at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PartnerCounts {
    /// Calls, by the language of the partner and by how they ended.
    pub calls: Vec<(&'static str, &'static str, u64)>,
    /// Answers that could not be told, by the language of the partner.
    pub invalid: Vec<(&'static str, u64)>,
    /// How often this gateway answered in the place of a partner.
    pub stood_in: u64,
    /// Tries to hand a receipt on, by how they ended.
    pub handed: Vec<(&'static str, u64)>,
    /// Receipts that are on their way.
    pub pending: i64,
    /// Those of them that a partner refused.
    pub refused: i64,
    /// How old the oldest of them is, in seconds.
    pub oldest_seconds: i64,
}

fn place(speaks: Speaks) -> usize {
    match speaks {
        Speaks::PaForNode => 0,
        Speaks::Legacy => 1,
    }
}

fn outcome(failure: Option<&PartnerFailure>) -> &'static str {
    match failure {
        None => "answered",
        Some(PartnerFailure::Late) => "late",
        Some(PartnerFailure::Unreachable | PartnerFailure::Broken) => "down",
        Some(PartnerFailure::Status(_)) => "status",
        Some(
            PartnerFailure::ContentType
            | PartnerFailure::TooLong
            | PartnerFailure::NoResponse
            | PartnerFailure::Schema(_)
            | PartnerFailure::Untrue(_)
            | PartnerFailure::Untold(_),
        ) => "unreadable",
        Some(
            PartnerFailure::Off
            | PartnerFailure::NotSpoken
            | PartnerFailure::Open
            | PartnerFailure::Busy
            | PartnerFailure::Forbidden,
        ) => "not_asked",
    }
}

impl Tally {
    pub(super) fn count(&self, speaks: Speaks, failure: Option<&PartnerFailure>) {
        let named = outcome(failure);
        let calls = self.calls.get(place(speaks)).into_iter().flatten().zip(OUTCOMES);
        for (count, _) in calls.filter(|(_, outcome)| *outcome == named) {
            count.fetch_add(1, Relaxed);
        }
    }

    pub(super) fn invalid(&self, speaks: Speaks) {
        if let Some(count) = self.invalid.get(place(speaks)) {
            count.fetch_add(1, Relaxed);
        }
    }

    /// Notes that this gateway answered in the place of a partner.
    pub fn stood_in(&self) {
        self.stood_in.fetch_add(1, Relaxed);
    }

    pub(super) fn handed(&self, handed: &Handed) {
        let count = match handed {
            Handed::Taken => &self.delivered,
            Handed::Refused(_) => &self.refused,
            Handed::Failed => &self.failed,
        };
        count.fetch_add(1, Relaxed);
    }

    pub(super) fn waiting(&self, waiting: LettersWaiting, now: Timestamp) {
        let age = waiting.oldest.map_or(0, |oldest| now.duration_since(oldest).as_secs().max(0));
        self.pending.store(waiting.pending, Relaxed);
        self.pending_refused.store(waiting.refused, Relaxed);
        self.oldest_seconds.store(age, Relaxed);
    }

    /// The counts as they are now.
    pub fn counts(&self) -> PartnerCounts {
        let calls = Speaks::ALL.iter().zip(&self.calls).flat_map(|(speaks, counts)| {
            OUTCOMES.iter().zip(counts).map(|(outcome, count)| (speaks.word(), *outcome, count.load(Relaxed)))
        });
        let invalid = Speaks::ALL.iter().zip(&self.invalid);
        let handed = [("delivered", &self.delivered), ("refused", &self.refused), ("failed", &self.failed)];
        PartnerCounts {
            calls: calls.collect(),
            invalid: invalid.map(|(speaks, count)| (speaks.word(), count.load(Relaxed))).collect(),
            stood_in: self.stood_in.load(Relaxed),
            handed: handed.map(|(outcome, count)| (outcome, count.load(Relaxed))).to_vec(),
            pending: self.pending.load(Relaxed),
            refused: self.pending_refused.load(Relaxed),
            oldest_seconds: self.oldest_seconds.load(Relaxed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_end_of_a_call_is_counted_once_under_its_language() {
        let tally = Tally::default();
        tally.count(Speaks::Legacy, Some(&PartnerFailure::Broken));
        tally.count(Speaks::Legacy, Some(&PartnerFailure::Unreachable));
        tally.count(Speaks::PaForNode, None);
        tally.invalid(Speaks::PaForNode);
        let counts = tally.counts();
        let some: Vec<_> = counts.calls.into_iter().filter(|(_, _, count)| *count > 0).collect();
        assert_eq!(some, [("pa_for_node", "answered", 1), ("legacy", "down", 2)]);
        assert_eq!(counts.invalid, [("pa_for_node", 1), ("legacy", 0)]);
    }
}

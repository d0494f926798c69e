//! Deliveries: which events are still to be sent to whom, who sends them, and what came of it.
//!
//! An event becomes a delivery of each subscription that wants it, in the transaction that moves the
//! subscription's place in the feed: none is made twice and none is left out. Whoever sends one holds it by a
//! lease, and only the holder writes what came of it.

pub(super) mod claim;
mod fan_out;
mod settle;
pub(super) mod share;
mod upkeep;

use jiff::{SignedDuration, Timestamp};

use crate::domain::delivery::{Ending, Next, Patience};
use crate::domain::subscription::SubscriptionId;

pub use fan_out::{FannedOut, FeedPlace};
pub use settle::Written;
pub use upkeep::Backlog;

/// A lease so much longer than any that is given was given by a clock that has since been set back.
const TOO_LONG: SignedDuration = SignedDuration::from_hours(1);

/// The name of a delivery.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DeliveryName {
    /// Whom it is for.
    pub subscription: SubscriptionId,
    /// The feed of the event.
    pub feed: String,
    /// Its number there.
    pub seq: i64,
}

/// Who sends deliveries, and until when nobody else may.
#[derive(Clone, Copy, Debug)]
pub struct Hold {
    /// A number that nobody else has.
    pub holder: i64,
    /// What time it is.
    pub now: Timestamp,
    /// When somebody else may send them.
    pub until: Timestamp,
}

/// How many deliveries may be taken.
#[derive(Clone, Copy, Debug)]
pub struct Room {
    /// At once, for all.
    pub total: usize,
    /// Under way to one endpoint, whoever sends them.
    pub per_endpoint: usize,
}

/// A delivery that is to be sent now.
#[derive(Clone, PartialEq, Eq)]
pub struct Claimed {
    /// Its name.
    pub name: DeliveryName,
    /// Who holds it.
    pub holder: i64,
    /// How often it was tried before.
    pub attempts: i64,
    /// When it was first tried, since it was last asked for.
    pub first_at: Option<Timestamp>,
    /// The id of the event.
    pub event_id: String,
    /// The key of the receipt that the event tells of.
    pub receipt_key: Option<String>,
    /// The event.
    pub body: String,
}

/// What came of a try.
#[derive(Clone, Debug)]
pub struct Tried {
    /// Of which delivery.
    pub name: DeliveryName,
    /// Who held it.
    pub holder: i64,
    /// When it was sent.
    pub at: Timestamp,
    /// How long it took.
    pub took: SignedDuration,
    /// The status of the answer.
    pub status: Option<u16>,
    /// Why there was none, or why it was no good.
    pub error: Option<String>,
    /// The beginning of the answer.
    pub response: Option<String>,
    /// What it means for the endpoint.
    pub ending: Ending,
    /// What comes next for the event.
    pub next: Next,
}

/// What is written after tries.
#[derive(Clone, Copy, Debug)]
pub struct Settlement<'a> {
    /// The tries, in the order in which they ended.
    pub tries: &'a [Tried],
    /// How long failures are borne with.
    pub patience: &'a Patience,
    /// What time it is.
    pub now: Timestamp,
}

fn too_long(now: Timestamp) -> i64 {
    now.saturating_add(TOO_LONG).map_or(i64::MAX, Timestamp::as_microsecond)
}

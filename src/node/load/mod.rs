//! Load: the node as it is on a busy day, at a given rate or with a given number of callers.
//!
//! At a rate, each request has an instant at which it should go out, and its time counts from there: a server that
//! stalls holds up the requests behind it, and leaving that out would flatter it ("coordinated omission").

mod drive;
mod mix;
mod stock;
mod tally;

use std::time::Duration;

pub use drive::{Course, Progress, drive};
pub use mix::{Asks, Mix};
pub use stock::Stock;
pub use tally::{Latency, LoadReport, Row};

/// How fast requests go out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pace {
    /// So many a second, whatever the answers do, over at most so many connections.
    Rate {
        /// Requests a second.
        per_second: f64,
        /// The most connections.
        connections: u16,
    },
    /// So many callers, each of which asks again as soon as it was answered.
    Concurrency(u16),
}

impl Pace {
    /// How many connections there are.
    pub fn connections(self) -> u16 {
        match self {
            Pace::Rate { connections, .. } | Pace::Concurrency(connections) => connections,
        }
    }
}

/// What is driven, how, and for how long.
#[derive(Clone, Debug)]
pub struct Plan {
    /// How fast.
    pub pace: Pace,
    /// How long.
    pub duration: Duration,
    /// What is asked, in which shares.
    pub mix: Mix,
}

//! Events on their way out: what was committed is handed on, to the endpoints that want it and to NATS.
//!
//! A task makes deliveries of events, takes those that are due, sends them and writes what came of it. Several
//! instances on one database share the work: each delivery is held by one of them at a time.

mod fan_out;
mod forms;
mod nats;
mod tally;
mod webhooks;
mod worker;

pub use crate::guard::{
    Answer, ClientError, ClientSettings, Forbidden, Found, Guard, Lookup, NoAnswer, Secret, Secrets, Sender,
};
pub use forms::{RelayAnswer, RelayJudge};
pub use nats::{NatsLogin, NatsSettings, Publisher};
pub use tally::{Counts, Tally};
pub use webhooks::{Reply, Webhooks};
pub use worker::{Outbox, OutboxSettings};

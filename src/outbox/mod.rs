//! Events on their way out: what was committed is handed on.

mod nats;

pub use nats::{NatsLogin, NatsSettings, Publisher};

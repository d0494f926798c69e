//! What an operator sees: logs on stderr, metrics on `/metrics`. Never personal data in either.

mod deliveries;
pub mod logs;
pub mod metrics;

pub use deliveries::DeliveryCounts;
pub use metrics::{Metrics, Outcome};

//! What an operator sees: logs on stderr, metrics on `/metrics`. Never personal data in either.

pub mod logs;
pub mod metrics;

pub use metrics::{Metrics, Outcome};

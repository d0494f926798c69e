//! What an operator sees: logs on stderr, metrics on `/metrics`. Never personal data in either.

mod calculators;
mod deliveries;
pub mod logs;
pub mod metrics;
mod partners;

pub use calculators::CalculatorMetrics;
pub use deliveries::DeliveryCounts;
pub use metrics::{Metrics, Outcome};
pub use partners::PartnerMetrics;

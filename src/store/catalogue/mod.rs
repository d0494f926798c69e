//! The catalogue of spontaneous services in tables, and what was asked for by it.

pub(super) mod demand;
pub(super) mod demands;

pub use demand::{Demand, Ordered};
pub use demands::{DemandPage, DemandPlace, DemandQuery, ListedDemand, Purge};

//! When stations are not there: what brokers announce, change, end, and how their hours are counted.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

#[path = "maintenance/budget.rs"]
mod budget;
#[path = "ibans/desk.rs"]
mod desk;
#[path = "maintenance/life.rs"]
mod life;
#[path = "maintenance/rules.rs"]
mod rules;
mod support;

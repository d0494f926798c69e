//! The capabilities of the gateway, one file each, on both databases.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

#[path = "../support/mod.rs"]
mod support;

mod activation;
mod agreement;
mod concurrency;
mod late;
mod operations;
mod outages;
mod postgres_away;
mod privacy;
mod questions;
mod receipts;
mod store_positions;
mod store_receipts;

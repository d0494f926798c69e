//! Payments on demand: what is asked for becomes a notice, once however often it is asked for, and goes again if
//! nobody pays.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

mod support;

#[path = "demand/once.rs"]
mod once;
#[path = "demand/purge.rs"]
mod purge;

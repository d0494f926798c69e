//! The accounts of creditor institutions: who registers which, what is said of them, and how they go.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

#[path = "ibans/bulk.rs"]
mod bulk;
#[path = "ibans/census.rs"]
mod census;
#[path = "ibans/deletions.rs"]
mod deletions;
#[path = "ibans/desk.rs"]
mod desk;
#[path = "ibans/own.rs"]
mod own;
#[path = "ibans/roles.rs"]
mod roles;
#[path = "ibans/rules.rs"]
mod rules;
mod support;

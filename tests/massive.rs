//! Files of positions, and many positions by one request, over HTTP: the whole gateway on a real socket,
//! on both databases.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

mod support;

#[path = "massive/again.rs"]
mod again;
#[path = "massive/bulk.rs"]
mod bulk;
#[path = "massive/desk.rs"]
mod desk;
#[path = "massive/faults.rs"]
mod faults;
#[path = "massive/files.rs"]
mod files;
#[path = "massive/killed.rs"]
mod killed;
#[path = "massive/lost.rs"]
mod lost;
#[path = "massive/outcomes.rs"]
mod outcomes;
#[path = "massive/tables.rs"]
mod tables;

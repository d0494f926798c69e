//! Certificates that people manage: made, brought, judged, used without a restart, and told when they end.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

mod support;

#[path = "certificates/faults.rs"]
mod faults;
#[path = "certificates/files.rs"]
mod files;
#[path = "certificates/life.rs"]
mod life;
#[path = "certificates/office.rs"]
mod office;
#[path = "certificates/paper.rs"]
mod paper;
#[path = "certificates/vault.rs"]
mod vault;

//! Certificates that people manage: made, brought, judged, used without a restart, and told when they end.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

mod support;

#[path = "certificates/alarms.rs"]
mod alarms;
#[path = "certificates/crash.rs"]
mod crash;
#[path = "certificates/faults.rs"]
mod faults;
#[path = "certificates/files.rs"]
mod files;
#[path = "certificates/handshake.rs"]
mod handshake;
#[path = "certificates/life.rs"]
mod life;
#[path = "certificates/lists.rs"]
mod lists;
#[path = "certificates/office.rs"]
mod office;
#[path = "certificates/paper.rs"]
mod paper;
#[path = "certificates/partners.rs"]
mod partners;
#[path = "certificates/rotation.rs"]
mod rotation;
#[path = "certificates/vault.rs"]
mod vault;

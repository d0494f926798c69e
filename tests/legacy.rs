//! Notices that an old system answers for: an unmodified one completes its payments behind the gateway, with its own
//! messages, certificate and password, whatever comes in between.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

mod support;

#[path = "legacy/begun.rs"]
mod begun;
#[path = "legacy/calls.rs"]
mod calls;
#[path = "legacy/copies.rs"]
mod copies;
#[path = "legacy/expiry.rs"]
mod expiry;
#[path = "legacy/payment.rs"]
mod payment;
#[path = "legacy/questions.rs"]
mod questions;
#[path = "legacy/scene.rs"]
mod scene;
#[path = "legacy/trouble.rs"]
mod trouble;
#[path = "legacy/view.rs"]
mod view;

//! What an installation did for whom in a month: counted while it happens, and the same as the facts.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

mod support;

#[path = "usage/api.rs"]
mod api;
#[path = "usage/calls.rs"]
mod calls;
#[path = "usage/facts.rs"]
mod facts;

//! Nothing of a tenant is seen or changed by whoever does not act for it: random tenants, delegations that come
//! and go, random calls of random actors over every route that there is.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

mod support;

#[path = "isolation/calls.rs"]
mod calls;
#[path = "isolation/chance.rs"]
mod chance;
#[path = "isolation/seed.rs"]
mod seed;
#[path = "isolation/strangers.rs"]
mod strangers;
#[path = "isolation/world.rs"]
mod world;

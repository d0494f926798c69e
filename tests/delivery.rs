//! Delivery: events reach the endpoints of subscribers as they were committed, signed, in order for each
//! position, at least once, whatever the endpoints do; and no endpoint leads to what only we can reach.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

#[path = "delivery/failures.rs"]
mod failures;
#[path = "delivery/forms.rs"]
mod forms;
#[path = "delivery/gateway.rs"]
mod gateway;
#[path = "delivery/guard.rs"]
mod guard;
#[path = "delivery/health.rs"]
mod health;
#[path = "delivery/setup.rs"]
mod setup;
#[path = "delivery/sharing.rs"]
mod sharing;
#[path = "delivery/signing.rs"]
mod signing;
mod support;

use support::receiver;

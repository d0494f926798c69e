//! Scenarios and load of the node simulator: against the demo everything passes, against servers that are broken
//! on purpose each step fails with its reason, and what is written about it can be read by others.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

#[path = "support/chromium.rs"]
mod chromium;

mod node_scenarios {
    pub mod broken;
    pub mod demo;
    pub mod load;
    pub mod program;
    pub mod reports;
    pub mod server;
    pub mod shipped;
}

//! Forms: one definition, and three renderings that accept the same inputs.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

#[path = "support/chromium.rs"]
mod chromium;

mod forms {
    pub mod agreement;
    pub mod definition;
    pub mod json;
    pub mod judges;
    pub mod random;
    pub mod rules;
}

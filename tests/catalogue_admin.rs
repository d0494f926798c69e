//! The catalogue and who manages it: categories, services, what creditor institutions offer, and forms of XML.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

mod support;

#[path = "catalogue_admin/kept.rs"]
mod kept;

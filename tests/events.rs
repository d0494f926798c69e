//! Events, fetched by pages and read as streams.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

mod support;

#[path = "events/pages.rs"]
mod pages;
#[path = "events/reader.rs"]
mod reader;
#[path = "events/streams.rs"]
mod streams;

//! Our OpenAPI document: whole, valid, true to the server, and no less than the published contracts.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

#[path = "openapi/document.rs"]
mod document;
#[path = "openapi/facts.rs"]
mod facts;
#[path = "openapi/published.rs"]
mod published;
mod support;
#[path = "openapi/true_to_the_server.rs"]
mod true_to_the_server;

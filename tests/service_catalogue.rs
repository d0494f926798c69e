//! The catalogue as payment service providers see it: documents of both versions, imports, and what was told on
//! which day.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

#[path = "imports/desk.rs"]
#[allow(dead_code, reason = "shared with tests/imports.rs")]
mod desk;
#[path = "service_catalogue/exported.rs"]
mod exported;
#[path = "service_catalogue/imported.rs"]
mod imported;
#[path = "service_catalogue/kept.rs"]
mod kept;
#[path = "service_catalogue/shop.rs"]
mod shop;
mod support;

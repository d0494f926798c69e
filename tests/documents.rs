//! Documents about institutions: handed in, checked, kept, made of the register; and tables to take away.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

#[path = "documents/counterparts.rs"]
mod counterparts;
#[path = "imports/desk.rs"]
#[allow(dead_code, reason = "shared with tests/imports.rs")]
mod desk;
#[path = "documents/exports.rs"]
mod exports;
#[path = "documents/handed_in.rs"]
mod handed_in;
#[path = "documents/made.rs"]
mod made;
#[path = "documents/papers.rs"]
mod papers;
mod support;

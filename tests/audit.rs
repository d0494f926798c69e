//! Who did what: searched, verified, signed; and found out where somebody tampered.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

#[path = "audit/desk.rs"]
mod desk;
#[path = "audit/program.rs"]
mod program;
#[path = "audit/search.rs"]
mod search;
#[path = "audit/tampering.rs"]
mod tampering;

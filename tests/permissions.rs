//! Who may ask for what: every route, called by every role for every tenant, against tables written by hand.
//!
//! `permissions/routes.txt` says what each route asks for, `permissions/roles.txt` who holds that. Neither is
//! read from the code that decides, and a route that is in neither fails.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

mod support;

#[path = "permissions/actors.rs"]
mod actors;
#[path = "permissions/calls.rs"]
mod calls;
#[path = "permissions/matrix.rs"]
mod matrix;
#[path = "permissions/table.rs"]
mod table;

//! Files that change the register: judged row by row, and carried out whole or not at all.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

#[path = "imports/accounts.rs"]
mod accounts;
#[path = "imports/archives.rs"]
mod archives;
#[path = "imports/desk.rs"]
#[allow(dead_code, reason = "shared with tests/documents.rs")]
mod desk;
#[path = "imports/register.rs"]
mod register;
mod support;
#[path = "imports/whole.rs"]
mod whole;

//! The capabilities of the gateway, one file each, on both databases.

#[path = "../support/mod.rs"]
mod support;

mod store_positions;
mod store_receipts;

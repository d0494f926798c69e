//! Backup and restore as an operator meets them: the real program, on both databases, while others write.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

#[path = "backup/broken_off.rs"]
mod broken_off;
#[path = "backup/desk.rs"]
mod desk;
#[path = "backup/feeds.rs"]
mod feeds;
#[path = "backup/refused.rs"]
mod refused;
#[path = "backup/schemas.rs"]
mod schemas;
#[path = "backup/whole.rs"]
mod whole;

//! Changes that wait for a second person: who may do what with them, when they hold, and what undoes them.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

#[path = "approval/desk.rs"]
mod desk;
#[path = "approval/histories.rs"]
mod histories;
#[path = "approval/life.rs"]
mod life;
#[path = "approval/over_http.rs"]
mod over_http;
#[path = "approval/table.rs"]
mod table;

//! The transport on real sockets: who is let in, how certificates change, what is cut off and when.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

#[path = "tls/bounds.rs"]
mod bounds;
#[path = "tls/callers.rs"]
mod callers;
#[path = "tls/listeners.rs"]
mod listeners;
#[path = "tls/messages.rs"]
mod messages;
#[path = "tls/process.rs"]
mod process;
#[path = "tls/reload.rs"]
mod reload;
#[path = "tls/support.rs"]
mod support;

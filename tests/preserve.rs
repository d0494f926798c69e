//! Preservation: archives of receipts, and what finds that one is not as it was written.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

#[path = "preserve/archive.rs"]
mod archive;
#[path = "preserve/export.rs"]
mod export;
#[path = "preserve/periods.rs"]
mod periods;
#[path = "preserve/tampered.rs"]
mod tampered;

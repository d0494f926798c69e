//! The house rules, held by a test: which layer may know which, how long things get, what is never
//! written, and that the README says what the code does.
//!
//! Every finding names the file and line, the rule, and what to do about it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "tidy/contracts.rs"]
mod contracts;
#[path = "tidy/layers.rs"]
mod layers;
#[path = "tidy/readme.rs"]
mod readme;
#[path = "tidy/shape.rs"]
mod shape;
#[path = "tidy/source.rs"]
mod source;

/// Fails with all findings at once.
fn none(findings: Vec<String>) {
    assert!(findings.is_empty(), "{} finding(s)\n  {}\n", findings.len(), findings.join("\n  "));
}

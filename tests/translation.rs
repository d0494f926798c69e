//! The translation between the node's primitives and the old ones: no field is forgotten, and whatever is valid on
//! one side is valid on the other.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)] // helpers of tests, too

#[path = "../src/codegen/mod.rs"]
#[allow(dead_code)]
mod codegen;
#[path = "codec/random.rs"]
mod random;
#[path = "codec/sample.rs"]
#[allow(dead_code)]
mod sample;

#[path = "translation/complete.rs"]
mod complete;
#[path = "translation/random.rs"]
mod properties;

use varco::schema;

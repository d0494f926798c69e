//! The payment node, played from outside: what it asks, what it makes of an answer, and how a person reads that.
//!
//! It speaks to any endpoint that offers paForNode, ours or another product's, and knows nothing of how ours
//! comes to its answers.

pub mod client;

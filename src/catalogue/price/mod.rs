//! What a service costs: price rules at work.

pub mod formula;

//! The rules: pure functions and values. No input or output, no XML, no SQL, no async.

pub mod amount;
pub mod clock;

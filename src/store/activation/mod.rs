//! The activation plan of an institution: the facts it is read from, and what people said and showed.

pub(super) mod facts;
mod read;

pub use read::{ShownEvidence, ShownFile};

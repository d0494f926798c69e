//! Recorded sessions: what went over a connection, written down without the data of persons, so that it can be
//! played again elsewhere.
//!
//! [`mask`] decides what is written down, by the list of [`fields`]; [`session`] is the form in which it lies in a
//! folder; [`rebind`] puts the values of another installation in the place of those of the recording.

pub mod fields;
mod forms;
pub mod invent;
pub mod mask;
pub mod rebind;
pub mod rewrite;
pub mod session;

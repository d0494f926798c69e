//! How the registry changes: who wishes what of which thing.
//!
//! Every change of the admin surface is a [`Proposal`]: a thing of some [`Kind`], and how it is wished to be.
//! It is carried out in one commit with the audit of who wished it, or kept until a second person agrees.

mod approval;
mod author;
pub mod change;
pub mod checkpoint;
mod kind;
mod proposal;

pub use approval::Approval;
pub use author::Author;
pub use kind::Kind;
pub use proposal::{Carried, Conflict, Proposal, Wish};

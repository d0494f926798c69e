//! The old primitives: what they say, put into the node's words and back, and the payments that go through them.

pub mod desk;
pub mod translate;

//! How much of a message is read.

use crate::wire::Bounds;

/// The bounds of one message. The defaults leave room for a receipt with digital stamps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How many bytes the message may have.
    pub message_bytes: usize,
    /// How deep and wide its markup may be.
    pub markup: Bounds,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { message_bytes: 2 * 1024 * 1024, markup: Bounds::default() }
    }
}

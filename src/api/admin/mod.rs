//! Who may do what, what waits for a second person, and what was done. Ours.

use super::openapi::{Heading, Routes};

/// Its heading in the documentation.
pub(super) const HEADING: Heading =
    ("Administration", "Who may do what, what waits for a second person, and what was done. Ours.");

pub(super) fn routes() -> Routes {
    Routes::default()
}

//! Who may do what, what waits for a second person, and what was done. Ours.

mod audit;
mod changes;
mod diff;

use super::openapi::{Heading, Routes};

/// Its heading in the documentation.
pub(super) const HEADING: Heading =
    ("Administration", "Who may do what, what waits for a second person, and what was done. Ours.");

pub(super) fn routes() -> Routes {
    Routes::default().beside(changes::routes()).beside(audit::routes())
}

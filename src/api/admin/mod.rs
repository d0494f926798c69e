//! Who may do what, what waits for a second person, and what was done. Ours.

use super::openapi::{Heading, Routes};

pub(super) mod accounts;
mod registry;

/// Its heading in the documentation.
pub(super) const HEADING: Heading =
    ("Administration", "Who may do what, what waits for a second person, and what was done. Ours.");

pub(super) fn routes() -> Routes {
    Routes::default().beside(accounts::routes(HEADING.0)).beside(registry::routes())
}

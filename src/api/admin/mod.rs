//! Who may do what, what waits for a second person, and what was done. Ours.

pub(super) mod accounts;

use super::openapi::{Heading, Routes};

/// Its heading in the documentation.
pub(super) const HEADING: Heading =
    ("Administration", "Who may do what, what waits for a second person, and what was done. Ours.");

pub(super) fn routes() -> Routes {
    Routes::default()
        .beside(accounts::routes(HEADING.0))
        .beside(super::documents::ours())
        .beside(super::exports::ours())
        .beside(super::imports::ours())
}

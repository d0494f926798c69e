//! Who may do what, what waits for a second person, and what was done. Ours.

pub(super) mod accounts;

use super::openapi::{Heading, Routes};

mod activation;
pub(super) mod certificates;
mod usage;

/// Its heading in the documentation.
pub(super) const HEADING: Heading =
    ("Administration", "Who may do what, what waits for a second person, and what was done. Ours.");

pub(super) fn routes() -> Routes {
    Routes::default()
        .beside(activation::routes())
        .beside(usage::routes())
        .beside(accounts::routes(HEADING.0))
        .beside(certificates::routes())
}

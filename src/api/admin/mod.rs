//! Who may do what, what waits for a second person, and what was done. Ours.

use super::openapi::{Heading, Routes};

mod delegations;
mod keys;

/// Its heading in the documentation.
pub(super) const HEADING: Heading =
    ("Administration", "Who may do what, what waits for a second person, and what was done. Ours.");

/// The same, for the endpoints below.
const ADMIN: &str = HEADING.0;

pub(super) fn routes() -> Routes {
    Routes::default().beside(keys::routes()).beside(delegations::routes())
}

//! What partners read of the institutions and accounts that they serve.

use super::openapi::{Heading, Routes};

/// Its heading in the documentation.
pub(super) const HEADING: Heading =
    ("Back office, external", "What partners read of the institutions and accounts that they serve.");

pub(super) fn routes() -> Routes {
    Routes::default()
}

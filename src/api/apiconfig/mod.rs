//! Creditor institutions, brokers, stations, accounts: the contract of pagoPA for the side of the creditor.

use super::openapi::{Heading, Routes};

/// Its heading in the documentation.
pub(super) const HEADING: Heading = (
    "Registry (api-config)",
    "Creditor institutions, brokers, stations, accounts: the contract of pagoPA for the side of the creditor.",
);

pub(super) fn routes() -> Routes {
    Routes::default()
}

//! Creditor institutions, brokers, stations, accounts: the contract of pagoPA for the side of the creditor.

pub(super) mod ibans;
pub(super) mod maintenances;

use super::openapi::{Heading, Routes};

/// Its heading in the documentation.
pub(super) const HEADING: Heading = (
    "Registry (api-config)",
    "Creditor institutions, brokers, stations, accounts: the contract of pagoPA for the side of the creditor.",
);

pub(super) fn routes() -> Routes {
    Routes::default().beside(ibans::routes(HEADING.0)).beside(maintenances::routes(HEADING.0))
}

//! Creditor institutions, brokers, stations, accounts: the contract of pagoPA for the side of the creditor.

use super::openapi::{Heading, Routes};

pub(super) mod brokers;
mod encodings;
pub(super) mod ibans;
pub(super) mod institutions;
pub(super) mod maintenances;
pub(super) mod names;
pub(super) mod paging;
pub(super) mod reading;
pub(super) mod refusal;
mod relations;
mod stations;
mod view;

/// Its heading in the documentation.
pub(super) const HEADING: Heading = (
    "Registry (api-config)",
    "Creditor institutions, brokers, stations, accounts: the contract of pagoPA for the side of the creditor.",
);

pub(super) fn routes() -> Routes {
    Routes::default()
        .beside(brokers::routes())
        .beside(encodings::routes())
        .beside(ibans::routes(HEADING.0))
        .beside(institutions::routes())
        .beside(maintenances::routes(HEADING.0))
        .beside(relations::routes())
        .beside(stations::routes())
        .beside(view::routes())
        .beside(super::documents::published())
        .beside(super::exports::published())
        .beside(super::imports::published())
}

//! Who may do what, what waits for a second person, and what was done. Ours.

use super::openapi::{Heading, Routes};

pub(super) mod accounts;
mod activation;
mod attempts;
mod audit;
pub(in crate::api) mod catalogue;
pub(super) mod certificates;
mod changes;
mod delegations;
mod demands;
mod diff;
mod keys;
mod people;
mod profiles;
mod registry;
mod routing;
mod session;
mod usage;

/// Its heading in the documentation.
pub(super) const HEADING: Heading =
    ("Administration", "Who may do what, what waits for a second person, and what was done. Ours.");

/// The same, for the endpoints below.
const ADMIN: &str = HEADING.0;

pub(super) fn routes() -> Routes {
    Routes::default()
        .beside(changes::routes())
        .beside(audit::routes())
        .beside(accounts::routes(HEADING.0))
        .beside(catalogue::routes())
        .beside(certificates::routes())
        .beside(activation::routes())
        .beside(usage::routes())
        .beside(keys::routes())
        .beside(delegations::routes())
        .beside(demands::routes())
        .beside(attempts::routes())
        .beside(registry::routes())
        .beside(routing::routes())
        .beside(session::routes())
        .beside(people::routes())
        .beside(profiles::routes())
        .beside(super::documents::ours())
        .beside(super::exports::ours())
        .beside(super::imports::ours())
}

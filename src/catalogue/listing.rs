//! The catalogue as payment service providers see it.

use jiff::Timestamp;

use super::view::{Catalogue, Offered};
use crate::domain::catalogue::ids::CategoryId;
use crate::domain::catalogue::listing::{ListedService, listing};

/// What is told of the offerings that `takes` takes.
pub fn listed(catalogue: &Catalogue, takes: impl Fn(&Offered) -> bool, now: Timestamp) -> Vec<ListedService> {
    let offered: Vec<&Offered> =
        catalogue.offerings().filter(|offered| offered.takes_part() && takes(offered)).collect();
    let pairs = offered.iter().map(|offered| (offered.service(), &*offered.offering));
    listing(pairs, |id| name_of_category(catalogue, id), now)
}

/// The Italian name of a category.
pub fn name_of_category(catalogue: &Catalogue, id: &CategoryId) -> Option<String> {
    catalogue.category(id).map(|category| category.name.italian().to_string())
}

//! What can be asked for at one moment, as channels and pages show it: offerings that are open, of institutions
//! that are registered here and not switched off.

use std::sync::Arc;

use jiff::Timestamp;

use super::view::{Catalogue, Offered};
use crate::domain::catalogue::browse::{Open, Tree};
use crate::domain::catalogue::ids::ServiceId;
use crate::domain::catalogue::service::Service;
use crate::domain::fiscal_code::FiscalCode;
use crate::registry::Registry;

/// The catalogue at one moment.
#[derive(Clone, Debug)]
pub struct Shelf {
    catalogue: Arc<Catalogue>,
    registry: Arc<Registry>,
    now: Timestamp,
}

impl Shelf {
    /// The catalogue at that moment.
    pub fn new(catalogue: Arc<Catalogue>, registry: Arc<Registry>, now: Timestamp) -> Self {
        Shelf { catalogue, registry, now }
    }

    /// All that can be asked for.
    pub fn open(&self) -> Vec<Open<'_>> {
        self.catalogue.offerings().filter_map(|offered| self.shown(offered)).collect()
    }

    /// What an institution offers of a service, if that can be asked for.
    pub fn find(&self, ec: &FiscalCode, service: &ServiceId) -> Option<Offered> {
        self.catalogue.offered(ec, service).filter(|offered| self.shown(offered).is_some())
    }

    /// What people read of an offering.
    pub fn shown<'a>(&'a self, offered: &'a Offered) -> Option<Open<'a>> {
        let ec = &offered.offering.ec;
        let institution = self.registry.institution(ec)?;
        let is_off = self.registry.switched_off().institutions.contains(ec);
        let shown = Open {
            service: &offered.listed.service,
            offering: &offered.offering,
            institution: institution.name.as_str(),
        };
        (!is_off && offered.is_open(self.now)).then_some(shown)
    }

    /// The text of the schema of the documents of a service.
    pub fn xsd_of(&self, service: &Service) -> Option<Arc<str>> {
        self.catalogue.xsd_of(service)
    }

    /// The categories.
    pub fn tree(&self) -> Tree<'_> {
        Tree::new(self.catalogue.categories())
    }

    /// When it was.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// The parties at that moment.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }
}

//! The whole register at one moment, for lists, exports and documents.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{BrokerFacts, Encoding, InstitutionFacts, Relation, StationFacts};
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::ids::{BrokerCode, StationCode};

/// Everybody who is registered, each list in the order of its codes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Census {
    /// The institutions.
    pub institutions: BTreeMap<FiscalCode, InstitutionFacts>,
    /// The brokers.
    pub brokers: BTreeMap<BrokerCode, BrokerFacts>,
    /// The stations.
    pub stations: BTreeMap<StationCode, RegisteredStation>,
    /// Who is served by which station, by institution and station.
    pub relations: Vec<Relation>,
    /// The codes in printed notices, by institution.
    pub encodings: Vec<(FiscalCode, Encoding)>,
}

/// A station and when it came and changed; none where it was registered before that was kept.
#[derive(Clone, Debug, PartialEq)]
pub struct RegisteredStation {
    /// What is known of it.
    pub facts: StationFacts,
    /// When it was registered.
    pub created_at: Option<Timestamp>,
    /// When it was last changed.
    pub changed_at: Option<Timestamp>,
    /// When it was first enabled.
    pub activated_at: Option<Timestamp>,
}

impl Census {
    /// The broker of a station.
    pub fn broker_of(&self, station: &StationFacts) -> Option<&BrokerFacts> {
        self.brokers.get(&station.broker)
    }

    /// Each relation with its station and institution.
    pub fn served(&self) -> impl Iterator<Item = (&Relation, &RegisteredStation, &InstitutionFacts)> {
        self.relations.iter().filter_map(|relation| {
            let station = self.stations.get(&relation.station)?;
            Some((relation, station, self.institutions.get(&relation.ec)?))
        })
    }
}

//! The parties in memory, for the hot path: who may ask, for whom, and which notices a station serves.
//!
//! A request reads one immutable [`Registry`]; a change of the tables replaces it whole.

mod keys;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use arc_swap::ArcSwap;
use jiff::civil::Date;

use crate::domain::access::Delegations;
use crate::domain::account::AccountStatus;
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::iban::Iban;
use crate::domain::ids::{BrokerCode, StationCode};
use crate::domain::party::{
    Allowed, Broker, CreditorInstitution, PayeeAccount, PrimitiveVersion, Station, StationLink, SwitchedOff,
};
use crate::domain::registry::RelationFlags;
use crate::domain::routing::{Partner, PartnerId, Route, Routes};
use crate::domain::segregation::{Segregation, issuing_link};
use crate::domain::taxonomy::Taxonomy;
use crate::store::Parties;

pub use keys::{Hashes, KeyRing, KeyView, KnownKey};

/// The current registry, shared by all requests.
#[derive(Clone, Debug)]
pub struct RegistryView {
    current: Arc<ArcSwap<Registry>>,
    keys: KeyView,
}

/// All parties at one moment.
#[derive(Debug, Default)]
pub struct Registry {
    institutions: HashMap<FiscalCode, Institution>,
    brokers: HashMap<BrokerCode, Broker>,
    stations: HashMap<StationCode, Station>,
    former_stations: HashMap<StationCode, BrokerCode>,
    switched_off: SwitchedOff,
    with_payment_options: BTreeSet<StationCode>,
    taxonomy: Taxonomy,
    delegations: Delegations,
    partners: HashMap<PartnerId, Arc<Partner>>,
}

#[derive(Debug)]
struct Institution {
    party: CreditorInstitution,
    links: Vec<StationLink>,
    allowed: Vec<Allowed>,
    ibans: Vec<PayeeAccount>,
    routes: Routes,
}

impl Institution {
    fn new(party: CreditorInstitution) -> Self {
        Institution {
            party,
            links: Vec::new(),
            allowed: Vec::new(),
            ibans: Vec::new(),
            routes: Routes::default(),
        }
    }
}

impl RegistryView {
    /// A view of these parties.
    pub fn new(parties: Parties) -> Self {
        let current = Arc::new(ArcSwap::from_pointee(Registry::new(parties)));
        RegistryView { current, keys: KeyView::default() }
    }

    /// The parties as they are now.
    pub fn current(&self) -> Arc<Registry> {
        self.current.load_full()
    }

    /// The API keys, read by who needs them.
    pub fn keys(&self) -> &KeyView {
        &self.keys
    }

    /// Replaces the parties; requests under way finish with the ones they began with.
    pub fn replace(&self, parties: Parties) {
        self.current.store(Arc::new(Registry::new(parties)));
    }
}

impl Registry {
    fn new(parties: Parties) -> Self {
        let mut institutions: HashMap<FiscalCode, Institution> = parties
            .institutions
            .into_iter()
            .map(|party| (party.ec.clone(), Institution::new(party)))
            .collect();
        for link in parties.links {
            if let Some(institution) = institutions.get_mut(&link.ec) {
                institution.links.push(link);
            }
        }
        for allowed in parties.allowed {
            if let Some(institution) = institutions.get_mut(&allowed.ec) {
                institution.allowed.push(allowed);
            }
        }
        for iban in parties.ibans {
            if let Some(institution) = institutions.get_mut(&iban.ec) {
                institution.ibans.push(iban);
            }
        }
        let mut routes: HashMap<FiscalCode, Vec<Route>> = HashMap::new();
        for route in parties.routes {
            routes.entry(route.ec.clone()).or_default().push(route);
        }
        for (ec, routes) in routes {
            if let Some(institution) = institutions.get_mut(&ec) {
                institution.routes = Routes::new(routes);
            }
        }
        let partners = parties.partners.into_iter();
        Registry {
            partners: partners.map(|partner| (partner.id.clone(), Arc::new(partner))).collect(),
            institutions,
            brokers: parties.brokers.into_iter().map(|broker| (broker.code.clone(), broker)).collect(),
            stations: parties.stations.into_iter().map(|station| (station.code.clone(), station)).collect(),
            former_stations: parties.former_stations.into_iter().collect(),
            switched_off: parties.switched_off,
            with_payment_options: parties.with_payment_options,
            taxonomy: Taxonomy::new(parties.taxonomy),
            delegations: Delegations::new(parties.delegations),
        }
    }

    /// The creditor institution of that fiscal code.
    pub fn institution(&self, ec: &FiscalCode) -> Option<&CreditorInstitution> {
        self.institutions.get(ec).map(|institution| &institution.party)
    }

    /// The broker of that code.
    pub fn broker(&self, code: &BrokerCode) -> Option<&Broker> {
        self.brokers.get(code)
    }

    /// The station of that code.
    pub fn station(&self, code: &StationCode) -> Option<&Station> {
        self.stations.get(code)
    }

    /// Whose a station was that was removed.
    pub fn former_broker(&self, code: &StationCode) -> Option<&BrokerCode> {
        self.former_stations.get(code)
    }

    /// Which stations serve which notices of a creditor institution.
    pub fn links(&self, ec: &FiscalCode) -> &[StationLink] {
        self.institutions.get(ec).map_or(&[], |institution| &institution.links)
    }

    /// Who answers for the notices of a creditor institution; none if we do for all.
    pub fn routes(&self, ec: &FiscalCode) -> Option<&Routes> {
        self.institutions.get(ec).map(|institution| &institution.routes).filter(|routes| !routes.is_empty())
    }

    /// The system behind us of that name.
    pub fn partner(&self, id: &PartnerId) -> Option<&Arc<Partner>> {
        self.partners.get(id)
    }

    /// All systems behind us.
    pub fn partners(&self) -> impl Iterator<Item = &Arc<Partner>> {
        self.partners.values()
    }

    /// Who is registered and switched off.
    pub fn switched_off(&self) -> &SwitchedOff {
        &self.switched_off
    }

    /// What is allowed between a station and a creditor institution.
    pub fn allowed(&self, ec: &FiscalCode, station: &StationCode) -> RelationFlags {
        let of = |known: &Institution| {
            known.allowed.iter().find(|one| one.station == *station).map(|one| one.flags)
        };
        self.institutions.get(ec).and_then(of).unwrap_or_default()
    }

    /// Whether payment options are asked of a station.
    pub fn has_payment_options(&self, station: &StationCode) -> bool {
        self.with_payment_options.contains(station)
    }

    /// The creditor institutions that the stations of a broker serve.
    pub fn served_by(&self, broker: &BrokerCode) -> Vec<FiscalCode> {
        let is_theirs =
            |link: &StationLink| self.station(&link.station).is_some_and(|known| known.broker == *broker);
        let served = self.institutions.values().filter(|known| known.links.iter().any(is_theirs));
        served.map(|known| known.party.ec.clone()).collect()
    }

    /// Under which aux digit and code a notice is issued whose number the creditor leaves to us.
    pub fn issuing_link(&self, ec: &FiscalCode, scope: &Segregation) -> Option<&StationLink> {
        let version = |link: &StationLink| -> Option<PrimitiveVersion> {
            self.station(&link.station).map(|station| station.primitives)
        };
        let links = self.links(ec).iter().filter_map(|link| Some((link, version(link)?)));
        issuing_link(links, scope)
    }

    /// What creditor institutions have handed to brokers.
    pub fn delegations(&self) -> &Delegations {
        &self.delegations
    }

    /// What transfers may be for.
    pub fn taxonomy(&self) -> &Taxonomy {
        &self.taxonomy
    }

    /// Whether a creditor institution has an account that new debts may name on a day in Italy.
    pub fn has_account(&self, ec: &FiscalCode, today: Date) -> bool {
        let may_be_named = |own: &PayeeAccount| own.usage.status(today) == AccountStatus::Active;
        self.institutions.get(ec).is_some_and(|known| known.ibans.iter().any(may_be_named))
    }

    /// Whether money of a beneficiary may go to an account on a day in Italy. Of a beneficiary that is not
    /// registered here the accounts are not known, and any may.
    pub fn may_pay(&self, beneficiary: &FiscalCode, iban: &Iban, today: Date) -> bool {
        self.institution(beneficiary).is_none() || self.owns_iban(beneficiary, iban, today)
    }

    /// Whether a new debt may name an account of a creditor institution on a day in Italy: one that is in its
    /// census, switched on, and valid then.
    pub fn owns_iban(&self, ec: &FiscalCode, iban: &Iban, today: Date) -> bool {
        let may_be_named =
            |own: &PayeeAccount| &own.iban == iban && own.usage.status(today) == AccountStatus::Active;
        self.institutions.get(ec).is_some_and(|known| known.ibans.iter().any(may_be_named))
    }
}

//! What payment service providers see of the catalogue (CatalogoServizi): services with the institutions that
//! provide them, and what became different between two such lists.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;

use super::ids::{CategoryId, ServiceId, SubjectId};
use super::offering::{Commission, Offering};
use super::service::{Intake, Service};
use super::stage::State;
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::text::Text;

/// A service with the institutions that provide it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedService {
    /// The service (`idServizio`): five characters.
    pub id: ServiceId,
    /// Its name.
    pub description: Text<70>,
    /// The name of its category.
    pub category: Option<Text<35>>,
    /// The schema of what is asked of the payer (`xsdRiferimento`).
    pub schema: Text<35>,
    /// Who provides it.
    pub providers: Vec<Provider>,
}

/// An institution that provides a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provider {
    /// The offering (`idSoggettoServizio`); the first version of the document does not name it.
    pub subject: Option<SubjectId>,
    /// The institution.
    pub ec: FiscalCode,
    /// What the institution calls the service.
    pub name: Text<70>,
    /// From which day it can be asked for.
    pub from: Date,
    /// Until which.
    pub until: Option<Date>,
    /// Whether the payer may be charged.
    pub commission: Commission,
}

/// Whether payment service providers are told of an offering: the node has names for both, both are published,
/// and it is not over. One whose first day is to come is told of.
pub fn is_listed(service: &Service, offering: &Offering, now: Timestamp) -> bool {
    let published = [service.stage.state(now), offering.state(now)] == [State::Published; 2];
    published && service.id.code().is_some() && offering.subject.is_some()
}

/// The list of offerings, each with its service: by service, then by institution. `category` tells the name of a
/// category; texts are cut to what the document takes.
pub fn listing<'a>(
    offered: impl IntoIterator<Item = (&'a Service, &'a Offering)>,
    category: impl Fn(&CategoryId) -> Option<String>,
    now: Timestamp,
) -> Vec<ListedService> {
    let mut listed: BTreeMap<ServiceId, ListedService> = BTreeMap::new();
    for (service, offering) in offered.into_iter().filter(|(service, one)| is_listed(service, one, now)) {
        let schema = match &service.intake {
            Intake::Own => Text::cut(service.id.as_str()),
            Intake::Bound(binding) => Text::cut(binding.schema.as_str()),
        };
        let Ok(schema) = schema else { continue };
        let entry = listed.entry(service.id.clone()).or_insert_with(|| ListedService {
            id: service.id.clone(),
            description: service.name.italian().clone(),
            category: category(&service.category).and_then(|name| Text::cut(&name).ok()),
            schema,
            providers: Vec::new(),
        });
        entry.providers.push(Provider {
            subject: offering.subject.clone(),
            ec: offering.ec.clone(),
            name: offering.name(service).italian().clone(),
            from: offering.from,
            until: offering.until,
            commission: offering.commission,
        });
    }
    let mut listed: Vec<ListedService> = listed.into_values().collect();
    for service in &mut listed {
        service.providers.sort_by(|a, b| (&a.ec, &a.subject).cmp(&(&b.ec, &b.subject)));
    }
    listed
}

/// What became different of things that have names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changes<K> {
    /// Those that were not there.
    pub added: Vec<K>,
    /// Those that are gone.
    pub removed: Vec<K>,
    /// Those that are not as they were.
    pub changed: Vec<K>,
}

/// What became different between two lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The services. One is not changed by who provides it.
    pub services: Changes<ServiceId>,
    /// Who provides which service.
    pub offerings: Changes<(ServiceId, FiscalCode)>,
}

/// What became different from one list to the other.
pub fn difference(before: &[ListedService], after: &[ListedService]) -> Difference {
    let services = |listed: &[ListedService]| -> BTreeMap<ServiceId, ListedService> {
        let bare = |one: &ListedService| ListedService { providers: Vec::new(), ..one.clone() };
        listed.iter().map(|one| (one.id.clone(), bare(one))).collect()
    };
    let offerings = |listed: &[ListedService]| -> BTreeMap<(ServiceId, FiscalCode), Vec<Provider>> {
        let mut found: BTreeMap<(ServiceId, FiscalCode), Vec<Provider>> = BTreeMap::new();
        for service in listed {
            for provider in &service.providers {
                let key = (service.id.clone(), provider.ec.clone());
                found.entry(key).or_default().push(provider.clone());
            }
        }
        found
    };
    Difference {
        services: changes(&services(before), &services(after)),
        offerings: changes(&offerings(before), &offerings(after)),
    }
}

fn changes<K: Ord + Clone, V: PartialEq>(before: &BTreeMap<K, V>, after: &BTreeMap<K, V>) -> Changes<K> {
    let missing = |from: &BTreeMap<K, V>, others: &BTreeMap<K, V>| {
        from.keys().filter(|key| !others.contains_key(key)).cloned().collect()
    };
    let differs = |(key, value): &(&K, &V)| before.get(key).is_some_and(|old| old != *value);
    Changes {
        added: missing(after, before),
        removed: missing(before, after),
        changed: after.iter().filter(differs).map(|(key, _)| key.clone()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service(id: &str, description: &str, ecs: &[&str]) -> ListedService {
        let provider = |ec: &&str| Provider {
            subject: SubjectId::new(id).ok(),
            ec: FiscalCode::new(ec).unwrap(),
            name: Text::new("Mensa").unwrap(),
            from: "2026-01-01".parse().unwrap(),
            until: None,
            commission: Commission::Unsaid,
        };
        ListedService {
            id: ServiceId::new(id).unwrap(),
            description: Text::new(description).unwrap(),
            category: None,
            schema: Text::new("Mensa.xsd").unwrap(),
            providers: ecs.iter().map(provider).collect(),
        }
    }

    #[test]
    fn services_and_offerings_are_compared_each_by_itself() {
        let (one, other) = ("77777777777", "99000010019");
        let before = [service("00001", "Mensa", &[one, other]), service("00002", "Sosta", &[one])];
        let mut after = [service("00001", "Mensa scolastica", &[one]), service("00003", "Dono", &[other])];
        after[0].providers[0].until = "2026-12-31".parse().ok();
        let told = difference(&before, &after);
        let ids = |ids: &[ServiceId]| ids.iter().map(|id| id.as_str().to_owned()).collect::<Vec<_>>();
        assert_eq!(ids(&told.services.added), ["00003"]);
        assert_eq!(ids(&told.services.removed), ["00002"]);
        assert_eq!(ids(&told.services.changed), ["00001"]);
        let pairs = |pairs: &[(ServiceId, FiscalCode)]| {
            pairs.iter().map(|(id, ec)| format!("{id} {ec}")).collect::<Vec<_>>()
        };
        assert_eq!(pairs(&told.offerings.added), ["00003 99000010019"]);
        assert_eq!(pairs(&told.offerings.removed), ["00001 99000010019", "00002 77777777777"]);
        assert_eq!(pairs(&told.offerings.changed), ["00001 77777777777"]);
        assert_eq!(difference(&before, &before), difference(&[], &[]));
    }
}

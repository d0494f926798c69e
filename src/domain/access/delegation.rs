//! What a creditor institution has handed to a technology partner.

use std::collections::{BTreeSet, HashMap};
use std::fmt;

use jiff::Timestamp;

use super::product::Product;
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::ids::BrokerCode;
use crate::domain::segregation::Segregation;

/// A delegation that its broker accepted and nobody revoked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delegation {
    /// Its name.
    pub id: String,
    /// Who delegates.
    pub ec: FiscalCode,
    /// To whom.
    pub broker: BrokerCode,
    /// What.
    pub products: BTreeSet<Product>,
    /// For which notices.
    pub codes: Segregation,
    /// For which services; for all if none are named.
    pub domains: Option<BTreeSet<TaxonomyDomain>>,
    /// Its first instant.
    pub from: Timestamp,
    /// Its end, no longer included.
    pub until: Option<Timestamp>,
}

impl Delegation {
    /// Whether it holds at an instant.
    pub fn holds_at(&self, now: Timestamp) -> bool {
        self.from <= now && self.until.is_none_or(|until| now < until)
    }

    /// The notices that it is for.
    pub fn notices(&self) -> Segregation {
        Segregation::of(self.codes.codes().cloned(), self.domains.clone())
    }
}

/// A part of the taxonomy: type of creditor and macro area, two digits each.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaxonomyDomain([u8; 4]);

/// Why a text names no part of the taxonomy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be the four digits of creditor type and macro area, such as 0101")]
pub struct DomainError;

impl TaxonomyDomain {
    /// Reads four digits.
    pub fn new(text: &str) -> Result<Self, DomainError> {
        let digits: [u8; 4] = text.as_bytes().try_into().map_err(|_| DomainError)?;
        if digits.iter().all(u8::is_ascii_digit) { Ok(TaxonomyDomain(digits)) } else { Err(DomainError) }
    }

    /// The part of the category of a transfer, such as `9/0101002IM/`; none if it is written otherwise.
    pub fn of_category(category: &str) -> Option<Self> {
        TaxonomyDomain::new(category.get(2..6)?).ok()
    }
}

impl fmt::Display for TaxonomyDomain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|digit| write!(f, "{}", char::from(*digit)))
    }
}

impl fmt::Debug for TaxonomyDomain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TaxonomyDomain({self})")
    }
}

/// The delegations that there are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Delegations(HashMap<BrokerCode, Vec<Delegation>>);

impl Delegations {
    /// These.
    pub fn new(all: Vec<Delegation>) -> Self {
        let mut of_brokers: HashMap<BrokerCode, Vec<Delegation>> = HashMap::new();
        for one in all {
            of_brokers.entry(one.broker.clone()).or_default().push(one);
        }
        Delegations(of_brokers)
    }

    /// Those of a creditor institution to a broker that hold at an instant.
    pub fn between<'a>(
        &'a self,
        ec: &'a FiscalCode,
        broker: &'a BrokerCode,
        now: Timestamp,
    ) -> impl Iterator<Item = &'a Delegation> {
        self.to(broker, now).filter(move |one| one.ec == *ec)
    }

    /// Those to a broker that hold at an instant.
    pub fn to<'a>(&'a self, broker: &'a BrokerCode, now: Timestamp) -> impl Iterator<Item = &'a Delegation> {
        self.0.get(broker).into_iter().flatten().filter(move |one| one.holds_at(now))
    }
}

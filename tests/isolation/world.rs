//! Tenants, who works with whom, and what each may see: by rules written here, and by nothing of the code.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use crate::chance::Chance;
use crate::support::samples;
use crate::support::trouble::Intruder;

/// Institutions; the first is its own broker.
pub const ECS: [&str; 5] = ["70000000001", "70000000002", "70000000003", "70000000004", "70000000005"];
/// Partners.
pub const BROKERS: [&str; 3] = ["80000000001", "80000000002", "80000000003"];

/// A tenant: an institution or a broker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tenant {
    Ec(&'static str),
    Broker(&'static str),
}

impl Tenant {
    pub fn all() -> Vec<Tenant> {
        let brokers = BROKERS.into_iter().chain([ECS[0]]).map(Tenant::Broker);
        ECS.into_iter().map(Tenant::Ec).chain(brokers).collect()
    }

    pub fn code(self) -> &'static str {
        match self {
            Tenant::Ec(code) | Tenant::Broker(code) => code,
        }
    }

    /// As it is stored: `ec:…` or `broker:…`.
    pub fn stored(self) -> String {
        match self {
            Tenant::Ec(code) => format!("ec:{code}"),
            Tenant::Broker(code) => format!("broker:{code}"),
        }
    }

    /// What stands in every text of its own that is nobody else's business.
    pub fn data(self) -> String {
        self.marker("DATA")
    }

    /// What it is called, which whoever works with it knows.
    pub fn name(self) -> String {
        self.marker("NAME")
    }

    fn marker(self, word: &str) -> String {
        let kind = if matches!(self, Tenant::Ec(_)) { "E" } else { "B" };
        format!("{word}x{kind}{}x", self.code())
    }
}

/// A delegation as it was made and, perhaps, revoked.
struct Delegation {
    ec: &'static str,
    broker: &'static str,
    from: Timestamp,
    until: Option<Timestamp>,
    revoked: bool,
}

/// What changes while it is looked at.
pub struct World {
    pub now: Timestamp,
    delegations: Vec<Delegation>,
    /// Which broker's stations serve which institution.
    links: BTreeSet<(&'static str, &'static str)>,
}

impl World {
    pub fn new(links: BTreeSet<(&'static str, &'static str)>) -> Self {
        World { now: samples::now(), delegations: Vec::new(), links }
    }

    fn delegates(&self, ec: &str, broker: &str) -> bool {
        self.delegations.iter().any(|one| {
            let begun = one.from <= self.now && one.until.is_none_or(|until| self.now < until);
            one.ec == ec && one.broker == broker && begun && !one.revoked
        })
    }

    /// Whether who acts for `actor` may see what is `of` another tenant's business. Of what a delegation hands
    /// on the matrix of permissions knows more; here it is enough that there is one.
    pub fn sees(&self, actor: Tenant, of: Tenant) -> bool {
        match (actor, of) {
            (own, of) if own == of => true,
            (Tenant::Ec(ec), Tenant::Broker(broker)) => ec == broker,
            (Tenant::Broker(broker), Tenant::Ec(ec)) => self.delegates(ec, broker),
            _ => false,
        }
    }

    /// Whether the stations of a broker serve an institution.
    pub fn serves(&self, actor: Tenant, of: Tenant) -> bool {
        matches!((actor, of), (Tenant::Broker(broker), Tenant::Ec(ec)) if self.links.contains(&(ec, broker)))
    }

    /// Whether they have, or had, something to do with each other, or both with an institution that the one acts
    /// for: then they know each other's names.
    pub fn knows(&self, actor: Tenant, of: Tenant) -> bool {
        let seen = Tenant::all().into_iter().filter(|between| self.sees(actor, *between));
        self.sees(actor, of) || self.met(actor, of) || seen.into_iter().any(|between| self.met(between, of))
    }

    fn met(&self, one: Tenant, other: Tenant) -> bool {
        let (ec, broker) = match (one, other) {
            (Tenant::Ec(ec), Tenant::Broker(broker)) | (Tenant::Broker(broker), Tenant::Ec(ec)) => {
                (ec, broker)
            }
            _ => return false,
        };
        let ever =
            self.delegations.iter().any(|delegation| delegation.ec == ec && delegation.broker == broker);
        ever || self.links.contains(&(ec, broker))
    }

    /// Lets something happen between tenants, or time pass.
    pub async fn turn(&mut self, chance: &mut Chance, intruder: &mut Intruder) {
        match chance.below(4) {
            0 => self.now += SignedDuration::from_hours(6),
            1 if !self.delegations.is_empty() => {
                let number = chance.below(self.delegations.len());
                self.delegations[number].revoked = true;
                let now = self.now.as_microsecond();
                intruder
                    .run(&format!(
                        "UPDATE delegation SET revoked_at = {now}, revoked_by = 'x' WHERE id = 'd{number}'"
                    ))
                    .await;
            }
            _ => self.delegate(chance, intruder).await,
        }
    }

    async fn delegate(&mut self, chance: &mut Chance, intruder: &mut Intruder) {
        let (ec, broker) = (*chance.one_of(&ECS), *chance.one_of(&BROKERS));
        let from = self.now + SignedDuration::from_hours([-1, 12][chance.below(2)]);
        let until = [None, Some(from + SignedDuration::from_hours(24))][chance.below(2)];
        let products =
            ["stations", "positions receipts", "catalogue positions receipts stations", "receipts"];
        let products = chance.one_of(&products);
        let (number, at) = (self.delegations.len(), from.as_microsecond());
        let end = until.map_or("NULL".to_owned(), |until| until.as_microsecond().to_string());
        intruder
            .run(&format!(
                "INSERT INTO delegation (id, ec, broker, products, from_at, until_at, offered_at, offered_by, \
                 accepted_at, accepted_by) VALUES ('d{number}', '{ec}', '{broker}', '{products}', {at}, {end}, {at}, \
                 'x', {at}, 'x')"
            ))
            .await;
        self.delegations.push(Delegation { ec, broker, from, until, revoked: false });
    }
}

//! Who asks, and what each may: by the tables, and by nothing of the code that decides.

use std::collections::{BTreeMap, BTreeSet};

use varco::api::auth::hash_key;
use varco::domain::access::{KeyScope, Role};
use varco::domain::segregation::Segregation;
use varco::store::{ApiKey, ApiScope, KeyRights};

use crate::calls::{DELEGATING, OWN, PARTNER, Server};
use crate::support::admin::administrator;
use crate::support::samples;
use crate::table::{Asks, Holders};

/// Somebody who asks.
#[derive(Clone, Debug)]
pub struct Actor {
    pub name: &'static str,
    /// The header that they send.
    pub header: Option<(&'static str, String)>,
    pub is: Is,
}

/// What somebody is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Is {
    /// Nobody that is known.
    Unknown,
    Operator,
    /// Of the own institution.
    Payments,
    Technical,
    /// Of the partner.
    Partner,
    /// A system with a key to the data of the own institution.
    Data,
}

/// Whose a route is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose<'a> {
    Institution(&'a str),
    Broker(&'a str),
    Gateway,
    /// Nobody in particular: it is enough to hold the permission for somebody.
    Somebody,
}

const KEY: &str = "ocp-apim-subscription-key";

impl Actor {
    /// Everybody who asks in the matrix.
    pub async fn all(server: &Server) -> Vec<Actor> {
        let store = &server.gateway.store;
        let own = format!("ec:{OWN}");
        administrator(store, "operator", "gateway", Role::Operator).await;
        administrator(store, "payments", &own, Role::PaymentsReferent).await;
        administrator(store, "technical", &own, Role::TechnicalReferent).await;
        administrator(store, "partner", &format!("broker:{PARTNER}"), Role::PartnerReferent).await;
        let only = ApiScope::Only(BTreeSet::from([samples::ec()]));
        let rights = KeyRights { scopes: BTreeSet::from(KeyScope::DATA), ..KeyRights::data() };
        let (id, segregation) = ("data", Segregation::Every);
        let key = ApiKey { id: id.into(), label: id.into(), institutions: only, segregation, rights };
        store.add_api_key(&key, &hash_key(id)).await.unwrap();
        server.gateway.refresh().await;
        let of = |name: &'static str, is| Actor { name, header: Some((KEY, name.to_owned())), is };
        vec![
            Actor { name: "nobody", header: None, is: Is::Unknown },
            of("stranger", Is::Unknown),
            of("operator", Is::Operator),
            of("payments", Is::Payments),
            of("technical", Is::Technical),
            of("partner", Is::Partner),
            of("data", Is::Data),
        ]
    }

    /// Whether they may, by the tables.
    pub fn may(&self, asks: &Asks, whose: Whose<'_>, roles: &BTreeMap<String, Holders>) -> bool {
        match asks {
            Asks::Nothing => true,
            Asks::ToBeKnown => !matches!(self.is, Is::Unknown | Is::Data),
            Asks::Scope(scope) => {
                let held = KeyScope::DATA.iter().any(|one| one.name() == scope);
                self.is == Is::Data && held && whose == Whose::Institution(OWN)
            }
            Asks::Permission(permission, _) => self.holds(whose, &roles[permission]),
        }
    }

    fn holds(&self, whose: Whose<'_>, holders: &Holders) -> bool {
        // The institution of the referents is its own broker.
        let own = [Whose::Institution(OWN), Whose::Broker(OWN), Whose::Somebody].contains(&whose);
        match &self.is {
            Is::Unknown | Is::Data => false,
            Is::Operator => true,
            Is::Payments => own && holders.payments,
            Is::Technical => own && holders.technical,
            Is::Partner => {
                holders.partner
                    && match whose {
                        Whose::Broker(code) => code == PARTNER,
                        Whose::Institution(ec) => DELEGATING
                            .iter()
                            .any(|(one, product)| *one == ec && holders.handed_on_by.contains(*product)),
                        Whose::Somebody => true,
                        Whose::Gateway => false,
                    }
            }
        }
    }
}

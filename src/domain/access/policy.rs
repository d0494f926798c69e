//! The one place that decides who may do what. What no rule here allows is denied.

use jiff::Timestamp;

use super::actor::{Actor, Grant};
use super::delegation::{Delegation, Delegations};
use super::permission::Permission;
use super::role::Role;
use super::tenant::Tenant;
use crate::domain::ids::BrokerCode;
use crate::domain::segregation::Segregation;

/// As what somebody was allowed to act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acting {
    /// The role that allowed it.
    pub role: Role,
    /// Whose role it is.
    pub tenant: Tenant,
}

/// Nothing allows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the caller may not do that for this tenant")]
pub struct Denied;

/// Whether somebody may do something about a tenant, and as what.
///
/// - A role on the gateway, which only operators have, holds for every tenant.
/// - A referent acts for its own tenant; that of a creditor institution which is its own broker, for that
///   broker too.
/// - A partner's referent acts for a creditor institution only where the permission is handed on by a
///   product that is delegated to its broker now; what is limited to some codes or services hands on neither
///   offerings nor routes, which would reach beyond it.
pub fn decide(
    actor: &Actor,
    permission: Permission,
    about: &Tenant,
    delegations: &Delegations,
    now: Timestamp,
) -> Result<Acting, Denied> {
    let permitted = actor.grants.iter().filter(|grant| is_sound(grant) && grant.permits(permission));
    let reaching = |grant: &&Grant| match (&grant.tenant, about) {
        (Tenant::Gateway, _) => true,
        (own, about) if own == about => true,
        (Tenant::Institution(ec), Tenant::Broker(broker)) => ec.as_str() == broker.as_str(),
        (Tenant::Broker(broker), Tenant::Institution(ec)) => {
            let handed_on = permission.handed_on_by();
            let hands_it_on =
                |one: &&Delegation| handed_on.iter().any(|product| one.products.contains(product));
            let mut handing = delegations.between(ec, broker, now).filter(hands_it_on).peekable();
            handing.peek().is_some() && handing.all(|one| is_enough(one, permission))
        }
        _ => false,
    };
    let grant = permitted.into_iter().find(reaching).ok_or(Denied)?;
    Ok(Acting { role: grant.role, tenant: grant.tenant.clone() })
}

/// Whether a delegation, which may be limited, is enough for what concerns the institution as a whole.
fn is_enough(delegation: &Delegation, permission: Permission) -> bool {
    let reaches_beyond = matches!(permission, Permission::OfferingWrite | Permission::RoutingWrite);
    !reaches_beyond || delegation.notices() == Segregation::Every
}

/// Whether somebody may do something about any tenant at all.
pub fn decide_somewhere(actor: &Actor, permission: Permission) -> Result<Acting, Denied> {
    let grant = actor.grants.iter().find(|grant| is_sound(grant) && grant.permits(permission));
    grant.map(|grant| Acting { role: grant.role, tenant: grant.tenant.clone() }).ok_or(Denied)
}

/// The tenants about which somebody may do what is never handed on to partners; none if about all.
pub fn own_tenants(actor: &Actor, permission: Permission) -> Option<Vec<Tenant>> {
    let permitted = actor.grants.iter().filter(|grant| is_sound(grant) && grant.permits(permission));
    let mut own = Vec::new();
    for grant in permitted {
        match &grant.tenant {
            Tenant::Gateway => return None,
            Tenant::Institution(ec) => {
                let broker = BrokerCode::new(ec.as_str()).ok().map(Tenant::Broker);
                own.extend([Tenant::Institution(ec.clone())].into_iter().chain(broker));
            }
            broker @ Tenant::Broker(_) => own.push(broker.clone()),
        }
    }
    Some(own)
}

/// Whether a role fits its tenant: one that does not was written by nobody who may.
pub fn is_sound(grant: &Grant) -> bool {
    matches!(
        (grant.role, &grant.tenant),
        (Role::Operator, Tenant::Gateway)
            | (Role::PaymentsReferent | Role::TechnicalReferent, Tenant::Institution(_))
            | (Role::PartnerReferent, Tenant::Broker(_))
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::{ActorKind, Product};
    use super::*;
    use crate::domain::fiscal_code::FiscalCode;
    use crate::domain::notice_number::TwoDigits;

    const OWN: &str = "77777777777";
    const OTHER: &str = "66666666666";
    const BROKER: &str = "88888888888";

    fn ec(code: &str) -> Tenant {
        Tenant::Institution(FiscalCode::new(code).unwrap())
    }

    fn broker(code: &str) -> Tenant {
        Tenant::Broker(BrokerCode::new(code).unwrap())
    }

    fn actor(grant: Grant) -> Actor {
        Actor { id: "a".into(), name: "A".into(), kind: ActorKind::Person, grants: vec![grant] }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    /// Of the own institution to the broker, from second 10 to second 20.
    fn delegated(product: Product) -> Vec<Delegation> {
        vec![Delegation {
            id: "d".into(),
            ec: FiscalCode::new(OWN).unwrap(),
            broker: BrokerCode::new(BROKER).unwrap(),
            products: BTreeSet::from([product]),
            codes: Segregation::Every,
            domains: None,
            from: at(10),
            until: Some(at(20)),
        }]
    }

    fn may(grant: Grant, permission: Permission, about: &Tenant) -> bool {
        decide(&actor(grant), permission, about, &Delegations::default(), at(15)).is_ok()
    }

    #[test]
    fn a_referent_acts_for_its_own_tenant_only() {
        let own = || Grant::whole(ec(OWN), Role::PaymentsReferent);
        assert!(may(own(), Permission::IbanWrite, &ec(OWN)));
        assert!(may(own(), Permission::StationRead, &broker(OWN)), "it is its own broker");
        for foreign in [ec(OTHER), broker(OTHER), Tenant::Gateway] {
            assert!(!may(own(), Permission::InstitutionRead, &foreign), "{foreign}");
        }
        assert!(!may(own(), Permission::KeyWrite, &ec(OWN)), "it is the technical referent's");
    }

    #[test]
    fn an_operator_may_everything_and_only_on_the_gateway() {
        for permission in Permission::ALL {
            for about in [ec(OWN), broker(OTHER), Tenant::Gateway] {
                assert!(may(Grant::whole(Tenant::Gateway, Role::Operator), *permission, &about));
                assert!(!may(Grant::whole(ec(OWN), Role::Operator), *permission, &about), "not sound");
                assert!(!may(Grant::whole(Tenant::Gateway, Role::PartnerReferent), *permission, &about));
            }
        }
    }

    #[test]
    fn a_profile_narrows_a_role_and_never_widens_it() {
        let only = Some(BTreeSet::from([Permission::IbanRead, Permission::KeyWrite]));
        let grant = || Grant { tenant: ec(OWN), role: Role::PaymentsReferent, only: only.clone() };
        assert!(may(grant(), Permission::IbanRead, &ec(OWN)));
        assert!(!may(grant(), Permission::IbanWrite, &ec(OWN)), "not in the profile");
        assert!(!may(grant(), Permission::KeyWrite, &ec(OWN)), "not in the role");
    }

    #[test]
    fn a_delegation_of_some_codes_hands_on_neither_offerings_nor_routes() {
        let partner = actor(Grant::whole(broker(BROKER), Role::PartnerReferent));
        let whole = delegated(Product::Catalogue);
        let mut some = whole.clone();
        some[0].codes = Segregation::Only(BTreeSet::from([TwoDigits::new("02").unwrap()]));
        let both = [whole.clone(), some.clone()].concat();
        let some_stations =
            some.iter().cloned().map(|one| Delegation { products: [Product::Stations].into(), ..one });
        let some_stations: Vec<Delegation> = some_stations.collect();
        for (delegated, permission, admitted) in [
            (whole, Permission::OfferingWrite, true),
            (some.clone(), Permission::OfferingWrite, false),
            (both, Permission::OfferingWrite, false),
            (some, Permission::CatalogueRead, true),
            (delegated(Product::Stations), Permission::RoutingWrite, true),
            (some_stations.clone(), Permission::RoutingWrite, false),
            (some_stations, Permission::RoutingRead, true),
        ] {
            let world = Delegations::new(delegated);
            let decided = decide(&partner, permission, &ec(OWN), &world, at(15));
            assert_eq!(decided.is_ok(), admitted, "{}", permission.name());
        }
    }

    #[test]
    fn a_partner_acts_for_an_institution_while_and_as_far_as_it_delegates() {
        let partner = actor(Grant::whole(broker(BROKER), Role::PartnerReferent));
        let stations = Delegations::new(delegated(Product::Stations));
        let receipts = Delegations::new(delegated(Product::Receipts));
        let may = |permission, about: &Tenant, world: &Delegations, second| {
            decide(&partner, permission, about, world, at(second)).is_ok()
        };
        assert!(may(Permission::StationWrite, &ec(OWN), &stations, 10));
        assert!(!may(Permission::StationWrite, &ec(OWN), &stations, 9), "it has not begun");
        assert!(!may(Permission::StationWrite, &ec(OWN), &stations, 20), "it has ended");
        assert!(!may(Permission::StationWrite, &ec(OTHER), &stations, 15));
        assert!(!may(Permission::StationWrite, &ec(OWN), &receipts, 15), "another product");
        assert!(may(Permission::IbanRead, &ec(OWN), &receipts, 15), "any product");
        for permission in [Permission::IbanWrite, Permission::KeyRead, Permission::PersonRead] {
            assert!(!may(permission, &ec(OWN), &stations, 15), "never handed on");
        }
        assert!(may(Permission::KeyWrite, &broker(BROKER), &Delegations::default(), 15));
        assert!(!may(Permission::KeyWrite, &Tenant::Gateway, &stations, 15));
    }

    #[test]
    fn the_own_tenants_are_those_about_which_the_policy_says_yes() {
        let all = [ec(OWN), ec(OTHER), broker(OWN), broker(OTHER), broker(BROKER), Tenant::Gateway];
        let delegated = Delegations::new(delegated(Product::Stations));
        for (tenant, role) in [
            (ec(OWN), Role::PaymentsReferent),
            (ec(OTHER), Role::TechnicalReferent),
            (broker(BROKER), Role::PartnerReferent),
            (Tenant::Gateway, Role::Operator),
            (Tenant::Gateway, Role::PartnerReferent),
        ] {
            let actor = actor(Grant::whole(tenant, role));
            for permission in [Permission::ChangeRead, Permission::AuditRead, Permission::PersonWrite] {
                let own = own_tenants(&actor, permission);
                for about in &all {
                    let may = decide(&actor, permission, about, &delegated, at(15)).is_ok();
                    assert_eq!(own.as_ref().is_none_or(|own| own.contains(about)), may, "{role:?} {about}");
                }
            }
        }
    }

    #[test]
    fn names_are_read_back() {
        for permission in Permission::ALL {
            assert_eq!(Permission::named(permission.name()), Some(*permission));
        }
        for role in Role::ALL {
            assert_eq!(Role::named(role.name()), Some(role));
        }
    }
}

//! Who may give whom which rights: nobody gives what they could not act on, and nobody gives themselves more.

use std::collections::BTreeSet;

use super::{GrantId, ProfileId, UserId};
use crate::domain::access::{Actor, Grant, Permission, Role, Tenant, policy};
use crate::domain::text::Text;

/// A role that a person was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenGrant {
    /// Its name.
    pub id: GrantId,
    /// Who has it.
    pub person: UserId,
    /// The profile that narrows it, if one does.
    pub profile: Option<ProfileId>,
    /// What it permits.
    pub grant: Grant,
}

/// A part of a role's permissions, to be handed to people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// Its name in the store.
    pub id: ProfileId,
    /// Who may hand it on: that of the gateway everybody who may give the role.
    pub tenant: Tenant,
    /// What people call it.
    pub name: Text<70>,
    /// Of which role it is a part.
    pub role: Role,
    /// Which part.
    pub permissions: BTreeSet<Permission>,
}

/// Why somebody may not give that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GivingError {
    /// An operator of an institution, a referent of the gateway.
    #[error("the role does not fit the tenant")]
    Unsound,
    /// A profile of permissions that the role lacks.
    #[error("the role does not have all these permissions")]
    NotOfRole,
    /// More than the giver may give.
    #[error("the caller may not give that")]
    TooWide,
}

/// Whether somebody may give a role.
///
/// An operator gives everything. A payments referent names payments and technical referents of its
/// institution, and partner's referents where it is its own broker; a partner's referent names others of its
/// broker. Whoever is narrowed by a profile gives nothing beyond the profile.
pub fn may_give(giver: &Actor, gift: &Grant) -> Result<(), GivingError> {
    if !policy::is_sound(gift) {
        return Err(GivingError::Unsound);
    }
    judged(giver, gift, |own| names(own, &gift.tenant, gift.role))
}

/// Whether somebody may make, change or take away a profile.
pub fn may_shape(giver: &Actor, profile: &Profile) -> Result<(), GivingError> {
    let gift =
        Grant { tenant: profile.tenant.clone(), role: profile.role, only: Some(profile.permissions.clone()) };
    if profile.tenant != Tenant::Gateway && !policy::is_sound(&gift) {
        return Err(GivingError::Unsound);
    }
    judged(giver, &gift, |own| match &profile.tenant {
        Tenant::Gateway => own.role == Role::Operator,
        tenant => names(own, tenant, profile.role),
    })
}

fn judged(giver: &Actor, gift: &Grant, names: impl Fn(&Grant) -> bool) -> Result<(), GivingError> {
    if gift.only.iter().flatten().any(|permission| !gift.role.permits(*permission)) {
        return Err(GivingError::NotOfRole);
    }
    let wide_enough = |own: &&Grant| {
        let within = |only: &BTreeSet<Permission>| {
            let given = Permission::ALL.iter().filter(|permission| gift.permits(**permission));
            given.into_iter().all(|permission| only.contains(permission))
        };
        own.only.as_ref().is_none_or(within)
    };
    let giving = |own: &&Grant| policy::is_sound(own) && own.permits(Permission::PersonWrite) && names(own);
    let found = giver.grants.iter().filter(giving).any(|own| wide_enough(&own));
    if found { Ok(()) } else { Err(GivingError::TooWide) }
}

/// Whether who has a role names people for that role of a tenant.
fn names(own: &Grant, tenant: &Tenant, role: Role) -> bool {
    match (own.role, &own.tenant, tenant) {
        (Role::Operator, Tenant::Gateway, _) => true,
        (Role::PaymentsReferent, Tenant::Institution(own), Tenant::Institution(ec)) => {
            own == ec && matches!(role, Role::PaymentsReferent | Role::TechnicalReferent)
        }
        (Role::PaymentsReferent, Tenant::Institution(own), Tenant::Broker(broker)) => {
            own.as_str() == broker.as_str() && role == Role::PartnerReferent
        }
        (Role::PartnerReferent, Tenant::Broker(own), Tenant::Broker(broker)) => {
            own == broker && role == Role::PartnerReferent
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::access::ActorKind;
    use crate::domain::fiscal_code::FiscalCode;
    use crate::domain::ids::BrokerCode;

    fn ec(code: &str) -> Tenant {
        Tenant::Institution(FiscalCode::new(code).unwrap())
    }

    fn broker(code: &str) -> Tenant {
        Tenant::Broker(BrokerCode::new(code).unwrap())
    }

    fn giver(grant: Grant) -> Actor {
        Actor { id: "a".into(), name: "A".into(), kind: ActorKind::Person, grants: vec![grant] }
    }

    fn gives(own: Grant, tenant: &Tenant, role: Role) -> Result<(), GivingError> {
        may_give(&giver(own), &Grant::whole(tenant.clone(), role))
    }

    const OWN: &str = "77777777777";
    const OTHER: &str = "66666666666";

    #[test]
    fn each_role_names_whom_it_answers_for() {
        let operator = || Grant::whole(Tenant::Gateway, Role::Operator);
        let payments = || Grant::whole(ec(OWN), Role::PaymentsReferent);
        let partner = || Grant::whole(broker(OWN), Role::PartnerReferent);
        let technical = || Grant::whole(ec(OWN), Role::TechnicalReferent);
        let all = [
            (Tenant::Gateway, Role::Operator, [true, false, false, false]),
            (ec(OWN), Role::PaymentsReferent, [true, true, false, false]),
            (ec(OWN), Role::TechnicalReferent, [true, true, false, false]),
            (broker(OWN), Role::PartnerReferent, [true, true, true, false]),
            (ec(OTHER), Role::PaymentsReferent, [true, false, false, false]),
            (ec(OTHER), Role::TechnicalReferent, [true, false, false, false]),
            (broker(OTHER), Role::PartnerReferent, [true, false, false, false]),
        ];
        for (tenant, role, expected) in all {
            let found =
                [operator(), payments(), partner(), technical()].map(|own| gives(own, &tenant, role).is_ok());
            assert_eq!(found, expected, "{} of {tenant}", role.name());
        }
    }

    #[test]
    fn a_role_must_fit_its_tenant() {
        let operator = || Grant::whole(Tenant::Gateway, Role::Operator);
        for (tenant, role) in [
            (ec(OWN), Role::Operator),
            (Tenant::Gateway, Role::PaymentsReferent),
            (broker(OWN), Role::TechnicalReferent),
            (ec(OWN), Role::PartnerReferent),
        ] {
            assert_eq!(
                gives(operator(), &tenant, role),
                Err(GivingError::Unsound),
                "{} of {tenant}",
                role.name()
            );
        }
    }

    #[test]
    fn who_is_narrowed_gives_no_more_than_that() {
        let only = BTreeSet::from([Permission::PersonRead, Permission::PersonWrite, Permission::IbanRead]);
        let own = || giver(Grant { tenant: ec(OWN), role: Role::PaymentsReferent, only: Some(only.clone()) });
        let gift = |only: Option<BTreeSet<Permission>>| Grant {
            tenant: ec(OWN),
            role: Role::PaymentsReferent,
            only,
        };
        assert_eq!(may_give(&own(), &gift(None)), Err(GivingError::TooWide));
        let wider = BTreeSet::from([Permission::IbanRead, Permission::IbanWrite]);
        assert_eq!(may_give(&own(), &gift(Some(wider))), Err(GivingError::TooWide));
        assert_eq!(may_give(&own(), &gift(Some(BTreeSet::from([Permission::IbanRead])))), Ok(()));
        let without = giver(Grant {
            tenant: ec(OWN),
            role: Role::PaymentsReferent,
            only: Some(BTreeSet::from([Permission::IbanRead])),
        });
        assert_eq!(
            may_give(&without, &gift(Some(BTreeSet::from([Permission::IbanRead])))),
            Err(GivingError::TooWide)
        );
    }

    #[test]
    fn a_profile_is_a_part_of_its_role() {
        let profile = |tenant: Tenant, permission: Permission| Profile {
            id: ProfileId::drawn(1, 1),
            tenant,
            name: Text::new("Sola lettura").unwrap(),
            role: Role::TechnicalReferent,
            permissions: BTreeSet::from([permission]),
        };
        let payments = giver(Grant::whole(ec(OWN), Role::PaymentsReferent));
        let operator = giver(Grant::whole(Tenant::Gateway, Role::Operator));
        assert_eq!(may_shape(&payments, &profile(ec(OWN), Permission::StationRead)), Ok(()));
        assert_eq!(
            may_shape(&payments, &profile(ec(OWN), Permission::IbanWrite)),
            Err(GivingError::NotOfRole)
        );
        for foreign in [ec(OTHER), Tenant::Gateway] {
            let refused = may_shape(&payments, &profile(foreign.clone(), Permission::StationRead));
            assert_eq!(refused, Err(GivingError::TooWide), "{foreign}");
        }
        assert_eq!(may_shape(&operator, &profile(Tenant::Gateway, Permission::StationRead)), Ok(()));
        assert_eq!(
            may_shape(&operator, &profile(broker(OWN), Permission::StationRead)),
            Err(GivingError::Unsound)
        );
    }
}

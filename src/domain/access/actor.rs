//! Who asks.

use std::collections::BTreeSet;

use super::permission::Permission;
use super::role::Role;
use super::tenant::Tenant;

/// Somebody who asks, and what they were given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// The name under which the audit knows them.
    pub id: String,
    /// What people call them.
    pub name: String,
    /// What they are.
    pub kind: ActorKind,
    /// What they were given.
    pub grants: Vec<Grant>,
}

/// Whether a person asks, or a system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActorKind {
    /// A person who signed in.
    Person,
    /// A system with an API key.
    Key,
}

/// A role for a tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// For whom.
    pub tenant: Tenant,
    /// As what.
    pub role: Role,
    /// A profile: of the role's permissions only these. It never adds any.
    pub only: Option<BTreeSet<Permission>>,
}

impl Grant {
    /// A role with all that it permits.
    pub fn whole(tenant: Tenant, role: Role) -> Self {
        Grant { tenant, role, only: None }
    }

    /// Whether it permits that for its own tenant.
    pub fn permits(&self, permission: Permission) -> bool {
        let within = self.only.as_ref().is_none_or(|only| only.contains(&permission));
        within && self.role.permits(permission)
    }
}

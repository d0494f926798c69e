//! Who asks: whoever an API key stands for, or somebody who has signed in.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::http::request::Parts;

use super::signed_in;
use crate::api::Api;
use crate::api::auth::{self, AuthError};
use crate::api::problem::Problem;
use crate::domain::access::{Actor, ActorKind, ApiKey, Grant, KeyScope, Permission, Role};

/// Who asks for something of the admin surface. A key goes before a token, and a token before a cookie: who
/// shows one means it.
pub(super) async fn identify(parts: &mut Parts, api: &Api) -> Result<Arc<Actor>, Problem> {
    if let Ok(presented) = auth::presented(parts) {
        let key = auth::key_behind(&presented, api).await?;
        return Ok(administrator(&key).map(Arc::new)?);
    }
    match signed_in::actor(parts, api).await? {
        Some(actor) => Ok(actor),
        None => Err(AuthError::NoKey.into()),
    }
}

/// What the scope registry reads, for the owner of the key.
const REGISTRY: [Permission; 6] = [
    Permission::InstitutionRead,
    Permission::StationRead,
    Permission::MaintenanceRead,
    Permission::IbanRead,
    Permission::Export,
    Permission::TaxonomyRead,
];

/// Whom a key stands for that administers, or reads the registry.
fn administrator(key: &ApiKey) -> Result<Actor, AuthError> {
    let (owner, scopes) = (key.rights.owner.clone(), &key.rights.scopes);
    let administers = key.rights.role.filter(|_| scopes.contains(&KeyScope::Administration));
    let grant = match administers {
        Some(role) => Grant::whole(owner, role),
        None if scopes.contains(&KeyScope::Registry) => {
            let role = Role::reading_all_of(&owner);
            Grant { tenant: owner, role, only: Some(BTreeSet::from(REGISTRY)) }
        }
        None => return Err(AuthError::Scope(KeyScope::Administration)),
    };
    let (id, name) = (format!("key:{}", key.id), key.label.clone());
    Ok(Actor { id, name, kind: ActorKind::Key, grants: vec![grant] })
}

//! No key is for more than who makes or changes it: a caller hands on what it has, and nothing else.

use axum::http::StatusCode;

use crate::api::Api;
use crate::api::access::Access;
use crate::api::auth::AuthError;
use crate::api::problem::Problem;
use crate::domain::access::{ActorKind, ApiKey, ApiScope, Grant, Permission, Tenant, policy};

/// The key would be for more than the caller is.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the key would be for more than the caller")]
pub(super) struct TooWide;

/// Whether the caller may hand on all that a key is for.
pub(in crate::api::admin) async fn within(api: &Api, access: &Access, key: &ApiKey) -> Result<(), Problem> {
    let owner = &key.rights.owner;
    if let Some(role) = key.rights.role {
        let fits = policy::is_sound(&Grant::whole(owner.clone(), role));
        let held =
            |permission: &Permission| !role.permits(*permission) || access.may(*permission, owner).is_ok();
        if !fits || !Permission::ALL.iter().all(held) {
            return Err(TooWide.into());
        }
    }
    // A system hands on no more than its own key opens.
    if access.actor.kind == ActorKind::Key {
        let own = access.actor.id.strip_prefix("key:").unwrap_or_default();
        let keys = api.registry.keys().current(&api.store, access.now).await.map_err(AuthError::from)?;
        let own = keys.of_id(own).ok_or(TooWide)?;
        if !covers(&own.key, key) {
            return Err(TooWide.into());
        }
    }
    Ok(())
}

/// Whether a key opens all that another would.
fn covers(own: &ApiKey, other: &ApiKey) -> bool {
    let institutions = match (&own.institutions, &other.institutions, &other.rights.owner) {
        (ApiScope::Every, _, _) => true,
        (ApiScope::Only(held), ApiScope::Only(wanted), _) => wanted.is_subset(held),
        (ApiScope::Only(held), ApiScope::Every, Tenant::Institution(ec)) => held.contains(ec),
        (ApiScope::Only(_), ApiScope::Every, _) => false,
    };
    institutions
        && other.rights.scopes.is_subset(&own.rights.scopes)
        && own.segregation.covers(&other.segregation)
}

impl From<TooWide> for Problem {
    fn from(_: TooWide) -> Self {
        Problem::new(
            StatusCode::FORBIDDEN,
            "Forbidden",
            "wider_than_own",
            "An API key cannot be for more than whoever makes it: its role, scopes, institutions and codes must \
             be among your own.",
        )
    }
}

//! Who asks: whoever an API key stands for.

use std::sync::Arc;

use axum::http::request::Parts;

use crate::api::Api;
use crate::api::auth::{self, AuthError};
use crate::domain::access::{Actor, ActorKind, ApiKey, Grant, KeyScope};

/// Who asks for something of the admin surface.
pub(super) async fn identify(parts: &Parts, api: &Api) -> Result<Arc<Actor>, AuthError> {
    let key = auth::key_behind(&auth::presented(parts)?, api).await?;
    administrator(&key).map(Arc::new)
}

/// Whom a key that administers stands for.
fn administrator(key: &ApiKey) -> Result<Actor, AuthError> {
    let administers = key.rights.scopes.contains(&KeyScope::Administration);
    let role = key.rights.role.filter(|_| administers).ok_or(AuthError::Scope(KeyScope::Administration))?;
    let grants = vec![Grant::whole(key.rights.owner.clone(), role)];
    Ok(Actor { id: format!("key:{}", key.id), name: key.label.clone(), kind: ActorKind::Key, grants })
}

//! Who asks: whoever an API key stands for, or somebody who has signed in.

use std::sync::Arc;

use axum::http::request::Parts;

use super::signed_in;
use crate::api::Api;
use crate::api::auth::{self, AuthError};
use crate::api::problem::Problem;
use crate::domain::access::{Actor, ActorKind, ApiKey, Grant, KeyScope};

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

/// Whom a key that administers stands for.
fn administrator(key: &ApiKey) -> Result<Actor, AuthError> {
    let administers = key.rights.scopes.contains(&KeyScope::Administration);
    let role = key.rights.role.filter(|_| administers).ok_or(AuthError::Scope(KeyScope::Administration))?;
    let grants = vec![Grant::whole(key.rights.owner.clone(), role)];
    Ok(Actor { id: format!("key:{}", key.id), name: key.label.clone(), kind: ActorKind::Key, grants })
}

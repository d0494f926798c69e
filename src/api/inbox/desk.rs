//! Who works at the inbox, and on whose anomalies.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;

use super::ORGANIZATION;
use crate::api::Api;
use crate::api::auth::{AuthError, Organization, caller, opens_all};
use crate::api::problem::Problem;
use crate::domain::event::Feed;
use crate::domain::segregation::Segregation;

/// A caller who may see the anomalies of an institution, or of none: of which notices, and by which key.
pub(super) struct Desk {
    /// Whose anomalies.
    pub feed: Feed,
    /// Of which notices.
    pub scope: Segregation,
    /// The id of the key.
    pub caller: String,
}

impl FromRequestParts<Arc<Api>> for Desk {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, Problem> {
        let key = caller(parts)?;
        let path = Path::<HashMap<String, String>>::from_request_parts(parts, api).await;
        let Path(path) = path.map_err(|_| AuthError::UnreadablePath)?;
        let caller = key.id.clone();
        if path.contains_key(ORGANIZATION) {
            let Organization(ec, scope) = Organization::from_request_parts(parts, api).await?;
            return Ok(Desk { feed: Feed::Institution(ec), scope, caller });
        }
        if !opens_all(&key) || key.segregation != Segregation::Every {
            return Err(AuthError::Forbidden.into());
        }
        Ok(Desk { feed: Feed::Gateway, scope: Segregation::Every, caller })
    }
}

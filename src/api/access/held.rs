//! What the guard found: the proof that a handler of the admin surface works with.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use jiff::Timestamp;

use crate::api::auth::AuthError;
use crate::api::problem::Problem;
use crate::domain::access::{Acting, Actor, Denied, Permission, Tenant, policy};
use crate::domain::governance::Author;
use crate::domain::text::Text;
use crate::registry::Registry;

/// The header by which a caller says why.
const REASON: &str = "x-varco-reason";

/// Who asks, and what they may: only the guard makes one.
#[derive(Clone, Debug)]
pub struct Access {
    /// Who asks.
    pub actor: Arc<Actor>,
    /// What the route asks for.
    pub(super) permission: Option<Permission>,
    pub(super) acting: Option<Acting>,
    pub(super) request: String,
    pub(super) reason: Option<Text<300>>,
    /// The parties as they were when it was judged.
    pub registry: Arc<Registry>,
    /// When it was judged.
    pub now: Timestamp,
}

impl<S: Sync> FromRequestParts<S> for Access {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Access>().cloned().ok_or_else(|| AuthError::Denied.into())
    }
}

impl Access {
    /// Whether the caller may do what the route is for about a tenant that the path does not name.
    pub fn about(&self, tenant: &Tenant) -> Result<Acting, Denied> {
        self.permission.map_or(Err(Denied), |permission| self.may(permission, tenant))
    }

    /// Whether the caller may do something else about a tenant.
    pub fn may(&self, permission: Permission, tenant: &Tenant) -> Result<Acting, Denied> {
        policy::decide(&self.actor, permission, tenant, self.registry.delegations(), self.now)
    }

    /// Whether the caller may see what is a tenant's.
    pub fn sees(&self, tenant: &Tenant) -> bool {
        self.about(tenant).is_ok()
    }

    /// The caller, for the audit.
    pub fn author(&self) -> Author {
        Author {
            actor: self.actor.id.clone(),
            name: self.actor.name.clone(),
            role: self.acting.as_ref().map(|acting| acting.role),
            tenant: self.acting.as_ref().map_or(Tenant::Gateway, |acting| acting.tenant.clone()),
            request: self.request.clone(),
            reason: self.reason.clone(),
            at: self.now,
        }
    }
}

/// The header with the reason cannot be kept.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the reason is not 1 to 300 characters of UTF-8")]
pub(super) struct ReasonError;

/// Why the caller does it, if they say so.
pub(super) fn reason(parts: &Parts) -> Result<Option<Text<300>>, ReasonError> {
    let Some(value) = parts.headers.get(REASON) else { return Ok(None) };
    let text = std::str::from_utf8(value.as_bytes()).map_err(|_| ReasonError)?;
    Text::new(text).map(Some).map_err(|_| ReasonError)
}

impl From<ReasonError> for Problem {
    fn from(_: ReasonError) -> Self {
        Problem::new(
            StatusCode::BAD_REQUEST,
            "Bad Request",
            "unreadable_reason",
            "The header X-Varco-Reason must have 1 to 300 characters of UTF-8 and no control characters.",
        )
    }
}

impl From<Denied> for Problem {
    fn from(_: Denied) -> Self {
        AuthError::Denied.into()
    }
}

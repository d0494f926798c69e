//! What the guard found: the proof that a handler of the admin surface works with.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use jiff::Timestamp;

use crate::api::auth::AuthError;
use crate::api::problem::Problem;
use crate::domain::access::{Acting, Actor, Denied, KeyScope, Permission, Tenant, handed_on, policy};
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::governance::Author;
use crate::domain::segregation::Segregation;
use crate::domain::text::Text;
use crate::registry::Registry;

/// The header by which a caller says why.
const REASON: &str = "x-varco-reason";

/// The header by which a caller asks for a draft.
const DRAFT: &str = "x-varco-draft";

/// Whether what a request changes is only drafted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Draft {
    /// It is not.
    No,
    /// As a change of its own.
    New,
    /// In place of the draft of that id.
    Of(String),
}

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
    /// Whether what is changed is only drafted.
    pub(super) draft: Draft,
    /// The parties as they were when it was judged.
    pub registry: Arc<Registry>,
    /// When it was judged.
    pub now: Timestamp,
}

/// Somebody without a key was let in; in the extensions of the request.
#[derive(Clone, Copy, Debug)]
pub(in crate::api) struct Public;

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

    /// Which notices of a creditor institution the caller may see: of a partner those that are delegated to it, as
    /// its keys have them.
    pub fn notices(&self, ec: &FiscalCode) -> Segregation {
        let Some(Acting { tenant: Tenant::Broker(broker), .. }) = &self.acting else {
            return Segregation::Every;
        };
        let delegations = (self.registry.delegations(), self.now);
        let handed = handed_on(KeyScope::Positions, (ec, broker), delegations);
        handed.unwrap_or_else(|| Segregation::Only(BTreeSet::new()))
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

/// The header that asks for a draft cannot be read.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the draft is neither new nor the id of a change")]
pub(super) struct DraftError;

/// Whether the caller asks for a draft.
pub(super) fn draft(parts: &Parts) -> Result<Draft, DraftError> {
    let Some(value) = parts.headers.get(DRAFT) else { return Ok(Draft::No) };
    let id = |text: &&str| text.len() == 32 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    match value.to_str().unwrap_or_default() {
        "new" => Ok(Draft::New),
        text => Some(text).filter(id).map(|id| Draft::Of(id.to_owned())).ok_or(DraftError),
    }
}

impl From<DraftError> for Problem {
    fn from(_: DraftError) -> Self {
        Problem::new(
            StatusCode::BAD_REQUEST,
            "Bad Request",
            "unreadable_draft",
            "The header X-Varco-Draft must be new, or the id of a change that is a draft.",
        )
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

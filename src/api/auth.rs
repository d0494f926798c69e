//! Who may ask: API keys, and the creditor institutions that each may act for.
//!
//! A key is known by hashes of its secrets alone, and held against all keys in memory (`registry::KeyView`).

use std::borrow::Cow;
use std::sync::Arc;

use axum::extract::{FromRequestParts, Path, Query};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::Deserialize;

use super::Api;
use super::problem::{Problem, unknown_path};
use crate::admin::KeyHasher;
use crate::domain::access::{ApiKey, ApiScope, KeyDenied, KeyForm, KeyScope, Tenant};
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::segregation::{ForeignNotice, Segregation};
use crate::registry::{Hashes, KnownKey};
use crate::store::StoreError;

/// The header that carries the key.
pub const KEY_HEADER: &str = "Ocp-Apim-Subscription-Key";

/// The query parameter that carries the key where no header does.
pub(super) const KEY_PARAMETER: &str = "subscription-key";

/// The SHA-256 under which a key is stored where there is no master key.
pub fn hash_key(key: &str) -> [u8; 32] {
    KeyHasher::digest(key)
}

/// A creditor institution that exists and that the caller may act for, and which of its notices: the
/// proof that handlers ask for. Nobody gets the one without the other, so that none forgets to look.
pub(super) struct Organization(pub FiscalCode, pub Segregation);

/// Why a caller is turned away.
#[derive(Debug, thiserror::Error)]
pub(super) enum AuthError {
    #[error("no key")]
    NoKey,
    #[error("unknown key")]
    UnknownKey,
    #[error("mistyped key")]
    BrokenKey,
    #[error("expired key")]
    ExpiredKey,
    #[error("the key does not hold the creditor institution")]
    Forbidden,
    #[error("the key does not have the scope {}", .0.name())]
    Scope(KeyScope),
    #[error("the caller was not given the permission")]
    Denied,
    #[error("the session does not stand")]
    NoSession,
    #[error("the token is not good")]
    BadToken,
    #[error("the request may not be the person's own")]
    NotOwn,
    #[error("the path is not UTF-8")]
    UnreadablePath,
    #[error("no such creditor institution")]
    UnknownOrganization,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl FromRequestParts<Arc<Api>> for Organization {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, Problem> {
        let key = caller(parts)?;
        let path = Path::<OrganizationPath>::from_request_parts(parts, api).await;
        let Path(path) = path.map_err(|_| AuthError::UnreadablePath)?;
        let registry = api.registry.current();
        let ec = FiscalCode::new(&path.organizationfiscalcode).ok();
        // Before the question whether it exists: a key learns nothing about others' institutions.
        let opened = match &ec {
            Some(ec) => key.opens(scope(parts)?, ec, (registry.delegations(), api.clock.now()))?,
            None if opens_all(&key) => key.segregation.clone(),
            None => return Err(AuthError::Forbidden.into()),
        };
        let known = ec.filter(|ec| registry.institution(ec).is_some());
        Ok(Organization(known.ok_or(AuthError::UnknownOrganization)?, opened))
    }
}

/// Whether a key is for every creditor institution, and for what belongs to none.
pub(super) fn opens_all(key: &ApiKey) -> bool {
    key.rights.owner == Tenant::Gateway && key.institutions == ApiScope::Every
}

/// What the route of a request is about, as the guard found it.
fn scope(parts: &Parts) -> Result<KeyScope, AuthError> {
    parts.extensions.get::<KeyScope>().copied().ok_or(AuthError::Denied)
}

/// The API key that a request comes with, as the guard found it.
pub(super) fn caller(parts: &Parts) -> Result<Arc<ApiKey>, AuthError> {
    parts.extensions.get::<Arc<ApiKey>>().cloned().ok_or(AuthError::NoKey)
}

/// Whether a request comes without any key.
pub(super) fn shows_no_key(parts: &Parts) -> bool {
    presented_key(parts).is_none()
}

/// The SHA-256 of the key that a request comes with, known or not.
pub(super) fn presented(parts: &Parts) -> Result<[u8; 32], AuthError> {
    let key = presented_key(parts).ok_or(AuthError::NoKey)?;
    if KeyForm::of(&key) == KeyForm::Broken { Err(AuthError::BrokenKey) } else { Ok(hash_key(&key)) }
}

/// The API key of that SHA-256, as it is now.
pub(super) async fn key_behind(hash: &[u8; 32], api: &Api) -> Result<Arc<ApiKey>, AuthError> {
    let now = api.clock.now();
    let found = find(hash, api).await?.ok_or(AuthError::UnknownKey)?;
    if !found.is_live(now) {
        return Err(AuthError::ExpiredKey);
    }
    if found.used(now) {
        let (store, id) = (api.store.clone(), found.key.id.clone());
        // Nobody waits for it.
        tokio::spawn(async move {
            if let Err(error) = store.key_used(&id, now).await {
                tracing::debug!(%error, "the use of an API key was not written down");
            }
        });
    }
    Ok(Arc::clone(&found.key))
}

async fn find(hash: &[u8; 32], api: &Api) -> Result<Option<Arc<KnownKey>>, StoreError> {
    let (keys, now) = (api.registry.keys(), api.clock.now());
    let hashes = Hashes { plain: *hash, keyed: api.hasher.code(hash) };
    if let Some(found) = keys.current(&api.store, now).await?.find(&hashes, now) {
        return Ok(Some(Arc::clone(found)));
    }
    let either = [&hashes.plain, hashes.keyed.as_ref().unwrap_or(&hashes.plain)];
    if !keys.may_look_up(now) || !api.store.knows_key(either).await? {
        return Ok(None);
    }
    keys.changed();
    Ok(keys.current(&api.store, now).await?.find(&hashes, now).map(Arc::clone))
}

#[derive(Deserialize)]
struct OrganizationPath {
    #[serde(alias = "organization-fiscal-code", alias = "organizationFiscalCode")]
    organizationfiscalcode: String,
}

#[derive(Deserialize)]
struct KeyQuery {
    #[serde(rename = "subscription-key")]
    key: Option<String>,
}

fn presented_key(parts: &Parts) -> Option<String> {
    let header = parts.headers.get(KEY_HEADER).map(|value| value.to_str().unwrap_or_default().to_owned());
    let query = || Query::<KeyQuery>::try_from_uri(&parts.uri).ok().and_then(|Query(query)| query.key);
    header.or_else(query).filter(|key| !key.is_empty())
}

impl From<AuthError> for Problem {
    fn from(error: AuthError) -> Self {
        match error {
            AuthError::NoKey => unknown_caller(
                "missing_key",
                "The request has no API key; send it in the header Ocp-Apim-Subscription-Key.",
            ),
            AuthError::UnknownKey => unknown_caller("unknown_key", "The API key is not known."),
            AuthError::BrokenKey => unknown_caller(
                "mistyped_key",
                "The API key was mistyped or cut off: its checksum is not right.",
            ),
            AuthError::ExpiredKey => unknown_caller("expired_key", "The API key has expired."),
            AuthError::NoSession => {
                unknown_caller("session_ended", "The session has ended, or never was: sign in again.")
            }
            AuthError::BadToken => unknown_caller(
                "bad_token",
                "The bearer token is not good, or no longer: ask for another one.",
            ),
            AuthError::Forbidden => {
                forbidden("foreign_organization", "You are not allowed to access this resource.")
            }
            AuthError::Scope(scope) => {
                forbidden(missing(scope), format!("The API key does not have the scope {}.", scope.name()))
            }
            AuthError::Denied => forbidden(
                "not_permitted",
                "You were not given the permission for this, or not for this tenant.",
            ),
            AuthError::NotOwn => forbidden(
                "cross_site",
                "A request by cookie that changes something must come from this site and repeat the session's \
                 token in the header X-Varco-CSRF.",
            ),
            AuthError::UnreadablePath => unknown_path(),
            AuthError::UnknownOrganization => Problem::new(
                StatusCode::NOT_FOUND,
                "Not found the organization",
                "unknown_organization",
                "No creditor institution with the fiscal code of the path is registered here.",
            ),
            AuthError::Store(error) => Problem::internal("INTERNAL SERVER ERROR", &error),
        }
    }
}

/// What is answered to who is not known.
fn unknown_caller(code: &'static str, detail: &'static str) -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, "Unauthorized", code, detail)
}

/// What is answered to who is known and may not.
fn forbidden(code: &'static str, detail: impl Into<Cow<'static, str>>) -> Problem {
    Problem::new(StatusCode::FORBIDDEN, "Forbidden", code, detail)
}

/// The word for programs of a scope that a key does not have.
const fn missing(scope: KeyScope) -> &'static str {
    match scope {
        KeyScope::Positions => "missing_scope_positions",
        KeyScope::Receipts => "missing_scope_receipts",
        KeyScope::Events => "missing_scope_events",
        KeyScope::Catalogue => "missing_scope_catalogue",
        KeyScope::Registry => "missing_scope_registry",
        KeyScope::Administration => "missing_scope_administration",
    }
}

impl From<KeyDenied> for AuthError {
    fn from(denied: KeyDenied) -> Self {
        match denied {
            KeyDenied::Scope(scope) => AuthError::Scope(scope),
            KeyDenied::Foreign => AuthError::Forbidden,
        }
    }
}

impl From<KeyDenied> for Problem {
    fn from(denied: KeyDenied) -> Self {
        AuthError::from(denied).into()
    }
}

/// The title of the published contract for what a caller's segregation codes keep from it.
pub(super) const FORBIDDEN_POSITION: &str = "The payment position is forbidden";

/// The word for programs of the same.
pub(super) const FOREIGN_SEGREGATION: &str = "foreign_segregation";

impl From<ForeignNotice> for Problem {
    fn from(_: ForeignNotice) -> Self {
        Problem::new(
            StatusCode::FORBIDDEN,
            FORBIDDEN_POSITION,
            FOREIGN_SEGREGATION,
            "The position has a payment option of a segregation code that your API key does not have.",
        )
    }
}

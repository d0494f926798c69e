//! Who may ask: API keys, and the creditor institutions that each may act for.
//!
//! Only the SHA-256 of a key is stored, and it is what keys are found by, in the store and in memory.
//! That is what keeps the comparison from leaking through time: how long a look-up takes depends on
//! the hash, and a caller who can choose a hash close to the right one has already broken SHA-256.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{FromRequestParts, Path, Query};
use axum::http::StatusCode;
use axum::http::request::Parts;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::Api;
use super::problem::{Problem, unknown_path};
use crate::domain::access::KeyScope;
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::segregation::{ForeignNotice, Segregation};
use crate::store::{ApiKey, ApiScope, Store, StoreError};

/// The header that carries the key.
pub const KEY_HEADER: &str = "Ocp-Apim-Subscription-Key";

/// The query parameter that carries the key where no header does.
pub(super) const KEY_PARAMETER: &str = "subscription-key";

/// How long a key that was revoked may still be served.
const REMEMBERED: SignedDuration = SignedDuration::from_secs(5);

/// How many keys are remembered.
const REMEMBERED_MAX: usize = 1024;

/// The SHA-256 under which a key is stored.
pub fn hash_key(key: &str) -> [u8; 32] {
    Sha256::digest(key.as_bytes()).into()
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
    #[error("the key does not hold the creditor institution")]
    Forbidden,
    #[error("the key does not have the scope {}", .0.name())]
    Scope(KeyScope),
    #[error("the caller was not given the permission")]
    Denied,
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
        let ec = FiscalCode::new(&path.organizationfiscalcode).ok();
        // Before the question whether it exists: a key learns nothing about others' institutions.
        let held = ec.as_ref().map_or(key.institutions == ApiScope::Every, |ec| key.institutions.holds(ec));
        if !held {
            return Err(AuthError::Forbidden.into());
        }
        let known = ec.filter(|ec| api.registry.current().institution(ec).is_some());
        let known = known.ok_or(AuthError::UnknownOrganization)?;
        Ok(Organization(known, key.segregation.clone()))
    }
}

/// The API key that a request comes with, as the guard found it.
pub(super) fn caller(parts: &Parts) -> Result<Arc<ApiKey>, AuthError> {
    parts.extensions.get::<Arc<ApiKey>>().cloned().ok_or(AuthError::NoKey)
}

/// The SHA-256 of the key that a request comes with, known or not.
pub(super) fn presented(parts: &Parts) -> Result<[u8; 32], AuthError> {
    presented_key(parts).map(|key| hash_key(&key)).ok_or(AuthError::NoKey)
}

/// The API key of that SHA-256, as it is now.
pub(super) async fn key_behind(hash: &[u8; 32], api: &Api) -> Result<Arc<ApiKey>, AuthError> {
    let found = api.keys.find(hash, &api.store, api.clock.now()).await?;
    found.ok_or(AuthError::UnknownKey)
}

#[derive(Deserialize)]
struct OrganizationPath {
    #[serde(alias = "organization-fiscal-code")]
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
            AuthError::NoKey => Problem::new(
                StatusCode::UNAUTHORIZED,
                "Unauthorized",
                "missing_key",
                "The request has no API key; send it in the header Ocp-Apim-Subscription-Key.",
            ),
            AuthError::UnknownKey => Problem::new(
                StatusCode::UNAUTHORIZED,
                "Unauthorized",
                "unknown_key",
                "The API key is not known.",
            ),
            AuthError::Forbidden => Problem::new(
                StatusCode::FORBIDDEN,
                "Forbidden",
                "foreign_organization",
                "You are not allowed to access this resource.",
            ),
            AuthError::Scope(scope) => Problem::new(
                StatusCode::FORBIDDEN,
                "Forbidden",
                "key_scope",
                format!("The API key does not have the scope {}.", scope.name()),
            ),
            AuthError::Denied => Problem::new(
                StatusCode::FORBIDDEN,
                "Forbidden",
                "not_permitted",
                "You were not given the permission for this, or not for this tenant.",
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

/// The keys seen lately, so that a request costs no question to the database.
///
/// Only keys that exist are remembered: a new key works at once, and a flood of wrong ones cannot
/// push the right ones out.
#[derive(Default)]
pub(super) struct KeyCache(Mutex<HashMap<[u8; 32], Remembered>>);

struct Remembered {
    key: Arc<ApiKey>,
    at: Timestamp,
}

impl KeyCache {
    async fn find(
        &self,
        hash: &[u8; 32],
        store: &Store,
        now: Timestamp,
    ) -> Result<Option<Arc<ApiKey>>, StoreError> {
        if let Some(key) = self.recall(hash, now) {
            return Ok(Some(key));
        }
        let found = store.api_key(hash).await?;
        Ok(found.map(|key| self.remember(*hash, key, now)))
    }

    fn recall(&self, hash: &[u8; 32], now: Timestamp) -> Option<Arc<ApiKey>> {
        let keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        keys.get(hash).filter(|known| known.is_fresh(now)).map(|known| Arc::clone(&known.key))
    }

    fn remember(&self, hash: [u8; 32], key: ApiKey, now: Timestamp) -> Arc<ApiKey> {
        let key = Arc::new(key);
        let mut keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if keys.len() >= REMEMBERED_MAX {
            keys.retain(|_, known| known.is_fresh(now));
        }
        if keys.len() < REMEMBERED_MAX {
            keys.insert(hash, Remembered { key: Arc::clone(&key), at: now });
        }
        key
    }
}

impl Remembered {
    /// A clock that was set back makes an entry stale, not eternal.
    fn is_fresh(&self, now: Timestamp) -> bool {
        let age = now.duration_since(self.at);
        !age.is_negative() && age < REMEMBERED
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::KeyRights;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn key() -> ApiKey {
        let (institutions, segregation) = (ApiScope::Every, Segregation::Every);
        ApiKey {
            id: "id".into(),
            label: "label".into(),
            institutions,
            segregation,
            rights: KeyRights::data(),
        }
    }

    #[test]
    fn a_key_is_remembered_for_five_seconds() {
        let cache = KeyCache::default();
        cache.remember([1; 32], key(), at(100));
        assert!(cache.recall(&[1; 32], at(104)).is_some());
        assert!(cache.recall(&[1; 32], at(105)).is_none());
        assert!(cache.recall(&[1; 32], at(99)).is_none(), "the clock was set back");
        assert!(cache.recall(&[2; 32], at(100)).is_none());
    }

    #[test]
    fn memory_is_bounded() {
        let cache = KeyCache::default();
        for number in 0..2 * REMEMBERED_MAX {
            cache.remember(hash_key(&number.to_string()), key(), at(100));
        }
        assert_eq!(cache.0.lock().unwrap().len(), REMEMBERED_MAX);
        cache.remember([1; 32], key(), at(200));
        assert!(cache.recall(&[1; 32], at(200)).is_some(), "stale keys made room");
    }
}

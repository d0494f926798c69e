//! Who asks: a key, or somebody of the public.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;

use crate::api::Api;
use crate::api::access::{Public, TooOften};
use crate::api::auth::{self, AuthError};
use crate::api::openapi::{Answer, Doc, RETRY_AFTER};
use crate::api::problem::Problem;
use crate::domain::access::{ApiKey, KeyScope};
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::segregation::Segregation;

/// Who asks: the proof that handlers of the catalogue ask for.
pub(super) struct Caller(Option<Arc<ApiKey>>);

impl FromRequestParts<Arc<Api>> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<Api>) -> Result<Self, Problem> {
        match parts.extensions.get::<Public>() {
            Some(Public) => Ok(Caller(None)),
            None => Ok(Caller(Some(auth::caller(parts)?))),
        }
    }
}

impl Caller {
    /// Whether it is somebody of the public.
    pub fn is_public(&self) -> bool {
        self.0.is_none()
    }

    /// Which notices of a creditor institution the caller may be given.
    pub fn reach(&self, ec: &FiscalCode, api: &Api) -> Result<Segregation, AuthError> {
        let Some(key) = &self.0 else { return Ok(Segregation::Every) };
        let (registry, now) = (api.registry.current(), api.clock.now());
        Ok(key.opens(KeyScope::Catalogue, ec, (registry.delegations(), now))?)
    }
}

/// Says of an endpoint what callers are told that may not ask.
pub(super) fn doc(doc: Doc) -> Doc {
    let until = jiff::Timestamp::UNIX_EPOCH;
    let often = Problem::from(TooOften { until, seconds: 20 });
    let answer = Answer::problem("Too many requests without a key came from this address.", &often);
    doc.answers(StatusCode::TOO_MANY_REQUESTS, answer.with(RETRY_AFTER)).refuses([
        AuthError::NoKey.into(),
        AuthError::UnknownKey.into(),
        AuthError::Scope(KeyScope::Catalogue).into(),
    ])
}

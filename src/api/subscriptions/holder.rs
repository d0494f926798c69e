//! Whose subscriptions a path means, and whether the caller may work with them.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{FromRequestParts, Path};
use axum::http::StatusCode;
use axum::http::request::Parts;

use crate::api::Api;
use crate::api::auth::{self, AuthError, Organization, opens_all};
use crate::api::openapi::{Doc, form};
use crate::api::problem::{Problem, unknown_path};
use crate::domain::access::Tenant;
use crate::domain::ids::BrokerCode;
use crate::domain::segregation::Segregation;
use crate::domain::subscription::{Subscription, SubscriptionId, SubscriptionOwner};
use crate::store::StoreError;

const ORGANIZATION: &str = "organizationfiscalcode";
const BROKER: &str = "broker";

/// Which kind of owner a path is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    Organization,
    Broker,
    Gateway,
}

impl Family {
    pub(super) const ALL: [Family; 3] = [Family::Organization, Family::Broker, Family::Gateway];

    /// What its paths begin with.
    pub(super) fn path(self) -> String {
        match self {
            Family::Organization => format!("/organizations/{{{ORGANIZATION}}}"),
            Family::Broker => format!("/brokers/{{{BROKER}}}"),
            Family::Gateway => "/gateway".to_owned(),
        }
    }

    /// What the names of its operations end in.
    pub(super) const fn suffix(self) -> &'static str {
        match self {
            Family::Organization => "",
            Family::Broker => "OfBroker",
            Family::Gateway => "OfGateway",
        }
    }

    /// Says of an endpoint how its path names the owner.
    pub(super) fn named(self, doc: Doc) -> Doc {
        let refused = [
            AuthError::NoKey.into(),
            AuthError::UnknownKey.into(),
            HolderError::NotForAll.into(),
            unknown_path(),
        ];
        match self {
            Family::Organization => doc.organization(ORGANIZATION).refuses([HolderError::OfBroker.into()]),
            Family::Broker => doc
                .path(BROKER, form::example_text("99000040017"), "Code of the broker.")
                .refuses(refused)
                .refuses([HolderError::UnknownBroker.into()]),
            Family::Gateway => doc.refuses(refused),
        }
    }
}

/// An owner of subscriptions for which the caller may act, and what the caller may see.
pub(super) struct Holder {
    /// Whose subscriptions the path means.
    pub owner: SubscriptionOwner,
    /// Which notices the caller may work with.
    pub scope: Segregation,
    /// The id of the API key.
    pub key: String,
}

/// Why a caller may not work with the subscriptions of a path.
#[derive(Debug, thiserror::Error)]
pub(super) enum HolderError {
    #[error("the key is not for every creditor institution")]
    NotForAll,
    #[error("the key is a broker's")]
    OfBroker,
    #[error("no such broker")]
    UnknownBroker,
}

impl FromRequestParts<Arc<Api>> for Holder {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, Problem> {
        let key = auth::caller(parts)?;
        let path = Path::<HashMap<String, String>>::from_request_parts(parts, api).await;
        let Path(path) = path.map_err(|_| AuthError::UnreadablePath)?;
        if path.contains_key(ORGANIZATION) {
            let Organization(ec, scope) = Organization::from_request_parts(parts, api).await?;
            // It would be told of everything for ever, also when nothing is delegated to it any more.
            if matches!(key.rights.owner, Tenant::Broker(_)) {
                return Err(HolderError::OfBroker.into());
            }
            return Ok(Holder { owner: SubscriptionOwner::Organization(ec), scope, key: key.id.clone() });
        }
        let broker = path.get(BROKER);
        let own = matches!((&key.rights.owner, broker), (Tenant::Broker(own), Some(named)) if own.as_str() == named);
        if !own && !opens_all(&key) {
            return Err(HolderError::NotForAll.into());
        }
        let owner = match broker {
            None => SubscriptionOwner::Gateway,
            Some(code) => {
                let code = BrokerCode::new(code).ok();
                let known = code.filter(|code| api.registry.current().broker(code).is_some());
                SubscriptionOwner::Broker(known.ok_or(HolderError::UnknownBroker)?)
            }
        };
        Ok(Holder { owner, scope: key.segregation.clone(), key: key.id.clone() })
    }
}

impl Holder {
    /// Whether the caller may see a subscription: one that tells of nothing that the caller may not see.
    pub(super) fn sees(&self, one: &Subscription) -> bool {
        one.owner == self.owner && self.scope.covers(&one.terms.filter.codes)
    }
}

/// The subscription that a path names, of an owner for which the caller may act and within what the caller
/// may see.
pub(super) struct Held(pub Subscription);

/// There is no such subscription, as far as the caller may know.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("no such subscription")]
pub(super) struct MissingSubscription;

impl FromRequestParts<Arc<Api>> for Held {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, Problem> {
        let holder = Holder::from_request_parts(parts, api).await?;
        let path = Path::<HashMap<String, String>>::from_request_parts(parts, api).await;
        let Path(path) = path.map_err(|_| AuthError::UnreadablePath)?;
        let id = path.get("subscription").and_then(|text| SubscriptionId::new(text).ok());
        let id = id.ok_or(MissingSubscription)?;
        let found = api.store.subscription(&id).await.map_err(failed)?;
        Ok(Held(found.filter(|one| holder.sees(one)).ok_or(MissingSubscription)?))
    }
}

/// A failure of the store.
pub(super) fn failed(error: StoreError) -> Problem {
    Problem::internal("INTERNAL SERVER ERROR", &error)
}

impl From<HolderError> for Problem {
    fn from(error: HolderError) -> Self {
        match error {
            HolderError::NotForAll => Problem::new(
                StatusCode::FORBIDDEN,
                "Forbidden",
                "key_of_some_organizations",
                "Only an API key for every creditor institution may work with subscriptions of brokers and of \
                 the gateway, and a broker's own with those of the broker.",
            ),
            HolderError::OfBroker => Problem::new(
                StatusCode::FORBIDDEN,
                "Forbidden",
                "key_of_a_broker",
                "An API key of a broker works with the subscriptions of the broker, which end with what is \
                 delegated to it.",
            ),
            HolderError::UnknownBroker => Problem::new(
                StatusCode::NOT_FOUND,
                "Not Found",
                "unknown_broker",
                "No broker with the code of the path is registered here.",
            ),
        }
    }
}

impl From<MissingSubscription> for Problem {
    fn from(_: MissingSubscription) -> Self {
        Problem::new(
            StatusCode::NOT_FOUND,
            "Not Found",
            "unknown_subscription",
            "There is no subscription of that id.",
        )
    }
}

//! `POST …/subscriptions`: somebody wants to be told.
//!
//! The secret is in this answer and in that of a rotation, and nowhere else. So the answer is not kept, and
//! the request takes no `Idempotency-Key`: who lost it rotates the secret, or deletes what the list shows.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde_json::json;

use super::holder::{Family, Holder};
use super::model::WithSecret;
use super::terms::{self, Asked, CreateRequest, Invalid};
use super::{SecretOf, doc as doc_of, examples};
use crate::api::Api;
use crate::api::body::JsonBody;
use crate::api::openapi::{Answer, Doc};
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;
use crate::domain::subscription::{EndpointHealth, Subscription, SubscriptionId};
use crate::store::{SUBSCRIPTIONS_MAX, StoreError, SubscribeError};

/// Why a subscription is not made.
#[derive(Debug, thiserror::Error)]
pub(super) enum CreateError {
    #[error(transparent)]
    Invalid(#[from] Invalid),
    #[error("there is no master key")]
    NoMasterKey,
    #[error("the owner has as many as it can")]
    TooMany,
    #[error(transparent)]
    Store(StoreError),
}

impl From<SubscribeError> for CreateError {
    fn from(error: SubscribeError) -> Self {
        match error {
            SubscribeError::TooMany => CreateError::TooMany,
            SubscribeError::Store(error) => CreateError::Store(error),
        }
    }
}

/// Answers 201 with the subscription and its secret; 400, 409 or 503.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    Holder { owner, scope, key }: Holder,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let Asked { terms, form, first } =
        terms::creation(body, &scope, &*api.webhooks.check).map_err(CreateError::from)?;
    let secret = secret(&api)?;
    let now = api.clock.now();
    let made = Subscription {
        id: SubscriptionId::drawn(api.randomness.number(), api.randomness.number()),
        owner,
        form,
        terms,
        secret_no: 1,
        previous_until: None,
        created_at: now,
        created_by: key,
        disabled: None,
        health: EndpointHealth { failing_since: None, failures: 0, not_before: Timestamp::UNIX_EPOCH },
    };
    api.store.add_subscription(&made, first).await.map_err(CreateError::from)?;
    let shown = secret(&made.id, made.secret_no);
    Ok(unkept((StatusCode::CREATED, Json(WithSecret::new(shown, &made, now))).into_response()))
}

/// What derives secrets.
pub(super) fn secret(api: &Api) -> Result<Arc<SecretOf>, CreateError> {
    api.webhooks.secret.clone().ok_or(CreateError::NoMasterKey)
}

/// What is said of it.
pub(super) fn doc(family: Family) -> Doc {
    let body = json!({
        "label": "Contabilità", "url": "https://ente.example.it/varco", "types": ["varco.receipt.*"],
    });
    let answer = Answer::json::<WithSecret<'static>>(
        "The subscription, with its secret, which is shown this once.",
        examples::with_secret(),
    );
    doc_of(family, ("createSubscription", "Subscribe an endpoint to events"))
        .about(
            "Events are sent as POST requests with the headers webhook-id, webhook-timestamp and \
             webhook-signature (Standard Webhooks), those of one position in their order, until the endpoint \
             answers 2xx. An owner has at most 100 subscriptions.",
        )
        .takes::<CreateRequest>(body)
        .answers(StatusCode::CREATED, answer)
        .refuses([Invalid::example().into(), CreateError::NoMasterKey.into(), CreateError::TooMany.into()])
}

impl From<CreateError> for Problem {
    fn from(error: CreateError) -> Self {
        match error {
            CreateError::Invalid(invalid) => invalid.into(),
            CreateError::NoMasterKey => Problem::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "Service Unavailable",
                "webhooks_not_configured",
                "This installation signs no webhooks: it lacks the setting delivery.master_key.",
            ),
            CreateError::TooMany => Problem::new(
                StatusCode::CONFLICT,
                "Conflict",
                "too_many_subscriptions",
                format!(
                    "There are {SUBSCRIPTIONS_MAX} subscriptions already, which is the most: delete one first."
                ),
            ),
            CreateError::Store(error) => Problem::internal("INTERNAL SERVER ERROR", &error),
        }
    }
}

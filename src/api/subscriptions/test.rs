//! `POST …/subscriptions/{subscription}/test`: an event of no feed is sent at once, and once.
//!
//! It is a CloudEvent whatever the subscription sends otherwise: it shows that the endpoint is reached and
//! takes the signature.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde_json::json;

use super::create::{CreateError, secret};
use super::holder::{Family, Held};
use super::model::TestModel;
use super::{TestEvent, doc_of_one};
use crate::api::Api;
use crate::api::openapi::{Answer, Doc};
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;
use crate::domain::subscription::Subscription;

/// Answers 200 with what became of it; 404 or 503.
pub(super) async fn handler(State(api): State<Arc<Api>>, Held(one): Held) -> Result<Response, Problem> {
    secret(&api)?;
    let event = event(&one, api.clock.now(), api.randomness.number());
    let sent = (api.webhooks.send)(one, event).await;
    Ok(unkept(Json(TestModel::new(sent)).into_response()))
}

fn event(one: &Subscription, now: Timestamp, draw: u64) -> TestEvent {
    let (feed, subscription) = (one.owner.feed(), one.id.as_str());
    let id = format!("{}-test-{:x}-{draw:x}", feed.as_str(), now.as_microsecond());
    let body = json!({
        "specversion": "1.0",
        "id": id,
        "source": format!("urn:varco:{}", feed.as_str()),
        "type": "varco.subscription.test",
        "time": now.to_string(),
        "subject": format!("subscriptions/{subscription}"),
        "datacontenttype": "application/json",
        "data": { "subscriptionId": subscription },
    });
    TestEvent { id, body: body.to_string() }
}

/// What is said of it.
pub(super) fn doc(family: Family) -> Doc {
    let answer = Answer::json::<TestModel>(
        "What became of it.",
        json!({ "delivered": true, "status": 204, "latencyMs": 52 }),
    );
    doc_of_one(family, ("testSubscription", "Send a test event"))
        .about("An event of the type varco.subscription.test is sent at once, signed as all are, and never again.")
        .answers(StatusCode::OK, answer)
        .refuses([CreateError::NoMasterKey.into()])
}

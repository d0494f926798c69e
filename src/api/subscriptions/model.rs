//! Subscriptions, deliveries and attempts as JSON. Instants are UTC.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::ObjectBuilder;
use utoipa::openapi::schema::Type;

use super::Sent;
use crate::api::openapi::form::{Instant, form, text, words};
use crate::domain::subscription::{DisabledReason, Subscription, SubscriptionForm, TypePattern, WebhookUrl};
use crate::store::{DeliveryState, LoggedAttempt, LoggedDelivery};

/// Where events are sent.
pub(super) enum Url {}
form!(
    Url,
    "WebhookUrl",
    ObjectBuilder::new()
        .schema_type(Type::String)
        .max_length(Some(WebhookUrl::MAX))
        .pattern(Some("^[Hh][Tt][Tt][Pp][Ss]?://[^\\s#\\\\]+$"))
        .description(Some(
            "A URL of https without user, password or fragment; of http only where that is allowed."
        ))
        .examples([serde_json::json!("https://ente.example.it/varco")])
);

/// A type of events, or all that begin alike.
pub(super) enum EventTypePattern {}
form!(
    EventTypePattern,
    "EventTypePattern",
    text(
        "^varco(\\.[a-z_]+)*\\.([a-z_]+|\\*)$",
        "A type of events such as varco.receipt.booked, or a family such as varco.receipt.*",
        "varco.receipt.*",
    )
);

/// What is sent.
pub(super) enum FormWord {}
form!(
    FormWord,
    "SubscriptionForm",
    words(
        SubscriptionForm::ALL.map(SubscriptionForm::word),
        "event: the CloudEvent; receipt_soap: of a booked receipt the message of the node as it was received; receipt_json: of a booked receipt its facts, debtor included.",
    )
);

/// Which events come first.
pub(super) enum StartWord {}
form!(StartWord, "SubscriptionStart", words(["now", "beginning"], "From now on, or all that are kept."));

/// A segregation code.
pub(super) enum SegregationCode {}
form!(SegregationCode, "SegregationCode", text("^[0-9]{2}$", "A code of two digits.", "02"));

/// Why nothing is sent.
pub(super) enum ReasonWord {}
form!(
    ReasonWord,
    "DisabledReason",
    words(
        DisabledReason::ALL.map(DisabledReason::word),
        "by_owner: it was switched off; gone: the endpoint answered 410; failing: it failed for days; deleted: it is being deleted.",
    )
);

/// What has become of an event.
pub(super) enum StateWord {}
form!(
    StateWord,
    "DeliveryState",
    words(
        DeliveryState::ALL.map(DeliveryState::word),
        "pending: it waits to be sent; delivered: the endpoint took it; dead: it was given up.",
    )
);

/// A subscription.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Subscription)]
pub(super) struct SubscriptionModel<'a> {
    /// Its id.
    #[schema(value_type = String)]
    id: &'a str,
    /// What people call it.
    #[schema(value_type = String)]
    label: &'a str,
    /// Where events are sent.
    #[schema(value_type = String)]
    url: &'a str,
    /// What is sent.
    #[schema(value_type = FormWord)]
    form: &'static str,
    /// Which types of events; all if empty.
    #[schema(value_type = Vec<EventTypePattern>)]
    types: Vec<&'a str>,
    /// Only events of notices of these codes; of all if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Vec<SegregationCode>)]
    segregation_codes: Option<Vec<String>>,
    /// Whether anything is sent.
    enabled: bool,
    /// Since when nothing is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Instant)]
    disabled_at: Option<String>,
    /// Why nothing is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = ReasonWord)]
    disabled_reason: Option<&'static str>,
    /// Since when the endpoint has taken nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Instant)]
    failing_since: Option<String>,
    /// How many times in a row it has taken nothing.
    failures: i64,
    /// Until when it is left alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Instant)]
    paused_until: Option<String>,
    /// Until when the secret before the last rotation signs too.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Instant)]
    previous_secret_until: Option<String>,
    /// When it was made.
    #[schema(value_type = Instant)]
    created_at: String,
    /// The id of the API key that made it.
    #[schema(value_type = String)]
    created_by: &'a str,
}

impl<'a> SubscriptionModel<'a> {
    pub(super) fn new(one: &'a Subscription, now: Timestamp) -> Self {
        let coming = |instant: &Timestamp| *instant > now;
        let codes =
            one.terms.filter.codes.codes().map(|codes| codes.iter().map(ToString::to_string).collect());
        SubscriptionModel {
            id: one.id.as_str(),
            label: one.terms.label.as_str(),
            url: one.terms.url.as_str(),
            form: one.form.word(),
            types: one.terms.filter.types.iter().map(TypePattern::as_str).collect(),
            segregation_codes: codes,
            enabled: one.disabled.is_none(),
            disabled_at: one.disabled.map(|disabled| disabled.at.to_string()),
            disabled_reason: one.disabled.map(|disabled| disabled.reason.word()),
            failing_since: one.health.failing_since.map(|since| since.to_string()),
            failures: one.health.failures,
            paused_until: Some(one.health.not_before).filter(coming).map(|until| until.to_string()),
            previous_secret_until: one.previous_until.filter(coming).map(|until| until.to_string()),
            created_at: one.created_at.to_string(),
            created_by: &one.created_by,
        }
    }
}

/// A subscription with its secret, which is shown this once.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SubscriptionWithSecret)]
pub(super) struct WithSecret<'a> {
    /// What signs, as Standard Webhooks has it. It is shown this once.
    #[schema(value_type = String)]
    secret: String,
    /// The subscription.
    #[schema(value_type = SubscriptionModel<'static>)]
    subscription: SubscriptionModel<'a>,
}

impl<'a> WithSecret<'a> {
    pub(super) fn new(secret: String, one: &'a Subscription, now: Timestamp) -> Self {
        WithSecret { secret, subscription: SubscriptionModel::new(one, now) }
    }
}

/// The subscriptions of an owner.
#[derive(Serialize, ToSchema)]
#[schema(as = Subscriptions)]
pub(super) struct SubscriptionsModel<'a> {
    /// Those that the caller may see, in the order in which they were made.
    #[schema(value_type = Vec<SubscriptionModel<'static>>)]
    pub subscriptions: Vec<SubscriptionModel<'a>>,
}

/// How a test ended.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = TestOutcome)]
pub(super) struct TestModel {
    /// Whether the endpoint took the event.
    delivered: bool,
    /// The status of its answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    /// How long it took, in milliseconds.
    #[schema(value_type = i64)]
    latency_ms: i64,
    /// Why there was no answer, or why it was no good.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    /// The beginning of the answer's body.
    #[serde(skip_serializing_if = "Option::is_none")]
    response: Option<String>,
}

impl TestModel {
    pub(super) fn new(sent: Sent) -> Self {
        let Sent { delivered, status, took, error, response } = sent;
        TestModel { delivered, status, latency_ms: millis(took.as_millis()), error, response }
    }
}

fn millis(number: i128) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Deliveries.
#[derive(Serialize, ToSchema)]
#[schema(as = Deliveries)]
pub(super) struct DeliveriesModel {
    /// The deliveries: by feed, the latest event of each first.
    pub deliveries: Vec<DeliveryModel>,
    /// Where to go on, as `after`; left out at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// What has become of an event.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Delivery)]
pub(super) struct DeliveryModel {
    /// The id of the event; left out once the event is kept no more.
    #[serde(skip_serializing_if = "Option::is_none")]
    event_id: Option<String>,
    /// Its type.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
    /// When it happened.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Instant)]
    time: Option<String>,
    /// Its feed.
    feed: String,
    /// Its number there.
    sequence: i64,
    /// What has become of it.
    #[schema(value_type = StateWord)]
    state: &'static str,
    /// When it is sent next, if it waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Instant)]
    next_attempt_at: Option<String>,
    /// When the endpoint took it, or it was given up.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Instant)]
    done_at: Option<String>,
    /// Each time that it was sent; the last 50 if there are more.
    attempts: Vec<AttemptModel>,
}

/// One time that an event was sent.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DeliveryAttempt)]
pub(super) struct AttemptModel {
    /// Which time, from 1.
    number: i64,
    /// When.
    #[schema(value_type = Instant)]
    at: String,
    /// How long it took, in milliseconds.
    latency_ms: i64,
    /// The status of the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<i64>,
    /// Why there was no answer, or why it was no good.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    /// The beginning of the answer's body.
    #[serde(skip_serializing_if = "Option::is_none")]
    response: Option<String>,
}

impl DeliveryModel {
    pub(super) fn new(delivery: LoggedDelivery) -> Self {
        let LoggedDelivery { place, event, state, next_at, done_at, attempts } = delivery;
        let (event_id, kind, time) = match event {
            Some(event) => (Some(event.id), Some(event.kind), Some(event.at.to_string())),
            None => (None, None, None),
        };
        DeliveryModel {
            event_id,
            kind,
            time,
            feed: place.feed,
            sequence: place.seq,
            state: state.word(),
            next_attempt_at: next_at.map(|at| at.to_string()),
            done_at: done_at.map(|at| at.to_string()),
            attempts: attempts.into_iter().map(AttemptModel::new).collect(),
        }
    }
}

impl AttemptModel {
    fn new(attempt: LoggedAttempt) -> Self {
        let LoggedAttempt { number, at, took, status, error, response } = attempt;
        let latency_ms = millis(took.as_millis());
        AttemptModel { number, at: at.to_string(), latency_ms, status, error, response }
    }
}

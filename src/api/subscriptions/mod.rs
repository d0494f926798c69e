//! Webhooks: who is told of events, and what has become of the telling. Ours, no published contract has it.
//!
//! A subscription belongs to an institution, a broker or the whole installation, and each endpoint is there
//! for all three. What sends is elsewhere, and what this needs of it is handed in ([`Webhooks`]).

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use jiff::SignedDuration;

use super::openapi::{Doc, Heading, Method, Routes, form};
use crate::domain::subscription::{Subscription, SubscriptionId, WebhookUrl};

mod change;
mod create;
mod delete;
mod deliveries;
mod examples;
mod holder;
mod list;
mod model;
mod read;
mod replay;
mod rotate;
mod terms;
mod test;

use holder::{Family, MissingSubscription};

/// Its heading in the documentation.
pub(super) const HEADING: Heading = (
    "Webhooks",
    "Subscriptions: events are sent to an endpoint of yours, signed, in order, until it takes them.",
);

/// A text that is shown once and then forgotten.
pub type SecretOf = dyn Fn(&SubscriptionId, i64) -> String + Send + Sync;

/// Whether an endpoint may be reached, as far as its URL tells; if not, why, in words that repeat nothing.
pub type TargetCheck = dyn Fn(&WebhookUrl) -> Result<(), String> + Send + Sync;

/// Sends an event, which is in no feed, to an endpoint at once and once.
pub type SendNow =
    dyn Fn(Subscription, TestEvent) -> Pin<Box<dyn Future<Output = Sent> + Send>> + Send + Sync;

/// What the API needs of what sends.
#[derive(Clone)]
pub struct Webhooks {
    /// The secret of that number of a subscription (`whsec_…`); none as long as there is no key to derive it.
    pub secret: Option<Arc<SecretOf>>,
    /// Judges an endpoint by its URL. What it resolves to is judged when it is reached.
    pub check: Arc<TargetCheck>,
    /// Sends a test.
    pub send: Arc<SendNow>,
}

/// An event of which only an endpoint is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestEvent {
    /// Its id, which no other event has.
    pub id: String,
    /// The CloudEvent.
    pub body: String,
}

/// How the sending of an event ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    /// Whether the endpoint took it.
    pub delivered: bool,
    /// The status of the answer, if there was one.
    pub status: Option<u16>,
    /// How long it took.
    pub took: SignedDuration,
    /// Why there was no answer, or why it was no good.
    pub error: Option<String>,
    /// The beginning of the answer's body.
    pub response: Option<String>,
}

/// Without anything that sends: no subscription can be made.
impl Default for Webhooks {
    fn default() -> Self {
        let nothing_sends = || Sent { error: Some("nothing sends".into()), ..Sent::default() };
        Webhooks {
            secret: None,
            check: Arc::new(|_| Ok(())),
            send: Arc::new(move |_, _| Box::pin(std::future::ready(nothing_sends()))),
        }
    }
}

impl fmt::Debug for Webhooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Webhooks")
    }
}

pub(super) fn routes() -> Routes {
    Family::ALL.into_iter().fold(Routes::default(), of_family)
}

fn of_family(routes: Routes, family: Family) -> Routes {
    let all = format!("{}/subscriptions", family.path());
    let one = format!("{all}/{{subscription}}");
    let below = |word: &str| format!("{one}/{word}");
    let heading = HEADING.0;
    routes
        .on(Method::Post, (heading, &all), create::handler, create::doc(family))
        .on(Method::Get, (heading, &all), list::handler, list::doc(family))
        .on(Method::Get, (heading, &one), read::handler, read::doc(family))
        .on(Method::Patch, (heading, &one), change::handler, change::doc(family))
        .on(Method::Delete, (heading, &one), delete::handler, delete::doc(family))
        .on(Method::Post, (heading, &below("rotate")), rotate::handler, rotate::doc(family))
        .on(Method::Post, (heading, &below("test")), test::handler, test::doc(family))
        .on(Method::Get, (heading, &below("deliveries")), deliveries::handler, deliveries::doc(family))
        .on(Method::Get, (heading, &below("dead-letters")), deliveries::dead, deliveries::doc_of_dead(family))
        .on(Method::Post, (heading, &below("replay")), replay::handler, replay::doc(family))
}

/// An endpoint for the subscriptions of such owners.
fn doc(family: Family, (id, summary): (&str, &str)) -> Doc {
    family.named(Doc::new(format!("{id}{}", family.suffix()), summary))
}

/// An endpoint for one of them.
fn doc_of_one(family: Family, name: (&str, &str)) -> Doc {
    doc(family, name)
        .path(
            "subscription",
            form::text("^[0-9a-f]{32}$", "The id of a subscription.", examples::ID),
            "The subscription.",
        )
        .refuses([MissingSubscription.into()])
}

//! How the outbox is put together.

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use secrecy::ExposeSecret;

use crate::api;
use crate::config::{Delivery, HumanDuration};
use crate::domain::clock::Clock;
use crate::domain::delivery::{Ending, Patience};
use crate::domain::subscription::{Subscription, SubscriptionId, WebhookUrl};
use crate::observe::DeliveryCounts;
use crate::outbox::{
    ClientSettings, Guard, Lookup, Outbox, OutboxSettings, RelayAnswer, RelayJudge, Reply, Secrets, Sender,
    Tally, Webhooks,
};
use crate::soap;
use crate::store::{FeedWatch, Store};

use super::{Parts, StartError};

/// How much longer than a delivery can last nobody else sends it: until its end is written.
const SLACK: SignedDuration = SignedDuration::from_secs(10);

/// What sends to endpoints, as long as there is a key to sign with, and what judges them.
#[derive(Clone)]
pub(super) struct Deliverer {
    client: ClientSettings,
    webhooks: Option<Webhooks>,
}

impl Deliverer {
    pub(super) fn new(config: &Delivery, store: &Store, clock: &Clock) -> Result<Self, StartError> {
        let authorities = match &config.ca_file {
            Some(file) => Some(std::fs::read(file).map_err(|source| StartError::Authorities { source })?),
            None => None,
        };
        let client = ClientSettings {
            guard: Guard::new(config.allow_networks.clone()),
            lookup: Lookup::system(),
            connect_timeout: config.connect_timeout.get(),
            timeout: config.timeout.get(),
            authorities,
            identity: None,
            most: ClientSettings::BEGINNING,
        };
        let sender = Sender::new(&client)?;
        let webhooks = config.master_key.clone().map(|master_key| Webhooks {
            store: store.clone(),
            clock: clock.clone(),
            sender,
            secrets: Secrets::new(master_key),
            judge: RelayJudge::new(judge),
        });
        Ok(Deliverer { client, webhooks })
    }

    /// What may be reached.
    pub(super) fn guard(&self) -> Guard {
        self.client.guard.clone()
    }

    /// What reaches endpoints that have to answer sooner.
    pub(super) fn sender_within(&self, timeout: Duration) -> Result<Sender, StartError> {
        Ok(Sender::new(&ClientSettings { connect_timeout: timeout, timeout, ..self.client.clone() })?)
    }

    /// What the API needs of it.
    pub(super) fn for_api(&self) -> api::Webhooks {
        let guard = self.guard();
        let check = move |url: &WebhookUrl| match guard.endpoint(url.as_str()) {
            Ok(_) => Ok(()),
            Err(why) => Err(why.to_string()),
        };
        let Some(webhooks) = self.webhooks.clone() else {
            return api::Webhooks { check: Arc::new(check), ..api::Webhooks::default() };
        };
        let secrets = webhooks.secrets.clone();
        api::Webhooks {
            secret: Some(Arc::new(move |id: &SubscriptionId, number| {
                secrets.of(id.as_str(), number).shown().expose_secret().to_owned()
            })),
            check: Arc::new(check),
            send: Arc::new(move |subscription: Subscription, event: api::TestEvent| {
                let webhooks = webhooks.clone();
                Box::pin(async move {
                    let reply = webhooks.try_now(&subscription, &event.id, event.body).await;
                    sent(reply)
                })
            }),
        }
    }
}

fn sent(reply: Reply) -> api::Sent {
    api::Sent {
        delivered: reply.ending == Ending::Taken,
        status: reply.status,
        took: reply.took,
        error: reply.error,
        response: reply.response,
    }
}

fn judge(operation: &str, answer: &[u8]) -> RelayAnswer {
    if soap::has_receipt(operation, answer) { RelayAnswer::Taken } else { RelayAnswer::Refused }
}

impl Parts {
    /// Starts to deliver events.
    pub(super) fn start_outbox(&self, config: &Delivery, feeds: FeedWatch) {
        let tally = Arc::new(Tally::default());
        let outbox = Outbox {
            store: self.store.clone(),
            registry: self.registry.clone(),
            clock: self.clock.clone(),
            randomness: self.randomness.clone(),
            webhooks: self.webhooks.webhooks.clone(),
            settings: settings(config),
            tally: Arc::clone(&tally),
        };
        self.metrics.watch_deliveries(move || shown(&tally));
        self.shutdown.tasks().spawn(outbox.run(feeds, self.shutdown.soft(), self.shutdown.hard()));
    }
}

fn settings(config: &Delivery) -> OutboxSettings {
    OutboxSettings {
        per_endpoint: config.per_endpoint.as_usize(),
        at_once: config.at_once.as_usize(),
        lease: signed(config.timeout).saturating_add(SLACK),
        patience: Patience {
            give_up_after: signed(config.give_up_after),
            disable_after: signed(config.disable_after),
        },
        keep: signed(config.keep),
    }
}

fn signed(duration: HumanDuration) -> SignedDuration {
    SignedDuration::try_from(duration.get()).unwrap_or(SignedDuration::MAX)
}

fn shown(tally: &Tally) -> DeliveryCounts {
    let counts = tally.counts();
    DeliveryCounts {
        outcomes: vec![
            ("delivered", counts.delivered),
            ("failed", counts.failed),
            ("dead", counts.dead),
            ("lost", counts.lost),
        ],
        pending: counts.pending,
        oldest_seconds: counts.oldest_seconds,
        disabled: counts.disabled,
    }
}

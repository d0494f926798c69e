//! How the outbox is put together.

use std::sync::Arc;

use jiff::SignedDuration;

use crate::config::{Delivery, HumanDuration};
use crate::domain::clock::Clock;
use crate::domain::delivery::Patience;
use crate::observe::DeliveryCounts;
use crate::outbox::{
    ClientSettings, Guard, Lookup, Outbox, OutboxSettings, RelayAnswer, RelayJudge, Secrets, Sender, Tally,
    Webhooks,
};
use crate::soap;
use crate::store::{FeedWatch, Store};

use super::{Parts, StartError};

/// How much longer than a delivery can last nobody else sends it: until its end is written.
const SLACK: SignedDuration = SignedDuration::from_secs(30);

/// What reaches endpoints, and what signs.
pub(super) fn webhooks(
    config: &Delivery,
    store: &Store,
    clock: &Clock,
) -> Result<Option<Webhooks>, StartError> {
    let authorities = match &config.ca_file {
        Some(file) => Some(std::fs::read(file).map_err(|source| StartError::Authorities { source })?),
        None => None,
    };
    let sender = Sender::new(&ClientSettings {
        guard: Guard::new(config.allow_networks.clone()),
        lookup: Lookup::system(),
        connect_timeout: config.connect_timeout.get(),
        timeout: config.timeout.get(),
        authorities,
    })?;
    Ok(config.master_key.clone().map(|master_key| Webhooks {
        store: store.clone(),
        clock: clock.clone(),
        sender,
        secrets: Secrets::new(master_key),
        judge: RelayJudge::new(judge),
    }))
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
            webhooks: self.webhooks.clone(),
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

//! Sends what is due, over and over, until it is told to stop.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::SignedDuration;
use tokio::task::{Id, JoinError, JoinSet};
use tokio_util::sync::CancellationToken;

use crate::domain::clock::Clock;
use crate::domain::delivery::{Ending, Patience, Tries, next};
use crate::domain::randomness::Randomness;
use crate::domain::subscription::{Subscription, SubscriptionId};
use crate::registry::RegistryView;
use crate::store::{
    Claimed, DeliveryName, FeedWatch, Hold, Room, Settlement, Store, StoreError, Tried, Written,
};

use super::fan_out::FanOut;
use super::tally::Tally;
use super::webhooks::Webhooks;

/// How long nothing is looked at, if nothing happens.
const PAUSE: Duration = Duration::from_millis(250);

/// How often it is looked for new subscriptions of feeds that stand still.
const LOOK: Duration = Duration::from_secs(1);

/// How many results are written by one transaction, and how many deliveries are taken by one.
const BATCH: usize = 64;

/// How often old deliveries are forgotten and what waits is counted.
const UPKEEP: Duration = Duration::from_secs(15);

/// How much is done at once and how long failures are borne with.
#[derive(Clone, Copy, Debug)]
pub struct OutboxSettings {
    /// Deliveries under way to one endpoint, whoever sends them.
    pub per_endpoint: usize,
    /// Deliveries under way in all.
    pub at_once: usize,
    /// How long nobody else may send what this process has taken: longer than a delivery can last.
    pub lease: SignedDuration,
    /// How long failures are borne with.
    pub patience: Patience,
    /// How long deliveries that are done are kept.
    pub keep: SignedDuration,
}

/// The parts of the outbox.
#[derive(Clone, Debug)]
pub struct Outbox {
    /// Where events are.
    pub store: Store,
    /// Which institutions a broker serves.
    pub registry: RegistryView,
    /// What time it is.
    pub clock: Clock,
    /// Spreads what failed together.
    pub randomness: Randomness,
    /// What sends; without it, deliveries are made and wait.
    pub webhooks: Option<Webhooks>,
    /// How much and how long.
    pub settings: OutboxSettings,
    /// What is counted.
    pub tally: Arc<Tally>,
}

impl Outbox {
    /// Delivers until the soft stop, then finishes what is under way or, at the hard stop, gives it back.
    pub async fn run(self, mut feeds: FeedWatch, soft: CancellationToken, hard: CancellationToken) {
        if let Err(error) = self.store.free_deliveries().await {
            tracing::warn!(%error, "deliveries of before wait until their leases run out");
        }
        let mut worker = Worker::new(self);
        while !soft.is_cancelled() {
            let heads = feeds.heads();
            let round = worker.round(&heads).await;
            worker.tell(&round);
            if matches!(round, Ok(Round::More)) {
                continue;
            }
            tokio::select! {
                () = soft.cancelled() => {}
                () = feeds.moved() => worker.looked = None,
                Some(ended) = worker.sending.join_next_with_id() => worker.take_note(ended),
                () = tokio::time::sleep(PAUSE) => {}
            }
        }
        worker.finish(hard).await;
    }
}

/// Whether there is more to do at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Round {
    Done,
    More,
}

struct Worker {
    outbox: Outbox,
    fan_out: FanOut,
    sending: JoinSet<Option<Tried>>,
    /// What is under way, and who holds it.
    held: HashMap<Id, (DeliveryName, i64)>,
    /// What ended and is still to be written.
    ended: Vec<Tried>,
    /// The subscription that was served last.
    served: Option<SubscriptionId>,
    looked: Option<Instant>,
    kept_up: Option<Instant>,
    /// Whether there may be deliveries that are old enough to be forgotten.
    forgets: bool,
    fails: bool,
}

impl Worker {
    fn new(outbox: Outbox) -> Self {
        let fan_out = FanOut {
            store: outbox.store.clone(),
            registry: outbox.registry.clone(),
            clock: outbox.clock.clone(),
            places: Default::default(),
        };
        Worker {
            outbox,
            fan_out,
            sending: JoinSet::new(),
            held: HashMap::new(),
            ended: Vec::new(),
            served: None,
            looked: None,
            kept_up: None,
            forgets: true,
            fails: false,
        }
    }

    async fn round(&mut self, heads: &crate::store::Heads) -> Result<Round, StoreError> {
        while let Some(ended) = self.sending.try_join_next_with_id() {
            self.take_note(ended);
        }
        self.settle().await?;
        let mut more = false;
        if self.looked.is_none_or(|at| at.elapsed() >= LOOK) {
            more = self.fan_out.step(heads).await?;
            self.looked = (!more).then(Instant::now);
        }
        let taken = self.claim().await?;
        if self.kept_up.is_none_or(|at| at.elapsed() >= UPKEEP) {
            self.keep_up().await?;
            self.kept_up = Some(Instant::now());
            self.forgets = true;
        }
        if self.forgets {
            self.forgets = self.forget().await?;
        }
        Ok(if more || taken == BATCH { Round::More } else { Round::Done })
    }

    /// Says once that the database fails, and once that it is back.
    fn tell(&mut self, round: &Result<Round, StoreError>) {
        match round {
            Err(error) if !self.fails => tracing::warn!(%error, "deliveries wait for the database"),
            Ok(_) if self.fails => tracing::info!("deliveries go on"),
            Ok(_) | Err(_) => {}
        }
        self.fails = round.is_err();
    }

    /// Takes deliveries that are due and sends them; how many.
    async fn claim(&mut self) -> Result<usize, StoreError> {
        let Outbox { store, clock, randomness, webhooks, settings, .. } = &self.outbox;
        let Some(webhooks) = webhooks else { return Ok(0) };
        let busy = self.held.len() + self.ended.len();
        let room = Room {
            total: settings.at_once.saturating_sub(busy).min(BATCH),
            per_endpoint: settings.per_endpoint,
        };
        if room.total == 0 {
            return Ok(0);
        }
        let now = clock.now();
        let mut due = store.due_subscriptions(now, self.served.as_ref()).await?;
        let under_way =
            |one: &Subscription| self.held.values().filter(|(name, _)| name.subscription == one.id).count();
        due.retain(|one| under_way(one) < if one.health.is_down() { 1 } else { settings.per_endpoint });
        if due.is_empty() {
            return Ok(0);
        }
        // Another number each time: what a lease that ran out has led to is not taken for what the next one did.
        let holder = i64::from_ne_bytes(randomness.number().to_ne_bytes());
        let until = now.saturating_add(settings.lease).unwrap_or(jiff::Timestamp::MAX);
        let claimed = store.claim_deliveries(&due, Hold { holder, now, until }, room).await?;
        let by_id: HashMap<&SubscriptionId, &Subscription> = due.iter().map(|one| (&one.id, one)).collect();
        let taken = claimed.len();
        for claimed in claimed {
            let Some(subscription) = by_id.get(&claimed.name.subscription) else { continue };
            self.served = Some(subscription.id.clone());
            let (held, attempt) =
                ((claimed.name.clone(), claimed.holder), Attempt::new(&self.outbox, webhooks));
            let task = self.sending.spawn(attempt.run((*subscription).clone(), claimed));
            self.held.insert(task.id(), held);
        }
        Ok(taken)
    }

    fn take_note(&mut self, ended: Result<(Id, Option<Tried>), JoinError>) {
        match ended {
            Ok((id, tried)) => {
                self.held.remove(&id);
                self.ended.extend(tried);
            }
            Err(error) => {
                tracing::error!("a delivery was abandoned by a panic");
                self.held.remove(&error.id());
            }
        }
    }

    async fn settle(&mut self) -> Result<(), StoreError> {
        while !self.ended.is_empty() {
            let some = self.ended.get(..BATCH.min(self.ended.len())).unwrap_or_default();
            let settlement = Settlement {
                tries: some,
                patience: &self.outbox.settings.patience,
                now: self.outbox.clock.now(),
            };
            let written = self.outbox.store.settle_deliveries(settlement).await?;
            for (tried, written) in some.iter().zip(&written) {
                self.outbox.tally.count(tried, *written);
                if let Written::Disabled(reason) = written {
                    let (subscription, reason) = (tried.name.subscription.as_str(), reason.word());
                    tracing::error!(subscription, reason, "the endpoint of a subscription is disabled");
                }
            }
            self.ended.drain(..written.len());
        }
        Ok(())
    }

    /// Forgets some of what is old; whether there may be more. Little at a time, but over and over: what is
    /// delivered in an hour must be forgotten in an hour.
    async fn forget(&self) -> Result<bool, StoreError> {
        let Outbox { store, clock, settings, .. } = &self.outbox;
        let before = clock.now().saturating_sub(settings.keep).unwrap_or(jiff::Timestamp::MIN);
        store.purge_deliveries(before).await
    }

    /// Counts what waits.
    async fn keep_up(&mut self) -> Result<(), StoreError> {
        let Outbox { store, clock, tally, webhooks, .. } = &self.outbox;
        let now = clock.now();
        let backlog = store.backlog().await?;
        if webhooks.is_none() && backlog.pending > 0 {
            tracing::warn!(pending = backlog.pending, "deliveries wait: delivery.master_key is not set");
        }
        tally.waiting(backlog, now);
        Ok(())
    }

    async fn finish(mut self, hard: CancellationToken) {
        loop {
            tokio::select! {
                () = hard.cancelled() => break,
                ended = self.sending.join_next_with_id() => match ended {
                    Some(ended) => self.take_note(ended),
                    None => break,
                }
            }
        }
        self.sending.abort_all();
        if let Err(error) = self.settle().await {
            tracing::warn!(%error, "what came of deliveries could not be written; they are sent again");
        }
        let held: Vec<(DeliveryName, i64)> = self.held.into_values().collect();
        if !held.is_empty() && self.outbox.store.release_deliveries(&held).await.is_err() {
            tracing::warn!("deliveries that were under way wait for the end of their lease");
        }
    }
}

/// What one delivery needs.
struct Attempt {
    webhooks: Webhooks,
    clock: Clock,
    randomness: Randomness,
    patience: Patience,
}

impl Attempt {
    fn new(outbox: &Outbox, webhooks: &Webhooks) -> Self {
        Attempt {
            webhooks: webhooks.clone(),
            clock: outbox.clock.clone(),
            randomness: outbox.randomness.clone(),
            patience: outbox.settings.patience,
        }
    }

    /// None if the database failed first: then nothing was sent, and the lease runs out.
    async fn run(self, subscription: Subscription, claimed: Claimed) -> Option<Tried> {
        let reply = match self.webhooks.deliver(&subscription, &claimed).await {
            Ok(reply) => reply,
            Err(error) => {
                tracing::warn!(%error, "what was to be delivered could not be read");
                return None;
            }
        };
        let tries = Tries { count: claimed.attempts + 1, first_at: claimed.first_at.unwrap_or(reply.at) };
        let ended = next(reply.ending, tries, self.clock.now(), &self.patience, self.randomness.number());
        let subscription = claimed.name.subscription.as_str();
        if reply.ending != Ending::Taken {
            tracing::debug!(subscription, status = reply.status, "a delivery failed");
        }
        Some(Tried {
            name: claimed.name,
            holder: claimed.holder,
            at: reply.at,
            took: reply.took,
            status: reply.status,
            error: reply.error,
            response: reply.response,
            ending: reply.ending,
            next: ended,
        })
    }
}

//! An outbox over a database of its own, with a clock that can be moved.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use varco::domain::clock::{Clock, ClockHand};
use varco::domain::delivery::Patience;
use varco::domain::event::Feed;
use varco::domain::ids::Iupd;
use varco::domain::position::OptionShape;
use varco::domain::randomness::Randomness;
use varco::domain::segregation::Segregation;
use varco::domain::subscription::*;
use varco::outbox::{
    ClientSettings, Guard, Lookup, Outbox, OutboxSettings, RelayAnswer, RelayJudge, Secrets, Sender, Tally,
    Webhooks,
};
use varco::registry::RegistryView;
use varco::store::{
    BookReceipt, DeliveryPage, FirstEvents, LoggedDelivery, Store, StoredEvent, Switch, TermsChange,
};

use super::receiver::Receiver;
use super::support::{TestDatabase, api, samples};

pub const MASTER_KEY: &str = "a master key of the tests, long enough";
/// How long a delivery may take.
pub const TIMEOUT: Duration = Duration::from_millis(400);

pub fn secrets() -> Secrets {
    Secrets::new(SecretString::from(MASTER_KEY))
}

pub fn settings() -> OutboxSettings {
    OutboxSettings {
        per_endpoint: 8,
        at_once: 64,
        // The clock of a test runs fast.
        lease: SignedDuration::from_hours(1),
        patience: Patience {
            give_up_after: SignedDuration::from_hours(72),
            disable_after: SignedDuration::from_hours(120),
        },
        keep: SignedDuration::from_hours(2160),
    }
}

pub fn client(guard: &[&str], lookup: Lookup) -> ClientSettings {
    ClientSettings {
        guard: Guard::new(guard.iter().map(|network| network.parse().unwrap()).collect()),
        lookup,
        connect_timeout: Duration::from_secs(2),
        timeout: TIMEOUT,
        authorities: None,
        identity: None,
        most: ClientSettings::BEGINNING,
    }
}

/// A running outbox.
pub struct Running {
    pub soft: CancellationToken,
    pub hard: CancellationToken,
    pub task: JoinHandle<()>,
    pub tally: Arc<Tally>,
}

impl Running {
    /// Stops it softly.
    pub async fn stop(self) {
        self.soft.cancel();
        self.task.await.unwrap();
    }
}

pub struct Setup {
    pub store: Store,
    pub clock: Clock,
    pub hand: ClockHand,
    pub engine: &'static str,
    pub database: TestDatabase,
    pub draws: Arc<AtomicU64>,
}

impl Setup {
    pub async fn new(database: TestDatabase) -> Self {
        let store = database.store().await;
        api::seed(&store).await;
        let (clock, hand) = Clock::manual(samples::now());
        Setup { store, clock, hand, engine: database.engine, database, draws: Arc::default() }
    }

    pub fn webhooks(&self, client: &ClientSettings) -> Webhooks {
        Webhooks {
            store: self.store.clone(),
            clock: self.clock.clone(),
            sender: Sender::new(client).unwrap(),
            secrets: secrets(),
            judge: RelayJudge::new(|operation, answer| {
                let taken = varco::soap::has_receipt(operation, answer);
                if taken { RelayAnswer::Taken } else { RelayAnswer::Refused }
            }),
        }
    }

    /// Starts an outbox that reaches this machine.
    pub async fn start(&self) -> Running {
        let webhooks = self.webhooks(&client(&["127.0.0.0/8"], Lookup::system()));
        self.start_with(&self.store, Some(webhooks), settings()).await
    }

    pub async fn start_with(
        &self,
        store: &Store,
        webhooks: Option<Webhooks>,
        settings: OutboxSettings,
    ) -> Running {
        let tally = Arc::new(Tally::default());
        let draws = Arc::clone(&self.draws);
        let outbox = Outbox {
            store: store.clone(),
            registry: RegistryView::new(store.parties().await.unwrap()),
            clock: self.clock.clone(),
            randomness: Randomness::new(move || draws.fetch_add(1, Ordering::SeqCst)),
            webhooks,
            settings,
            tally: Arc::clone(&tally),
        };
        let (soft, hard) = (CancellationToken::new(), CancellationToken::new());
        let feeds = store.watch_feeds(Duration::from_millis(50));
        let task = tokio::spawn(outbox.run(feeds, soft.clone(), hard.clone()));
        Running { soft, hard, task, tally }
    }

    /// Subscribes an endpoint to all events of the institution.
    pub async fn subscribe(&self, receiver: &Receiver) -> Subscription {
        let owner = SubscriptionOwner::Organization(samples::ec());
        self.subscribe_as(owner, SubscriptionForm::Event, &receiver.url()).await
    }

    pub async fn subscribe_as(
        &self,
        owner: SubscriptionOwner,
        form: SubscriptionForm,
        url: &str,
    ) -> Subscription {
        let mut subscription = subscription(owner, form, (url, self.clock.now()));
        subscription.id = SubscriptionId::drawn(7, self.draws.fetch_add(1, Ordering::SeqCst));
        self.store.add_subscription(&subscription, FirstEvents::Kept).await.unwrap();
        subscription
    }

    pub async fn enable(&self, subscription: &Subscription) {
        let change = TermsChange { switch: Some(Switch::On), ..TermsChange::default() };
        self.store.change_subscription(&subscription.id, &change, self.clock.now()).await.unwrap().unwrap();
    }

    pub async fn known(&self, subscription: &Subscription) -> Subscription {
        self.store.subscription(&subscription.id).await.unwrap().unwrap()
    }

    /// Creates a position of that base; one event.
    pub async fn create(&self, base: u64) {
        let option = samples::option(1, OptionShape::Single, vec![samples::notice(base, 10_000)]);
        self.store.create_position(&samples::position(&format!("p{base}"), vec![option])).await.unwrap();
    }

    /// Cancels a position or takes that back; one event.
    pub async fn toggle(&self, base: u64) {
        let (ec, iupd, now) = (samples::ec(), Iupd::new(&format!("p{base}")).unwrap(), self.clock.now());
        let change = |position: &mut varco::domain::position::Position| {
            let history = &mut position.history;
            history.invalidated_at = if history.invalidated_at.is_some() { None } else { Some(now) };
            history.version += 1;
            Ok::<(), ()>(())
        };
        self.store.change_position(&ec, &iupd, change).await.unwrap().unwrap().unwrap();
    }

    pub async fn pay(&self, base: u64, raw: &str) {
        let receipt = samples::receipt(&format!("receipt-{base}"), base, 10_000);
        let (primitive, raw, received_at) = ("paSendRTV2", Bytes::from(raw.to_owned()), self.clock.now());
        self.store
            .book_receipt(BookReceipt { receipt, primitive, raw, received_at, deliver_to: None })
            .await
            .unwrap();
    }

    /// The events of the institution that [`subscribe`](Self::subscribe) asks for.
    pub async fn events(&self) -> Vec<StoredEvent> {
        self.events_of(samples::EC).await
    }

    pub async fn events_of(&self, feed: &str) -> Vec<StoredEvent> {
        let events = self.store.events_after(&Feed::new(feed).unwrap(), 0, 10_000).await.unwrap();
        events.into_iter().filter(|event| !event.kind.starts_with("varco.subscription.")).collect()
    }

    /// The deliveries of a subscription in the order of the events, with their log.
    pub async fn log(&self, subscription: &Subscription) -> Vec<LoggedDelivery> {
        let page =
            DeliveryPage { subscription: subscription.id.clone(), state: None, after: None, limit: 1000 };
        let mut log = self.store.deliveries(&page).await.unwrap();
        log.reverse();
        log
    }

    pub fn pass(&self, time: SignedDuration) {
        self.hand.advance(time);
    }
}

/// Waits until something holds.
#[track_caller]
pub fn soon(what: &'static str) -> impl AsyncFn(&mut dyn FnMut() -> bool) {
    async move |holds: &mut dyn FnMut() -> bool| {
        let begun = Instant::now();
        while !holds() {
            assert!(begun.elapsed() < Duration::from_secs(20), "{what}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

/// Waits until an endpoint has taken so many events.
pub async fn taken(receiver: &Receiver, count: usize) {
    soon("the endpoint has all")(&mut || receiver.taken().len() >= count).await;
}

/// Waits until so many requests came.
pub async fn came(receiver: &Receiver, count: usize) {
    soon("the requests came")(&mut || receiver.seen().len() >= count).await;
}

/// A subscription to what happens to positions, options and receipts: not to itself.
pub fn subscription(
    owner: SubscriptionOwner,
    form: SubscriptionForm,
    (url, now): (&str, Timestamp),
) -> Subscription {
    Subscription {
        id: SubscriptionId::drawn(7, 7),
        owner,
        form,
        terms: SubscriptionTerms {
            label: samples::text("Ragioneria"),
            url: WebhookUrl::new(url).unwrap(),
            filter: EventFilter {
                types: ["varco.position.*", "varco.receipt.*", "varco.option.*"]
                    .map(|types| TypePattern::new(types).unwrap())
                    .into(),
                codes: Segregation::Every,
            },
        },
        secret_no: 1,
        previous_until: None,
        created_at: now,
        created_by: "tests".to_owned(),
        disabled: None,
        health: EndpointHealth { failing_since: None, failures: 0, not_before: Timestamp::UNIX_EPOCH },
    }
}

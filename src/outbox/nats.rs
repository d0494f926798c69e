//! Publishes every event to NATS JetStream, each feed in its order.
//!
//! A process takes a feed, sends up to [`AT_ONCE`] events without waiting, waits for the confirmations in
//! order, and notes the last. What was sent and not noted is sent again with the same message id, which the
//! stream takes once as long as its window for duplicates is open.

mod link;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use prometheus_client::metrics::gauge::Gauge;
use secrecy::SecretString;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::domain::clock::Clock;
use crate::domain::event::Feed;
use crate::store::{FeedWatch, Published, Publishing, Store, StoreError, StoredEvent};

use link::{Link, LinkError};

/// How many events of a feed are under way at once.
const AT_ONCE: u32 = 64;

/// How many feeds are worked on together.
const FEEDS_AT_ONCE: usize = 4;

/// How often it is looked for feeds that another process left.
const LOOK: Duration = Duration::from_secs(1);

/// How long confirmations may take.
const CONFIRMED: Duration = Duration::from_secs(5);

/// The first and the longest pause after a failure.
const PAUSES: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(10));

/// Where and how events are published.
#[derive(Clone, Debug)]
pub struct NatsSettings {
    /// The servers of one cluster, as URLs.
    pub servers: Vec<String>,
    /// The stream, made if it is not there.
    pub stream: String,
    /// What subjects begin with.
    pub prefix: String,
    /// Who we are.
    pub login: NatsLogin,
    /// A PEM file of the authorities that sign the servers' certificates; those of the system if there is none.
    pub authorities: Option<PathBuf>,
    /// How long a stream that is made knows message ids.
    pub duplicate_window: Duration,
}

/// What we show to the servers.
#[derive(Clone, Debug)]
pub enum NatsLogin {
    /// Nothing.
    Anonymous,
    /// A name and a password.
    Password(String, SecretString),
    /// A file of credentials, as `nsc` writes it.
    Credentials(PathBuf),
}

/// Publishes events until it is told to stop.
#[derive(Debug)]
pub struct Publisher {
    /// Where events are.
    pub store: Store,
    /// Wakes it.
    pub watch: FeedWatch,
    /// What time it is.
    pub clock: Clock,
    /// A number that no other process draws.
    pub worker: i64,
    /// Where and how.
    pub settings: NatsSettings,
    /// Shows how many events are not published yet.
    pub unpublished: Gauge,
}

/// Why nothing can be published now.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error(transparent)]
    Link(#[from] LinkError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Publisher {
    /// Works until told to stop; the feeds are then given back.
    pub async fn run(mut self, stop: CancellationToken) {
        let mut pause = None;
        while !stop.is_cancelled() {
            let trouble = match self.while_connected(&stop, &mut pause).await {
                Ok(()) => break,
                Err(trouble) => trouble,
            };
            // Told once, however long it lasts.
            if pause.is_none() {
                tracing::warn!(error = %trouble, "events are not published to NATS for now");
            }
            let wait = pause.map_or(PAUSES.0, |last: Duration| (last * 2).min(PAUSES.1));
            pause = Some(wait);
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(wait) => {}
            }
            if let Err(error) = self.look().await {
                tracing::debug!(%error, "nobody knows how many events are not published");
            }
        }
        let name = self.name();
        if let Err(error) = self.store.release_feeds(self.who(&name)).await {
            tracing::warn!(%error, "the feeds that were published are held for a while longer");
        }
    }

    async fn while_connected(
        &mut self,
        stop: &CancellationToken,
        pause: &mut Option<Duration>,
    ) -> Result<(), Trouble> {
        let link = Link::open(&self.settings).await?;
        if pause.take().is_some() {
            tracing::info!("events are published to NATS again");
        }
        let mut turn = 0;
        while !stop.is_cancelled() {
            if self.round(&link, turn).await? {
                turn += 1;
                continue;
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = self.watch.moved() => {}
                () = tokio::time::sleep(LOOK) => {}
                () = link.lost() => return Err(LinkError::Lost.into()),
            }
        }
        Ok(())
    }

    fn name(&self) -> String {
        format!("nats:{}", self.settings.stream)
    }

    fn who<'a>(&self, name: &'a str) -> Publishing<'a> {
        Publishing { name, worker: self.worker, now: self.clock.now() }
    }

    /// The feeds that have events to publish and that may be taken, with their places. Counts what waits.
    async fn look(&self) -> Result<Vec<Feed>, StoreError> {
        let heads = self.watch.heads();
        let published = self.store.published(self.who(&self.name())).await?;
        let known: BTreeMap<&str, &Published> =
            published.iter().map(|one| (one.feed.as_str(), one)).collect();
        let behind = |feed: &str, head: i64| head - known.get(feed).map_or(0, |one| one.done);
        let waiting = heads.iter().map(|(feed, head)| behind(feed, *head).max(0)).sum();
        self.unpublished.set(waiting);
        let free = |feed: &str| known.get(feed).is_none_or(|one| one.free);
        let open = heads.iter().filter(|(feed, head)| behind(feed, **head) > 0 && free(feed));
        Ok(open.filter_map(|(feed, _)| Feed::new(feed)).collect())
    }

    /// Publishes some events of some feeds; whether there were any.
    async fn round(&self, link: &Link, turn: usize) -> Result<bool, Trouble> {
        let mut feeds = self.look().await?;
        if !feeds.is_empty() {
            // Each is the first in turn.
            let first = turn % feeds.len();
            feeds.rotate_left(first);
        }
        let name = self.name();
        let mut batch = Vec::new();
        for feed in feeds {
            if batch.len() == FEEDS_AT_ONCE {
                break;
            }
            let Some(done) = self.store.claim_feed(self.who(&name), &feed).await? else { continue };
            let events = self.store.events_after(&feed, done, AT_ONCE).await?;
            if !events.is_empty() {
                batch.push((feed, events));
            }
        }
        if batch.is_empty() {
            return Ok(false);
        }
        let (confirmed, ended) = self.send(link, batch).await;
        self.store.note_published(self.who(&name), &confirmed).await?;
        ended?;
        Ok(true)
    }

    /// Sends events and waits for their confirmations: the last of each feed before which none is missing.
    async fn send(
        &self,
        link: &Link,
        batch: Vec<(Feed, Vec<StoredEvent>)>,
    ) -> (Vec<(Feed, i64)>, Result<(), LinkError>) {
        let mut sent = Vec::with_capacity(batch.len());
        let mut ended = Ok(());
        for (feed, events) in batch {
            let mut confirmations = Vec::with_capacity(events.len());
            for event in events {
                match link.send(&self.settings.prefix, &event).await {
                    Ok(confirmation) => confirmations.push((event.seq, confirmation)),
                    Err(error) => {
                        ended = Err(error);
                        break;
                    }
                }
            }
            sent.push((feed, confirmations));
        }
        let mut confirmed = Vec::with_capacity(sent.len());
        let until = Instant::now() + CONFIRMED;
        for (feed, confirmations) in sent {
            let mut last = None;
            for (seq, confirmation) in confirmations {
                match confirmation.by(until).await {
                    Ok(()) => last = Some(seq),
                    Err(error) => {
                        ended = Err(error);
                        break;
                    }
                }
            }
            confirmed.extend(last.map(|seq| (feed, seq)));
        }
        (confirmed, ended)
    }
}

//! Events in NATS JetStream: every one, in the order of its feed, once by its id.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

mod support;

#[path = "nats/processes.rs"]
mod processes;
#[path = "nats/server.rs"]
mod server;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use prometheus_client::metrics::gauge::Gauge;
use secrecy::SecretString;
use server::{Kept, STREAM, Server};
use support::trouble::Intruder;
use support::{TestDatabase, api, on_both, pki, samples};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use varco::domain::clock::{Clock, ClockHand};
use varco::domain::event::Feed;
use varco::domain::fiscal_code::FiscalCode;
use varco::outbox::{NatsLogin, NatsSettings, Publisher};
use varco::store::{BookReceipt, Store};

/// A task that publishes.
struct Running {
    task: JoinHandle<()>,
    stop: CancellationToken,
    unpublished: Gauge,
    clock: ClockHand,
}

static WORKERS: AtomicI64 = AtomicI64::new(1);

impl Running {
    async fn start(database: &TestDatabase, server: &Server) -> Running {
        Running::start_as(database, server, NatsLogin::Anonymous).await
    }

    async fn start_as(database: &TestDatabase, server: &Server, login: NatsLogin) -> Running {
        Running::start_over(database, server.url(), login, None).await
    }

    async fn start_over(
        database: &TestDatabase,
        url: String,
        login: NatsLogin,
        authorities: Option<PathBuf>,
    ) -> Running {
        let store = database.store().await;
        let (clock, hand) = Clock::manual(samples::now());
        let (unpublished, stop) = (Gauge::default(), CancellationToken::new());
        let publisher = Publisher {
            watch: store.watch_feeds(Duration::from_millis(20)),
            store,
            clock,
            worker: WORKERS.fetch_add(1, Ordering::SeqCst),
            settings: NatsSettings {
                servers: vec![url],
                stream: STREAM.to_owned(),
                prefix: "varco".to_owned(),
                login,
                authorities,
                duplicate_window: Duration::from_secs(600),
            },
            unpublished: unpublished.clone(),
        };
        let task = tokio::spawn(publisher.run(stop.clone()));
        Running { task, stop, unpublished, clock: hand }
    }

    async fn stop(self) {
        self.stop.cancel();
        self.task.await.unwrap();
    }

    /// Stops it as a kill does: nothing is given back.
    async fn kill(self) {
        self.task.abort();
        let _killed = self.task.await;
    }
}

/// A receipt for a notice that is not here: one event in the feed of that institution.
async fn book(store: &Store, ec: &str, number: u64) {
    let mut receipt = samples::receipt(&format!("receipt-{ec}-{number}"), number, 10_000);
    receipt.recipient = FiscalCode::new(ec).unwrap();
    let (primitive, raw, received_at) = ("paSendRTV2", Bytes::from_static(b"<x/>"), samples::now());
    store.book_receipt(BookReceipt { receipt, primitive, raw, received_at, deliver_to: None }).await.unwrap();
}

async fn seeded(database: &TestDatabase) -> Store {
    let store = database.store().await;
    api::seed(&store).await;
    store
}

/// Checks that the stream has what the feeds have: each event once, each feed in its order.
async fn is_complete(store: &Store, kept: &[Kept]) {
    let mut streamed: BTreeMap<String, Vec<&Kept>> = BTreeMap::new();
    for message in kept {
        let feed = message.subject.split('.').nth(1).unwrap().to_owned();
        streamed.entry(feed).or_default().push(message);
    }
    let heads = store.feed_heads().await.unwrap();
    assert_eq!(streamed.keys().collect::<Vec<_>>(), heads.keys().collect::<Vec<_>>());
    for (feed, messages) in streamed {
        let events = store.events_after(&Feed::new(&feed).unwrap(), 0, 100_000).await.unwrap();
        let bodies: Vec<&str> = events.iter().map(|event| event.body.as_str()).collect();
        assert_eq!(messages.iter().map(|one| one.body.as_str()).collect::<Vec<_>>(), bodies, "{feed}");
        for (message, event) in messages.iter().zip(&events) {
            assert_eq!(message.id, event.id());
            let kind = event.kind.strip_prefix("varco.").unwrap();
            assert_eq!(message.subject, format!("varco.{feed}.{kind}"));
        }
    }
}

async fn until(what: &str, done: impl AsyncFn() -> bool) {
    let end = Instant::now() + Duration::from_secs(20);
    while !done().await {
        assert!(Instant::now() < end, "{what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn every_event_of_every_feed_is_published_in_the_order_of_its_feed() {
    on_both(|database| async move {
        let server = Server::start();
        let store = seeded(&database).await;
        // More than are under way at once, before the publisher starts and while it works.
        for number in 1..=100 {
            book(&store, api::EC, number).await;
        }
        let publisher = Running::start(&database, &server).await;
        for number in 1..=30 {
            book(&store, api::OTHER_EC, number).await;
        }
        let all: i64 = store.feed_heads().await.unwrap().values().sum();
        server.wait_for(u64::try_from(all).unwrap()).await;
        until("nothing waits", async || publisher.unpublished.get() == 0).await;
        publisher.stop().await;
        is_complete(&store, &server.kept().await).await;
    })
    .await;
}

#[tokio::test]
async fn an_event_is_in_the_stream_within_a_second() {
    on_both(|database| async move {
        let server = Server::start();
        let store = seeded(&database).await;
        let publisher = Running::start(&database, &server).await;
        book(&store, api::EC, 1).await;
        server.wait_for(1).await;
        let subscriber = async_nats::connect(server.url()).await.unwrap();
        let mut messages = subscriber.subscribe("varco.>").await.unwrap();
        subscriber.flush().await.unwrap();
        book(&store, api::EC, 2).await;
        let next =
            std::future::poll_fn(|cx| futures_util::Stream::poll_next(std::pin::Pin::new(&mut messages), cx));
        let message =
            tokio::time::timeout(Duration::from_secs(1), next).await.expect("within a second").unwrap();
        assert!(String::from_utf8_lossy(&message.payload).contains(&format!("receipt-{}-2", api::EC)));
        publisher.stop().await;
    })
    .await;
}

#[tokio::test]
async fn what_was_sent_and_not_noted_is_in_the_stream_once() {
    on_both(|database| async move {
        let server = Server::start();
        let store = seeded(&database).await;
        for number in 1..=80 {
            book(&store, api::EC, number).await;
        }
        let all = u64::try_from(store.feed_heads().await.unwrap()[api::EC]).unwrap();
        let publisher = Running::start(&database, &server).await;
        server.wait_for(all).await;
        publisher.stop().await;
        // As if it had died between the confirmations and the note.
        let mut intruder = Intruder::enter(&database).await;
        for done in [0, 17] {
            intruder.run(&format!("UPDATE publisher SET done = {done}")).await;
            let again = Running::start(&database, &server).await;
            until("it is noted again", async || again.unpublished.get() == 0).await;
            book(&store, api::EC, 1000 + done).await;
            let feeds = store.feed_heads().await.unwrap();
            server.wait_for(u64::try_from(feeds[api::EC]).unwrap()).await;
            again.stop().await;
            is_complete(&store, &server.kept().await).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_server_that_is_away_costs_no_event_and_no_order() {
    on_both(|database| async move {
        let mut server = Server::start();
        let store = seeded(&database).await;
        let publisher = Running::start(&database, &server).await;
        let writing = {
            let store = store.clone();
            tokio::spawn(async move {
                for number in 1..=400 {
                    book(&store, api::EC, number).await;
                    book(&store, api::OTHER_EC, number).await;
                    tokio::time::sleep(Duration::from_millis(4)).await;
                }
            })
        };
        for count in [40, 200] {
            server.wait_for(count).await;
            server.stop();
            until("what waits is counted", async || publisher.unpublished.get() > 20).await;
            server.start_again();
        }
        writing.await.unwrap();
        let all: i64 = store.feed_heads().await.unwrap().values().sum();
        server.wait_for(u64::try_from(all).unwrap()).await;
        until("nothing waits", async || publisher.unpublished.get() == 0).await;
        publisher.stop().await;
        is_complete(&store, &server.kept().await).await;
    })
    .await;
}

#[tokio::test]
async fn a_server_that_comes_later_gets_everything() {
    on_both(|database| async move {
        let mut server = Server::start();
        server.stop();
        let store = seeded(&database).await;
        let publisher = Running::start(&database, &server).await;
        for number in 1..=5 {
            book(&store, api::EC, number).await;
        }
        until("what waits is counted", async || publisher.unpublished.get() >= 5).await;
        server.start_again();
        let all = store.feed_heads().await.unwrap()[api::EC];
        server.wait_for(u64::try_from(all).unwrap()).await;
        publisher.stop().await;
        is_complete(&store, &server.kept().await).await;
    })
    .await;
}

#[tokio::test]
async fn publishers_share_the_feeds_and_one_takes_over_from_another_that_died() {
    on_both(|database| async move {
        let server = Server::start();
        let store = seeded(&database).await;
        let (one, two) = (Running::start(&database, &server).await, Running::start(&database, &server).await);
        for number in 1..=150 {
            book(&store, api::EC, number).await;
            book(&store, api::OTHER_EC, number).await;
        }
        one.kill().await;
        for number in 151..=200 {
            book(&store, api::EC, number).await;
            book(&store, api::OTHER_EC, number).await;
        }
        // The leases of the dead end.
        two.clock.advance(jiff::SignedDuration::from_secs(11));
        let all: i64 = store.feed_heads().await.unwrap().values().sum();
        server.wait_for(u64::try_from(all).unwrap()).await;
        two.stop().await;
        let kept = server.kept().await;
        let ids: BTreeSet<&str> = kept.iter().map(|message| message.id.as_str()).collect();
        assert_eq!(ids.len(), kept.len(), "none twice");
        is_complete(&store, &kept).await;
        assert!(kept.iter().all(|message| message.event()["specversion"] == "1.0"));
    })
    .await;
}

#[tokio::test]
async fn a_stream_that_was_made_before_is_used_if_it_takes_all_subjects() {
    let server = Server::start();
    let jetstream = server.jetstream().await;
    let narrow = async_nats::jetstream::stream::Config {
        name: STREAM.to_owned(),
        subjects: vec!["varco.*.receipt.>".to_owned()],
        ..Default::default()
    };
    jetstream.create_stream(narrow.clone()).await.unwrap();
    let database = TestDatabase::sqlite();
    let store = seeded(&database).await;
    book(&store, api::EC, 1).await;
    let publisher = Running::start(&database, &server).await;
    until("what waits is counted", async || publisher.unpublished.get() > 0).await;
    assert_eq!(server.count().await, 0, "some events would be refused for ever");
    let wide = async_nats::jetstream::stream::Config { subjects: vec!["varco.>".to_owned()], ..narrow };
    jetstream.update_stream(wide).await.unwrap();
    server.wait_for(1).await;
    publisher.stop().await;
}

async fn is_published(jetstream: async_nats::jetstream::Context) {
    until("something is in the stream", async || match jetstream.get_stream(STREAM).await {
        Ok(stream) => stream.cached_info().state.messages > 0,
        Err(_) => false,
    })
    .await;
}

#[tokio::test]
async fn servers_that_ask_for_a_password_get_it() {
    let server = Server::start_with(&["--user", "varco", "--pass", "rosso-di-sera"]);
    let database = TestDatabase::sqlite();
    let store = seeded(&database).await;
    book(&store, api::EC, 1).await;
    let login = |password: &str| NatsLogin::Password("varco".to_owned(), SecretString::from(password));
    let wrong = Running::start_as(&database, &server, login("verde")).await;
    until("what waits is counted", async || wrong.unpublished.get() > 0).await;
    wrong.stop().await;
    let right = Running::start_as(&database, &server, login("rosso-di-sera")).await;
    let options = async_nats::ConnectOptions::new().user_and_password("varco".into(), "rosso-di-sera".into());
    is_published(async_nats::jetstream::new(options.connect(server.url()).await.unwrap())).await;
    right.stop().await;
}

#[tokio::test]
async fn servers_are_reached_over_tls_and_known_by_their_authority() {
    let folder = tempfile::tempdir().unwrap();
    pki::issue(folder.path());
    let file = |name: &str| folder.path().join(name);
    let (certificate, key) = (file("server.pem"), file("server.key"));
    let (certificate, key) = (certificate.to_str().unwrap(), key.to_str().unwrap());
    let server = Server::start_with(&["--tls", "--tlscert", certificate, "--tlskey", key]);
    let url = server.url().replace("nats://127.0.0.1", "tls://localhost");
    let database = TestDatabase::sqlite();
    let store = seeded(&database).await;
    book(&store, api::EC, 1).await;
    let stranger = Running::start_over(&database, url.clone(), NatsLogin::Anonymous, None).await;
    until("what waits is counted", async || stranger.unpublished.get() > 0).await;
    stranger.stop().await;
    let known = Running::start_over(&database, url.clone(), NatsLogin::Anonymous, Some(file("ca.pem"))).await;
    let options = async_nats::ConnectOptions::new().add_root_certificates(file("ca.pem"));
    is_published(async_nats::jetstream::new(options.connect(&url).await.unwrap())).await;
    known.stop().await;
}

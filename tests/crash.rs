//! The promise itself: what was answered OK is there after the worst moment, there once, and told once.
//!
//! The real program is killed by SIGKILL while the node asks and delivers, creditors' systems write, a
//! reader follows the events and an endpoint is told them, over and over, on one database; and then asked for everything that it
//! acknowledged. A kill leaves the system's page cache alive: that the disk had the receipt before the node
//! had its answer is shown by `durability`, from the system calls.
//!
//! `VARCO_CRASH_ROUNDS` sets the number of kills on each database, `VARCO_CRASH_SEED` repeats a run.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "helpers of tests fail by panicking, and tell their figures"
)]

mod support;

#[path = "crash/clerks.rs"]
mod clerks;
#[path = "crash/client.rs"]
mod client;
#[path = "crash/control.rs"]
mod control;
#[path = "crash/demands.rs"]
mod demands;
#[path = "crash/durability.rs"]
mod durability;
#[path = "crash/follower.rs"]
mod follower;
#[path = "crash/instances.rs"]
mod instances;
#[path = "crash/outage.rs"]
mod outage;
#[path = "crash/receipts.rs"]
mod receipts;
#[path = "crash/receiver.rs"]
mod receiver;

use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use clerks::Clerks;
use follower::Follower;
use receipts::{Books, Delivery, deliver, question};
use receiver::{DELIVERY, Receiver};
use rustls::ClientConfig;
use support::child::Served;
use support::node::Node;
use support::{TestDatabase, feeds, pki, world};
use tempfile::TempDir;
use tokio::task::JoinHandle;

/// Little is written while all goes well.
const LOG: (&str, &str) = ("VARCO__LOG__FILTER", "error,varco::gateway=info");
/// Connections that deliver at the same time.
const SENDERS: u64 = 8;
/// Notices that are added for each round.
const NOTICES: u64 = 40;
/// So many rounds apart, everything is checked that ever was acknowledged; each round, what is new.
const WHOLE: u64 = 25;
/// So many rounds apart, a file of positions is sent.
const FILES: u64 = 4;

fn rounds() -> u64 {
    std::env::var("VARCO_CRASH_ROUNDS").map_or(25, |rounds| rounds.parse().expect("a number of rounds"))
}

fn seed() -> u64 {
    std::env::var("VARCO_CRASH_SEED")
        .map_or_else(|_| RandomState::new().hash_one(0), |seed| seed.parse().expect("a seed"))
}

/// A plain xorshift: the rounds must be the same for the same seed on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

struct Ordeal {
    database: TestDatabase,
    tls: Arc<ClientConfig>,
    config: PathBuf,
    random: Random,
    books: Arc<Mutex<Books>>,
    redelivered: usize,
    clerks: Clerks,
    follower: Follower,
    receiver: Receiver,
    _folder: TempDir,
}

impl Ordeal {
    async fn prepare(database: TestDatabase, seed: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let tls = pki::issue(folder.path());
        let store = database.store().await;
        world::seed(&store).await;
        store.close().await;
        let config = pki::write_config(folder.path(), &database.url);
        let random = Random(seed | 1);
        Ordeal {
            database,
            tls,
            config,
            random,
            books: Arc::default(),
            redelivered: 0,
            clerks: Clerks::default(),
            follower: Follower::default(),
            receiver: Receiver::start().await,
            _folder: folder,
        }
    }

    fn start(&self) -> Served {
        let [timeout, key, networks] = DELIVERY;
        Served::start(&self.config, &[], &[LOG, timeout, key, networks])
    }

    /// One life of the gateway: everybody repeats what the last one left unanswered, everything that was
    /// ever acknowledged is checked, and it is killed among new work.
    async fn round(&mut self, round: u64) {
        let store = self.database.store().await;
        receipts::add_notices(&store, round).await;
        store.close().await;
        let served = self.start();
        if round == 0 {
            self.receiver.subscribe(served.api).await;
        }
        let node = Arc::new(Node::new(served.soap, Arc::clone(&self.tls)));
        self.redeliver(&node).await;
        self.clerks.settle(served.api).await;
        self.check(if round.is_multiple_of(WHOLE) { 0 } else { round.saturating_sub(2) }).await;
        self.clerks.plan(round);
        let killed_after = self.work_until_killed(served, &node, round).await;
        eprint!(" {killed_after}");
    }

    /// Has everybody work at once and kills the gateway when a random number of receipts has been
    /// acknowledged, plus a random moment. Returns that number.
    async fn work_until_killed(&mut self, served: Served, node: &Arc<Node>, round: u64) -> u64 {
        let acknowledged = Arc::new(AtomicU64::new(0));
        let last_words = self.random.below(NOTICES * 3 / 4);
        let pause = Duration::from_micros(self.random.below(4_000));
        let queue = Arc::new(Mutex::new(receipts::plan(&mut self.random, round)));
        let senders: Vec<_> = (0..SENDERS)
            .map(|_| {
                let (node, queue) = (Arc::clone(node), Arc::clone(&queue));
                let (books, acknowledged) = (Arc::clone(&self.books), Arc::clone(&acknowledged));
                tokio::spawn(async move {
                    loop {
                        let Some((id, base)) = queue.lock().unwrap().pop() else { return };
                        books.lock().unwrap().entry(id.clone()).or_insert((base, Delivery::Unknown));
                        if deliver(&node, &id, base).await == Delivery::Unknown {
                            return;
                        }
                        books.lock().unwrap().insert(id, (base, Delivery::Acknowledged));
                        acknowledged.fetch_add(1, Ordering::SeqCst);
                    }
                })
            })
            .collect();
        let others = self.others(&served, node, round);
        while acknowledged.load(Ordering::SeqCst) < last_words && senders.iter().any(|s| !s.is_finished()) {
            tokio::time::sleep(Duration::from_micros(200)).await;
        }
        tokio::time::sleep(pause).await;
        tokio::task::spawn_blocking(move || served.kill()).await.unwrap();
        for worker in senders.into_iter().chain(others) {
            worker.await.unwrap();
        }
        acknowledged.load(Ordering::SeqCst)
    }

    /// Whoever else works while receipts are delivered.
    fn others(&self, served: &Served, node: &Arc<Node>, round: u64) -> Vec<JoinHandle<()>> {
        let (api, node) = (served.api, Arc::clone(node));
        let (first, second, sender) = (self.clerks.clone(), self.clerks.clone(), self.clerks.clone());
        let follower = self.follower.clone();
        let mut others = vec![
            tokio::spawn(async move { question(&node, round).await }),
            tokio::spawn(async move { first.work(api, 0).await }),
            tokio::spawn(async move { second.work(api, 1).await }),
            tokio::spawn(async move { follower.follow(api).await }),
        ];
        if round.is_multiple_of(FILES) {
            others.push(tokio::spawn(async move { sender.send_file(api, round).await }));
        }
        others
    }

    /// What was not answered may or may not be there; delivered again, it must be answered OK.
    async fn redeliver(&mut self, node: &Node) {
        let open: Vec<(String, u64)> = {
            let books = self.books.lock().unwrap();
            let open = books.iter().filter(|(_, (_, delivery))| *delivery == Delivery::Unknown);
            open.map(|(id, (base, _))| (id.clone(), *base)).collect()
        };
        for (id, base) in open {
            assert_eq!(deliver(node, &id, base).await, Delivery::Acknowledged, "{id} delivered again");
            self.books.lock().unwrap().insert(id, (base, Delivery::Acknowledged));
            self.redelivered += 1;
        }
    }

    /// Everything acknowledged is there, once, and settles its notice once; of the notices of that round
    /// and later ones. All of it is told once.
    async fn check(&self, from_round: u64) {
        let store = self.database.store().await;
        let first = receipts::notices_of(from_round).start;
        let mut by_notice: BTreeMap<u64, Vec<String>> = BTreeMap::new();
        for (id, (base, _)) in self.books.lock().unwrap().iter() {
            by_notice.entry(*base).or_default().push(id.clone());
        }
        by_notice.retain(|base, _| base % receipts::FOREIGN >= first);
        for (base, ids) in by_notice {
            receipts::check_notice(&store, base, &ids).await;
        }
        if from_round == 0 {
            self.clerks.check(&store).await;
            feeds::check(&store, &self.database).await;
            self.verify();
        }
        store.close().await;
    }

    /// The database is sound to the program's own eyes.
    fn verify(&self) {
        let mut verify = Command::new(env!("CARGO_BIN_EXE_varco"));
        let found = verify.arg("verify").arg("--config").arg(&self.config).output().unwrap();
        let (told, error) = (String::from_utf8_lossy(&found.stdout), String::from_utf8_lossy(&found.stderr));
        assert!(found.status.success(), "{told}{error}");
    }

    /// Lets the last life finish its work, checks everything, and tells the figures.
    async fn conclude(mut self, rounds: u64, begun: Instant) {
        let served = self.start();
        let node = Node::new(served.soap, Arc::clone(&self.tls));
        self.redeliver(&node).await;
        self.clerks.settle(served.api).await;
        let store = self.database.store().await;
        let files = self.clerks.check_files(served.api, &store).await;
        self.follower.catch_up(served.api).await;
        self.receiver.wait_for(feeds::events(&store, 0).await.len()).await;
        served.stop();
        self.check(0).await;
        let events = feeds::events(&store, 0).await;
        let told = self.receiver.judge(&events);
        let facts = feeds::facts(&self.database).await;
        let found = feeds::judge(&events, &facts);
        let (unread, misread) = self.follower.compare(&events);
        let acknowledged = self.books.lock().unwrap().len();
        let first_time = acknowledged - self.redelivered;
        let engine = self.database.engine;
        eprintln!(
            "\n{engine}: {rounds} kills in {:?}; {acknowledged} receipts acknowledged, {first_time} of them before \
             a kill, {} lost, {} booked twice; {} changes and {files} files acknowledged; {} events, {} missing, \
             {} extra, {} out of order; a follower missed {unread} and saw {misread} that are not there; {told:?}",
            begun.elapsed(),
            acknowledged.saturating_sub(facts.receipts.len()),
            facts.receipts.len().saturating_sub(acknowledged),
            self.clerks.acknowledged(),
            events.len(),
            found.missing.len(),
            found.extra.len(),
            found.disorder.len(),
        );
        assert_eq!((unread, misread), (0, 0), "who follows sees each event once, as it is");
        assert_eq!((told.missing, told.wrong, told.disorder), (0, 0, 0), "each event is delivered as it is");
        assert_eq!(found, feeds::Faults::default());
        assert_eq!(acknowledged, facts.receipts.len());
        assert!(first_time > 0 && self.redelivered > 0, "the kills did not fall among the deliveries");
        store.close().await;
    }
}

async fn ordeal(database: TestDatabase) {
    let (seed, rounds, begun) = (seed(), rounds(), Instant::now());
    eprintln!("{}: {rounds} kills, VARCO_CRASH_SEED={seed}; acknowledged before each:", database.engine);
    let mut ordeal = Ordeal::prepare(database, seed).await;
    for round in 0..rounds {
        ordeal.round(round).await;
    }
    ordeal.conclude(rounds, begun).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn on_sqlite_nothing_acknowledged_is_lost_or_booked_twice() {
    ordeal(TestDatabase::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn on_postgres_nothing_acknowledged_is_lost_or_booked_twice() {
    ordeal(TestDatabase::postgres().await).await;
}

//! The promise itself: a receipt that was answered OK is there after the worst moment, and there once.
//!
//! The real program is killed by SIGKILL while the node delivers, over and over, on one database, and then
//! asked for everything that it acknowledged. A kill leaves the system's page cache alive: that the disk had
//! the receipt before the node had its answer is shown by `durability`, from the system calls.
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

#[path = "crash/durability.rs"]
mod durability;

use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustls::ClientConfig;
use support::child::Served;
use support::messages::paid;
use support::node::Node;
use support::samples::{self, EC};
use support::{TestDatabase, pki, world};
use tempfile::TempDir;
use varco::domain::notice_number::NoticeNumber;
use varco::domain::position::OptionShape;
use varco::store::Store;

/// Connections that deliver at the same time.
const SENDERS: u64 = 8;
/// Notices that are added for each round.
const NOTICES: u64 = 40;

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

/// What the node did with one receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Delivery {
    /// No answer was received, or one that asks to come again.
    Unknown,
    /// Answered OK.
    Acknowledged,
}

/// The node's own books: receipt id → notice base and what became of it.
type Books = BTreeMap<String, (u64, Delivery)>;

struct Ordeal {
    database: TestDatabase,
    tls: Arc<ClientConfig>,
    config: PathBuf,
    random: Random,
    books: Arc<Mutex<Books>>,
    redelivered: usize,
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
        Ordeal { database, tls, config, random, books: Arc::default(), redelivered: 0, _folder: folder }
    }

    /// One life of the gateway: redelivers what the last one left unanswered, checks everything that was
    /// ever acknowledged, takes in new receipts, and is killed among them.
    async fn round(&mut self, round: u64) {
        self.add_notices(round).await;
        let served = Served::start(&self.config, &[], &[("VARCO__LOG__FILTER", "warn,varco::gateway=info")]);
        let node = Arc::new(Node::new(served.soap, Arc::clone(&self.tls)));
        self.redeliver(&node).await;
        self.check().await;
        let deliveries = self.plan(round);
        let killed_after = self.deliver_until_killed(served, &node, deliveries).await;
        eprint!(" {killed_after}");
    }

    async fn add_notices(&self, round: u64) {
        let store = self.database.store().await;
        for base in notices_of(round) {
            let option = samples::option(1, OptionShape::Single, vec![samples::notice(base, 100)]);
            store.create_position(&samples::position(&format!("P{base}"), vec![option])).await.unwrap();
        }
        store.close().await;
    }

    /// The receipts of a round, in random order: of some notices two different ones, of some the same twice,
    /// and some of notices that are not ours.
    fn plan(&mut self, round: u64) -> Vec<(String, u64)> {
        let mut planned = Vec::new();
        for base in notices_of(round) {
            planned.push((format!("{base}-a"), base));
            match self.random.below(4) {
                0 => planned.push((format!("{base}-b"), base)),
                1 => planned.push((format!("{base}-a"), base)),
                2 => planned.push((format!("{base}-u"), base + 1_000_000)),
                _ => {}
            }
        }
        for last in (1..planned.len()).rev() {
            let other = self.random.below(last as u64 + 1) as usize;
            planned.swap(last, other);
        }
        planned
    }

    /// Delivers on all connections at once and kills the gateway when a random number of receipts has been
    /// acknowledged, plus a random moment. Returns that number.
    async fn deliver_until_killed(
        &mut self,
        served: Served,
        node: &Arc<Node>,
        deliveries: Vec<(String, u64)>,
    ) -> u64 {
        let acknowledged = Arc::new(AtomicU64::new(0));
        let last_words = self.random.below(NOTICES * 3 / 4);
        let pause = Duration::from_micros(self.random.below(4_000));
        let queue = Arc::new(Mutex::new(deliveries));
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
        while acknowledged.load(Ordering::SeqCst) < last_words && senders.iter().any(|s| !s.is_finished()) {
            tokio::time::sleep(Duration::from_micros(200)).await;
        }
        tokio::time::sleep(pause).await;
        tokio::task::spawn_blocking(move || served.kill()).await.unwrap();
        for sender in senders {
            sender.await.unwrap();
        }
        acknowledged.load(Ordering::SeqCst)
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

    /// Everything acknowledged is there, once, and settles its notice once.
    async fn check(&self) {
        let store = self.database.store().await;
        let broken = store.ledger_check().await.unwrap();
        assert_eq!(broken, [], "{}", self.database.engine);
        let mut by_notice: BTreeMap<u64, Vec<String>> = BTreeMap::new();
        for (id, (base, _)) in self.books.lock().unwrap().iter() {
            by_notice.entry(*base).or_default().push(id.clone());
        }
        for (base, ids) in by_notice {
            check_notice(&store, base, &ids).await;
        }
        store.close().await;
    }
}

fn notices_of(round: u64) -> std::ops::Range<u64> {
    1 + round * NOTICES..1 + (round + 1) * NOTICES
}

async fn deliver(node: &Node, id: &str, base: u64) -> Delivery {
    match node.post(&paid(id, base, 100).v2()).await {
        Ok(reply) if reply.status == 200 => {
            let text = String::from_utf8_lossy(&reply.body);
            assert!(text.contains("<outcome>OK</outcome>"), "no receipt is refused: {text}");
            Delivery::Acknowledged
        }
        Ok(reply) => {
            assert_eq!(reply.status, 503, "neither OK nor come again");
            Delivery::Unknown
        }
        Err(_) => Delivery::Unknown,
    }
}

async fn check_notice(store: &Store, base: u64, ids: &[String]) {
    let number: NoticeNumber = samples::notice_number(base);
    let found = store.receipts_of_notice(&samples::ec(), &number).await.unwrap();
    let found_ids: Vec<&str> = found.iter().map(|receipt| receipt.id.as_str()).collect();
    let expected: Vec<&str> = ids.iter().map(String::as_str).collect();
    assert_eq!(
        found_ids, expected,
        "receipts of notice {base} of {EC}: what is there, what was acknowledged"
    );
    for receipt in &found {
        let sent = paid(&receipt.id, base, 100).v2();
        assert!(receipt.raw == sent.as_bytes(), "{} is not kept as it was sent", receipt.id);
    }
    if base < 1_000_000 {
        let known = store.payable_notice(&samples::ec(), &number).await.unwrap().unwrap();
        let payment = known.notice.payment.clone().expect("it is paid");
        assert!(
            payment.proof.receipt().is_some_and(|receipt| expected.contains(&receipt.as_str())),
            "by a receipt that was delivered"
        );
        let over = found.iter().filter(|receipt| receipt.class == "over_payment").count();
        assert_eq!(over, found.len() - 1, "one settles notice {base}, the others are on top");
    }
}

async fn ordeal(database: TestDatabase) {
    let (seed, rounds) = (seed(), rounds());
    eprintln!("{}: {rounds} kills, VARCO_CRASH_SEED={seed}; acknowledged before each:", database.engine);
    let mut ordeal = Ordeal::prepare(database, seed).await;
    for round in 0..rounds {
        ordeal.round(round).await;
    }
    let served = Served::start(&ordeal.config, &[], &[]);
    let node = Node::new(served.soap, Arc::clone(&ordeal.tls));
    ordeal.redeliver(&node).await;
    ordeal.check().await;
    served.stop();
    let receipts = ordeal.books.lock().unwrap().len();
    let first_time = receipts - ordeal.redelivered;
    eprintln!(
        "\n{}: {rounds} kills, {receipts} receipts, {first_time} acknowledged before a kill, {} cut off by one \
         and delivered again, 0 lost, 0 booked twice",
        ordeal.database.engine, ordeal.redelivered
    );
    assert!(first_time > 0 && ordeal.redelivered > 0, "the kills did not fall among the deliveries");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn on_sqlite_nothing_acknowledged_is_lost_or_booked_twice() {
    ordeal(TestDatabase::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn on_postgres_nothing_acknowledged_is_lost_or_booked_twice() {
    ordeal(TestDatabase::postgres().await).await;
}

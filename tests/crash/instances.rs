//! Two gateways on one PostgreSQL: one dies under load and the other goes on, with nothing lost, doubled or
//! told twice in between.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::task::JoinHandle;

use crate::follower::Follower;
use crate::receipts::{self, Books, Delivery, deliver};
use crate::receiver::{DELIVERY, Receiver};
use crate::support::child::Served;
use crate::support::node::Node;
use crate::support::{TestDatabase, feeds, pki, world};
use crate::{LOG, Random, seed};

/// How often one of the two is killed.
const KILLS: u64 = 8;
/// Connections that deliver to each.
const SENDERS: u64 = 4;

/// The books of a node that delivers to both.
#[derive(Clone, Default)]
struct Shared {
    books: Arc<Mutex<Books>>,
    queue: Arc<Mutex<Vec<(String, u64)>>>,
    acknowledged: Arc<AtomicU64>,
}

impl Shared {
    /// Delivers what waits, until there is nothing left or the gateway is gone; what it did not answer is
    /// for the other.
    fn senders(&self, node: &Arc<Node>) -> Vec<JoinHandle<()>> {
        let sender = || {
            let (shared, node) = (self.clone(), Arc::clone(node));
            tokio::spawn(async move {
                loop {
                    let Some((id, base)) = shared.queue.lock().unwrap().pop() else { return };
                    if deliver(&node, &id, base).await == Delivery::Unknown {
                        shared.queue.lock().unwrap().push((id, base));
                        return;
                    }
                    shared.books.lock().unwrap().insert(id, (base, Delivery::Acknowledged));
                    shared.acknowledged.fetch_add(1, Ordering::SeqCst);
                }
            })
        };
        (0..SENDERS).map(|_| sender()).collect()
    }

    async fn acknowledged(&self, count: u64, senders: &[JoinHandle<()>]) {
        while self.acknowledged.load(Ordering::SeqCst) < count && !senders.iter().all(JoinHandle::is_finished)
        {
            tokio::time::sleep(Duration::from_micros(200)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_instances_one_dies_and_the_other_goes_on() {
    let (database, folder) = (TestDatabase::postgres().await, tempfile::tempdir().unwrap());
    let tls = pki::issue(folder.path());
    let store = database.store().await;
    world::seed(&store).await;
    let config = pki::write_config(folder.path(), &database.url);
    let [timeout, key, networks] = DELIVERY;
    let start = || Served::start(&config, &[], &[LOG, timeout, key, networks]);
    let (mut random, shared) = (Random(seed() | 1), Shared::default());
    // One reads from the instance that stays, the other goes to and fro between the two.
    let (steady, fickle) = (Follower::default(), Follower::default());
    let (mut stays, receiver) = (start(), Receiver::start().await);
    receiver.subscribe(stays.api).await;
    for round in 0..KILLS {
        receipts::add_notices(&store, round).await;
        let dies = start();
        let planned = receipts::plan(&mut random, round);
        let target = shared.acknowledged.load(Ordering::SeqCst) + random.below(planned.len() as u64 * 3 / 4);
        shared.queue.lock().unwrap().extend(planned);
        let staying = Arc::new(Node::new(stays.soap, Arc::clone(&tls)));
        let dying = Arc::new(Node::new(dies.soap, Arc::clone(&tls)));
        let readers = [(steady.clone(), stays.api), (fickle.clone(), dies.api)];
        let [reads_on, breaks_off] =
            readers.map(|(reader, api)| tokio::spawn(async move { reader.follow(api).await }));
        let mut senders = shared.senders(&staying);
        senders.extend(shared.senders(&dying));
        shared.acknowledged(target, &senders).await;
        tokio::task::spawn_blocking(move || dies.kill()).await.unwrap();
        for sender in senders {
            sender.await.unwrap();
        }
        breaks_off.await.unwrap();
        // What the dead one left is delivered to the other at once.
        for sender in shared.senders(&staying) {
            sender.await.unwrap();
        }
        assert_eq!(shared.queue.lock().unwrap().len(), 0, "the other takes in everything");
        fickle.catch_up(stays.api).await;
        reads_on.abort();
        let _gone = reads_on.await;
        if round.is_multiple_of(2) {
            // The one that stayed ends, too, and the readers go on with a new one.
            tokio::task::spawn_blocking(move || stays.kill()).await.unwrap();
            stays = start();
        }
    }
    steady.catch_up(stays.api).await;
    fickle.catch_up(stays.api).await;
    receiver.wait_for(feeds::events(&store, 0).await.len()).await;
    stays.stop();
    let mut by_notice: BTreeMap<u64, Vec<String>> = BTreeMap::new();
    for (id, (base, _)) in shared.books.lock().unwrap().iter() {
        by_notice.entry(*base).or_default().push(id.clone());
    }
    for (base, ids) in &by_notice {
        receipts::check_notice(&store, *base, ids).await;
    }
    let events = feeds::check(&store, &database).await;
    assert_eq!((steady.compare(&events), fickle.compare(&events)), ((0, 0), (0, 0)), "each event once");
    let told = receiver.judge(&events);
    assert_eq!((told.missing, told.wrong, told.disorder), (0, 0, 0), "each event is delivered as it is");
    let receipts = shared.books.lock().unwrap().len();
    eprintln!(
        "two instances: {KILLS} kills, {receipts} receipts and {} events, each once; {told:?}",
        events.len()
    );
    store.close().await;
}

//! The promise: server certificate, authorities and callers change under load, and no request fails.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::SignedDuration;
use rustls::ClientConfig;
use serde_json::json;
use tokio::task::JoinHandle;

use super::office::{Office, authority, caller, client, server};
use super::paper::{Paper, wanted};
use crate::support::TestDatabase;
use crate::support::messages::about;
use crate::support::node::Node;

const ROUNDS: usize = 10;

/// Callers that never rest, two that keep their connections and one that opens another for each question.
struct Load {
    stop: Arc<AtomicBool>,
    tally: Arc<Tally>,
    tasks: Vec<JoinHandle<()>>,
}

/// What they were answered, and how they failed.
#[derive(Default)]
struct Tally {
    answered: AtomicU64,
    failed: Mutex<BTreeMap<String, u64>>,
}

impl Load {
    fn begin(address: SocketAddr, tls: &Arc<ClientConfig>) -> Load {
        let (stop, tally) = (Arc::<AtomicBool>::default(), Arc::<Tally>::default());
        let one = |keeps| {
            tokio::spawn(call((address, Arc::clone(tls)), keeps, (Arc::clone(&stop), Arc::clone(&tally))))
        };
        let tasks = [true, true, false].map(one).into();
        Load { stop, tally, tasks }
    }

    /// Waits until each has been answered a few times more.
    async fn go_on(&self) {
        let enough = self.tally.answered.load(Ordering::SeqCst) + 12;
        while self.tally.answered.load(Ordering::SeqCst) < enough && !self.has_failed() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    fn has_failed(&self) -> bool {
        !self.tally.failed.lock().unwrap().is_empty()
    }

    /// Stops, and checks that nothing has failed.
    async fn end(self) {
        self.stop.store(true, Ordering::SeqCst);
        for task in self.tasks {
            task.await.unwrap();
        }
        assert_eq!(*self.tally.failed.lock().unwrap(), BTreeMap::new());
    }
}

/// Asks over and over; `keeps` connections, or opens one for each question.
async fn call(
    (address, tls): (SocketAddr, Arc<ClientConfig>),
    keeps: bool,
    (stop, tally): (Arc<AtomicBool>, Arc<Tally>),
) {
    let mut node = Node::new(address, Arc::clone(&tls));
    while !stop.load(Ordering::SeqCst) {
        if !keeps {
            node = Node::new(address, Arc::clone(&tls));
        }
        let failure = match node.post(&about(1).verify()).await {
            Ok(reply) if reply.status == 200 => {
                tally.answered.fetch_add(1, Ordering::SeqCst);
                continue;
            }
            Ok(reply) => reply.status.to_string(),
            Err(error) => error.to_string(),
        };
        *tally.failed.lock().unwrap().entry(failure).or_default() += 1;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_request_fails_while_server_certificate_authorities_and_callers_change() {
    for database in [TestDatabase::sqlite(), TestDatabase::postgres().await] {
        let office = Office::open(database, &[]).await;
        let ours = Paper::root("Nostra");
        let trusted = ours.pem();
        let calls = |node: &Paper| Load::begin(office.gateway.soap_addr(), &client(node, &[&trusted]));
        let mut shown = Vec::new();
        rotate_server(&office, &ours, &mut shown).await;
        // One caller is let in all the time; the others follow each other.
        let (steady, _) = let_in(&office, None).await;
        let steady = calls(&steady);
        let (mut node, mut ids) = let_in(&office, None).await;
        let mut load = calls(&node);
        for _ in 0..ROUNDS {
            load.go_on().await;
            rotate_server(&office, &ours, &mut shown).await;
            let (successor, new) = let_in(&office, Some(&ids)).await;
            let new_load = calls(&successor);
            // Both call side by side during the overlap.
            new_load.go_on().await;
            load.go_on().await;
            load.end().await;
            for id in &ids {
                office.act(id, "retire", json!({})).await;
            }
            assert!(!office.lets_in(&node, &[&trusted]).await, "the former is let in no more");
            (node, ids, load) = (successor, new, new_load);
        }
        steady.go_on().await;
        steady.end().await;
        load.end().await;
        office.gateway.end().await;
    }
}

/// Shows another certificate.
async fn rotate_server(office: &Office, ours: &Paper, shown: &mut Vec<Vec<u8>>) {
    office.gateway.clock.advance(SignedDuration::from_secs(1));
    begin(office, server(&ours.issue(&wanted("gateway")), &[ours])).await;
    let now = office.shown().await;
    assert!(!shown.contains(&now), "another one is shown");
    shown.push(now);
}

/// Lets another caller of another authority in, in the place of the former after an hour; returns it with the
/// ids of both.
async fn let_in(office: &Office, former: Option<&[String; 2]>) -> (Paper, [String; 2]) {
    let root = Paper::root("Nodo CA");
    let node = root.issue(&wanted("nodo"));
    let mut ids = [String::new(), String::new()];
    for (place, body) in [authority(&root), caller(&node)].into_iter().enumerate() {
        let supersedes: Vec<&String> = former.iter().map(|former| &former[place]).collect();
        let id = office.bring(&body).await;
        office.act(&id, "activate", json!({ "supersedes": supersedes, "overlapHours": 1 })).await;
        ids[place] = id;
    }
    (node, ids)
}

/// Brings a certificate and takes it into use.
async fn begin(office: &Office, body: serde_json::Value) -> String {
    let id = office.bring(&body).await;
    office.activate(&id).await;
    id
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_instance_uses_what_was_changed_within_five_seconds() {
    let office = Office::open(TestDatabase::postgres().await, &[]).await;
    let other = office.beside().await;
    let root = Paper::root("Radice");
    let leaf = root.issue(&wanted("gateway"));
    let id = office.bring(&server(&leaf, &[&root])).await;
    office.activate(&id).await;
    let expected = leaf.certificate.to_der().unwrap();
    assert_eq!(office.shown().await, expected, "here at once");
    let begun = std::time::Instant::now();
    while super::office::shown_at(other.soap_addr()).await != expected {
        assert!(begun.elapsed() < Duration::from_secs(5), "the other instance took too long");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    other.stop().await;
    office.gateway.end().await;
}

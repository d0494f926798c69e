//! The promise: server certificate, authorities and callers change under load, and no request fails.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;

use super::office::{Office, authority, caller, client, server};
use super::paper::{Paper, wanted};
use crate::support::TestDatabase;
use crate::support::messages::about;
use crate::support::node::Node;

const ROUNDS: usize = 10;

/// Callers that never rest: what they were answered, and how they failed.
#[derive(Default)]
struct Tally {
    answered: AtomicU64,
    failed: Mutex<BTreeMap<String, u64>>,
}

/// Asks over and over; `keeps` connections, or opens one for each question.
async fn call(
    office: Arc<Office>,
    tls: Arc<rustls::ClientConfig>,
    keeps: bool,
    stop: Arc<AtomicBool>,
    tally: Arc<Tally>,
) {
    let address = office.gateway.soap_addr();
    let mut node = Node::new(address, Arc::clone(&tls));
    while !stop.load(Ordering::SeqCst) {
        if !keeps {
            node = Node::new(address, Arc::clone(&tls));
        }
        match node.post(&about(1).verify()).await {
            Ok(reply) if reply.status == 200 => drop(tally.answered.fetch_add(1, Ordering::SeqCst)),
            Ok(reply) => *tally.failed.lock().unwrap().entry(reply.status.to_string()).or_default() += 1,
            Err(error) => *tally.failed.lock().unwrap().entry(error.to_string()).or_default() += 1,
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_request_fails_while_server_certificate_authorities_and_callers_change() {
    for database in [TestDatabase::sqlite(), TestDatabase::postgres().await] {
        let office = Arc::new(Office::open(database, &[]).await);
        let ours = Paper::root("Nostra");
        let theirs: Vec<Paper> = (0..ROUNDS + 1).map(|_| Paper::root("Nodo CA")).collect();
        let nodes: Vec<Paper> = theirs.iter().map(|root| root.issue(&wanted("nodo"))).collect();
        let first = office.bring(&server(&ours.issue(&wanted("gateway")), &[&ours])).await;
        office.activate(&first).await;
        let mut authorities = vec![begin(&office, authority(&theirs[0])).await];
        let mut callers = vec![begin(&office, caller(&nodes[0])).await];

        let mut shown = vec![office.shown().await];
        for round in 1..=ROUNDS {
            // The node of the round before and that of this one call all the time.
            let (stop, tally) = (Arc::new(AtomicBool::new(false)), Arc::new(Tally::default()));
            let trusted = ours.pem();
            let mut tasks = Vec::new();
            for keeps in [true, true, false, false] {
                let tls = client(&nodes[round - 1], &[&trusted]);
                tasks.push(tokio::spawn(call(
                    Arc::clone(&office),
                    tls,
                    keeps,
                    Arc::clone(&stop),
                    Arc::clone(&tally),
                )));
            }
            tokio::time::sleep(Duration::from_millis(30)).await;
            let one = office.bring(&server(&ours.issue(&wanted("gateway")), &[&ours])).await;
            office.gateway.clock.advance(jiff::SignedDuration::from_secs(1));
            office.activate(&one).await;
            for (body, ids) in
                [(authority(&theirs[round]), &mut authorities), (caller(&nodes[round]), &mut callers)]
            {
                let id = office.bring(&body).await;
                let former = ids.last().unwrap();
                office.act(&id, "activate", json!({ "supersedes": [former], "overlapHours": 1 })).await;
                ids.push(id);
            }
            // The new node calls already while the old one still does.
            let tls = client(&nodes[round], &[&trusted]);
            tasks.push(tokio::spawn(call(
                Arc::clone(&office),
                tls,
                true,
                Arc::clone(&stop),
                Arc::clone(&tally),
            )));
            tokio::time::sleep(Duration::from_millis(60)).await;
            stop.store(true, Ordering::SeqCst);
            for task in tasks {
                task.await.unwrap();
            }
            assert_eq!(
                *tally.failed.lock().unwrap(),
                BTreeMap::new(),
                "round {round}, {}",
                office.gateway.engine
            );
            assert!(tally.answered.load(Ordering::SeqCst) > 10);
            let now = office.shown().await;
            assert!(!shown.contains(&now), "another one is shown");
            shown.push(now);
            // The former go for good: the new node goes on.
            for ids in [&authorities, &callers] {
                office.act(&ids[round - 1], "retire", json!({})).await;
            }
            assert!(office.lets_in(&nodes[round], &[&trusted]).await);
            assert!(!office.lets_in(&nodes[round - 1], &[&trusted]).await);
        }
        Arc::into_inner(office).unwrap().gateway.end().await;
    }
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

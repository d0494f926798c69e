//! What must hold between a database and the events that it tells, whatever happened to it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use sha2::{Digest, Sha256};
use sqlx::{Connection, PgConnection, SqliteConnection};
use varco::domain::event::Feed;
use varco::store::{Store, StoredEvent};

use super::{TestDatabase, samples};

/// What is there: keys of the receipts, and versions of the positions, of the institution of the samples.
#[derive(Debug, Default)]
pub struct Facts {
    pub receipts: BTreeSet<String>,
    pub positions: BTreeMap<String, i64>,
}

const RECEIPTS: &str = "SELECT receipt_key FROM receipt WHERE ec = $1";
const POSITIONS: &str = "SELECT iupd, version FROM position WHERE ec = $1";

pub async fn facts(database: &TestDatabase) -> Facts {
    let url = &database.url;
    let (receipts, positions): (Vec<String>, Vec<(String, i64)>) = if database.engine == "sqlite" {
        let mut db = SqliteConnection::connect(url).await.unwrap();
        let receipts = sqlx::query_scalar(RECEIPTS).bind(samples::EC).fetch_all(&mut db).await.unwrap();
        (receipts, sqlx::query_as(POSITIONS).bind(samples::EC).fetch_all(&mut db).await.unwrap())
    } else {
        let mut db = PgConnection::connect(url).await.unwrap();
        let receipts = sqlx::query_scalar(RECEIPTS).bind(samples::EC).fetch_all(&mut db).await.unwrap();
        (receipts, sqlx::query_as(POSITIONS).bind(samples::EC).fetch_all(&mut db).await.unwrap())
    };
    Facts { receipts: receipts.into_iter().collect(), positions: positions.into_iter().collect() }
}

/// All events of the institution of the samples after one.
pub async fn events(store: &Store, mut after: i64) -> Vec<StoredEvent> {
    let feed = Feed::Institution(samples::ec());
    let mut all = Vec::new();
    loop {
        let page = store.events_after(&feed, after, 500).await.unwrap();
        let Some(last) = page.last() else { return all };
        after = last.seq;
        all.extend(page);
    }
}

/// What is wrong with a feed that is told whole.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// Receipts that no event tells, and positions whose last change none does.
    pub missing: Vec<String>,
    /// Events of receipts that are not there, or are told twice.
    pub extra: Vec<String>,
    /// Gaps, broken chains, and versions that go back.
    pub disorder: Vec<String>,
}

/// Holds a whole feed against what is there.
pub fn judge(events: &[StoredEvent], facts: &Facts) -> Faults {
    let mut faults = Faults::default();
    let mut told = BTreeSet::new();
    let mut versions: BTreeMap<&str, (i64, bool)> = BTreeMap::new();
    let mut chain = String::new();
    for (event, seq) in events.iter().zip(1..) {
        let body: Value = serde_json::from_str(&event.body).unwrap();
        chain = link(&chain, &event.body);
        if event.seq != seq || event.chain != chain || body["id"] != event.id() {
            faults.disorder.push(format!("event {seq} is {} of {}", event.seq, event.id()));
        }
        if event.kind == "varco.receipt.booked" {
            let key = event.receipt_key.clone().unwrap();
            if !facts.receipts.contains(&key) || !told.insert(key.clone()) {
                faults.extra.push(key);
            }
        }
        if let Some(version) = body["data"]["version"].as_i64() {
            let (last, deleted) = versions.get(event.subject.as_str()).copied().unwrap_or((0, true));
            let created = event.kind == "varco.position.created";
            if created != deleted || (!created && version < last) {
                faults.disorder.push(format!("{} {version} after {last} of {}", event.kind, event.subject));
            }
            versions.insert(&event.subject, (version, event.kind == "varco.position.deleted"));
        }
    }
    faults.missing.extend(facts.receipts.difference(&told).cloned());
    for (iupd, version) in &facts.positions {
        let subject = format!("positions/{iupd}");
        if versions.remove(subject.as_str()) != Some((*version, false)) {
            faults.missing.push(format!("{subject} {version}"));
        }
    }
    let undeleted = versions.into_iter().filter(|(_, (_, deleted))| !deleted);
    faults.extra.extend(undeleted.map(|(subject, _)| subject.to_owned()));
    faults
}

fn link(before: &str, body: &str) -> String {
    let hex =
        |bytes: &[u8]| Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    hex(format!("{before}{}", hex(body.as_bytes())).as_bytes())
}

/// Checks the ledger, and that it is told once, whole and in order.
pub async fn check(store: &Store, database: &TestDatabase) -> Vec<StoredEvent> {
    assert_eq!(store.ledger_check().await.unwrap(), [], "{}", database.engine);
    let events = events(store, 0).await;
    assert_eq!(judge(&events, &facts(database).await), Faults::default(), "{}", database.engine);
    events
}

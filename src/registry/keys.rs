//! The keys in memory: a request is held against them without a question to the database.
//!
//! All keys that work are read at once, again when they are too old, and at once after a change that this
//! instance made. Who looks for a secret computes its hash first and looks that up: how long it takes depends on
//! the hash, and a caller who can choose a hash close to a right one has already broken SHA-256.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use jiff::{SignedDuration, Timestamp};

use crate::domain::access::ApiKey;
use crate::store::{LiveKey, Store, StoreError};

/// How long a key that another instance revoked may still be served.
const FRESH: SignedDuration = SignedDuration::from_secs(5);

/// How often the use of a key is written down at most.
const USE_WRITTEN: SignedDuration = SignedDuration::from_mins(1);

/// How many unknown keys the database is asked for: at once, and in each second after.
const LOOK_UPS: (i64, i64) = (512, 32);

/// The keys that work, shared by all requests. Cheap to clone.
#[derive(Clone, Default)]
pub struct KeyView(Arc<Shared>);

#[derive(Default)]
struct Shared {
    ring: ArcSwap<KeyRing>,
    /// How many changes were made here; a ring that was read before the last one is too old.
    changes: AtomicU64,
    /// One reads for all who wait.
    reading: tokio::sync::Mutex<()>,
    look_ups: Mutex<LookUps>,
}

/// The keys as they were at one moment.
#[derive(Default)]
pub struct KeyRing {
    known: HashMap<[u8; 32], Secret>,
    keys: HashMap<String, Arc<KnownKey>>,
    read_at: Timestamp,
    change: Option<u64>,
}

struct Secret {
    key: Arc<KnownKey>,
    keyed: bool,
    until: Option<Timestamp>,
}

/// A key in memory.
pub struct KnownKey {
    /// The key.
    pub key: Arc<ApiKey>,
    /// Its end, no longer included.
    pub until: Option<Timestamp>,
    /// When its use was last written down, in microseconds.
    used_at: AtomicI64,
}

/// What the secret that somebody sends may be known by.
#[derive(Clone, Copy, Debug)]
pub struct Hashes {
    /// SHA-256.
    pub plain: [u8; 32],
    /// The code over that under the master key, if there is one.
    pub keyed: Option<[u8; 32]>,
}

impl KeyView {
    /// The keys, no older than they may be.
    pub async fn current(&self, store: &Store, now: Timestamp) -> Result<Arc<KeyRing>, StoreError> {
        if let Some(ring) = self.fresh(now) {
            return Ok(ring);
        }
        let _alone = self.0.reading.lock().await;
        // Another may have read them in the meantime.
        match self.fresh(now) {
            Some(ring) => Ok(ring),
            None => self.read(store, now).await,
        }
    }

    /// Reads the keys again, before they are too old.
    pub async fn refresh(&self, store: &Store, now: Timestamp) -> Result<(), StoreError> {
        let _alone = self.0.reading.lock().await;
        self.read(store, now).await.map(drop)
    }

    /// Says that the keys were changed: nobody is served by what was read before.
    pub fn changed(&self) {
        self.0.changes.fetch_add(1, Ordering::SeqCst);
    }

    /// Whether the database may be asked for a key that is not known here. Every instance knows a key after a few
    /// seconds; asking lets it work at once, and a flood of wrong ones must not become a flood of questions.
    pub fn may_look_up(&self, now: Timestamp) -> bool {
        self.0.look_ups.lock().unwrap_or_else(PoisonError::into_inner).take(now)
    }

    fn fresh(&self, now: Timestamp) -> Option<Arc<KeyRing>> {
        let ring = self.0.ring.load_full();
        let age = now.duration_since(ring.read_at);
        let latest = ring.change == Some(self.0.changes.load(Ordering::SeqCst));
        // A clock that was set back makes them old, not eternal.
        (latest && !age.is_negative() && age < FRESH).then_some(ring)
    }

    async fn read(&self, store: &Store, now: Timestamp) -> Result<Arc<KeyRing>, StoreError> {
        let change = self.0.changes.load(Ordering::SeqCst);
        let keys = store.live_keys().await?;
        let ring = Arc::new(KeyRing::new(keys, &self.0.ring.load(), (change, now)));
        self.0.ring.store(Arc::clone(&ring));
        Ok(ring)
    }
}

impl KeyRing {
    fn new(live: Vec<LiveKey>, before: &KeyRing, (change, read_at): (u64, Timestamp)) -> Self {
        let mut ring = KeyRing { read_at, change: Some(change), ..KeyRing::default() };
        for live in live {
            let written = live.used_at.map_or(i64::MIN, Timestamp::as_microsecond);
            let noted = before.keys.get(&live.key.id).map_or(i64::MIN, |known| known.noted());
            let id = live.key.id.clone();
            let known = Arc::new(KnownKey {
                key: Arc::new(live.key),
                until: live.until,
                used_at: AtomicI64::new(written.max(noted)),
            });
            for secret in live.secrets {
                let (key, keyed, until) = (Arc::clone(&known), secret.keyed, secret.until);
                ring.known.insert(secret.hash, Secret { key, keyed, until });
            }
            ring.keys.insert(id, known);
        }
        ring
    }

    /// The key of that name.
    pub fn of_id(&self, id: &str) -> Option<&Arc<KnownKey>> {
        self.keys.get(id)
    }

    /// The key that a secret is of, expired or not.
    pub fn find(&self, hashes: &Hashes, now: Timestamp) -> Option<&Arc<KnownKey>> {
        let keyed = hashes.keyed.and_then(|code| self.known.get(&code)).filter(|secret| secret.keyed);
        let found = keyed.or_else(|| self.known.get(&hashes.plain).filter(|secret| !secret.keyed))?;
        found.until.is_none_or(|until| now < until).then_some(&found.key)
    }
}

impl KnownKey {
    /// Whether it still works.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.until.is_none_or(|until| now < until)
    }

    /// Notes that it is used; whether that is to be written down now.
    pub fn used(&self, now: Timestamp) -> bool {
        let (noted, now) = (self.noted(), now.as_microsecond());
        let due = now.saturating_sub(noted) >= i64::try_from(USE_WRITTEN.as_micros()).unwrap_or(i64::MAX);
        let exchanged = || self.used_at.compare_exchange(noted, now, Ordering::SeqCst, Ordering::SeqCst);
        due && exchanged().is_ok()
    }

    fn noted(&self) -> i64 {
        self.used_at.load(Ordering::SeqCst)
    }
}

/// How many questions there still are, and when that was reckoned.
struct LookUps {
    left: i64,
    at: Timestamp,
}

impl Default for LookUps {
    fn default() -> Self {
        LookUps { left: LOOK_UPS.0, at: Timestamp::UNIX_EPOCH }
    }
}

impl LookUps {
    fn take(&mut self, now: Timestamp) -> bool {
        let passed = now.duration_since(self.at).as_secs();
        // A clock that was set back gives nothing, and is gone by from there.
        if passed != 0 {
            let more = passed.max(0).saturating_mul(LOOK_UPS.1);
            (self.left, self.at) = (self.left.saturating_add(more).min(LOOK_UPS.0), now);
        }
        let any = self.left > 0;
        self.left -= i64::from(any);
        any
    }
}

impl fmt::Debug for KeyView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyView")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::access::{ApiScope, KeyRights};
    use crate::domain::segregation::Segregation;
    use crate::store::KeyHash;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn live(id: &str, secrets: &[KeyHash]) -> LiveKey {
        let key = ApiKey {
            id: id.into(),
            label: id.into(),
            institutions: ApiScope::Every,
            segregation: Segregation::Every,
            rights: KeyRights::data(),
        };
        LiveKey { key, until: None, secrets: secrets.to_vec(), used_at: None }
    }

    fn hash(byte: u8, keyed: bool, until: Option<Timestamp>) -> KeyHash {
        KeyHash { hash: [byte; 32], keyed, until }
    }

    fn ring(keys: Vec<LiveKey>) -> KeyRing {
        KeyRing::new(keys, &KeyRing::default(), (0, at(0)))
    }

    #[test]
    fn a_secret_is_found_by_the_hash_that_it_was_kept_under() {
        let ring = ring(vec![live("a", &[hash(1, false, None), hash(2, true, None)])]);
        let found = |plain: u8, keyed: Option<u8>| {
            let hashes = Hashes { plain: [plain; 32], keyed: keyed.map(|byte| [byte; 32]) };
            ring.find(&hashes, at(0)).is_some()
        };
        assert!(found(1, None) && found(1, Some(9)), "one of before");
        assert!(found(9, Some(2)));
        assert!(!found(2, None) && !found(2, Some(9)), "what the database holds is no secret");
        assert!(!found(9, Some(1)) && !found(9, None));
    }

    #[test]
    fn a_secret_that_was_replaced_works_to_the_end_of_its_overlap() {
        let ring = ring(vec![live("a", &[hash(1, false, Some(at(10))), hash(2, false, None)])]);
        let found =
            |plain: u8, second| ring.find(&Hashes { plain: [plain; 32], keyed: None }, at(second)).is_some();
        assert!(found(1, 9) && !found(1, 10) && found(2, 10));
    }

    #[test]
    fn a_use_is_written_down_once_a_minute_however_often_the_keys_are_read() {
        let first = ring(vec![live("a", &[hash(1, false, None)])]);
        let key = |ring: &KeyRing| Arc::clone(&ring.keys["a"]);
        assert!(key(&first).used(at(100)) && !key(&first).used(at(100)) && !key(&first).used(at(159)));
        let again = KeyRing::new(vec![live("a", &[hash(1, false, None)])], &first, (0, at(120)));
        assert!(!key(&again).used(at(159)) && key(&again).used(at(160)));
    }

    #[test]
    fn questions_for_unknown_keys_are_bounded() {
        let mut look_ups = LookUps::default();
        let taken = |look_ups: &mut LookUps, second| (0..2000).filter(|_| look_ups.take(at(second))).count();
        assert_eq!(taken(&mut look_ups, 100), 512);
        assert_eq!(taken(&mut look_ups, 100), 0);
        assert_eq!(taken(&mut look_ups, 102), 64);
        assert_eq!(taken(&mut look_ups, 50), 0, "the clock was set back");
        assert_eq!(taken(&mut look_ups, 51), 32);
    }
}

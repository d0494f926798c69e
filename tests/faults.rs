//! Whatever call of the database goes wrong, and however: who asked is told the truth or nothing, asking
//! again ends well, nothing is done twice or by half, and what was done is told once.
//!
//! Every call of every hot use case is made to go wrong once in each way, on both databases. On SQLite a
//! statement has many steps, of which a stride is taken; `VARCO_FAULT_STRIDE=1` takes them all.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "helpers of tests fail by panicking, and tell their figures"
)]

mod support;

#[path = "faults/use_cases.rs"]
mod use_cases;

use std::sync::Arc;
use std::time::{Duration, Instant};

use sqlx::{Connection, PgConnection};
use support::api::Gateway;
use support::faulty::{self, Among, Fault, Plan};
use support::{TestDatabase, feeds};
use use_cases::{ALL, Outcome, UseCase};

/// Long enough for whatever is not stuck.
const PATIENCE: Duration = Duration::from_secs(20);

const LATE: Fault = Fault::Late(Duration::from_millis(20));

/// 40001 is a conflict that is tried again, XX000 looks like the fault of one request of a batch.
const ON_POSTGRES: [(Among, Fault); 6] = [
    (Among::All, Fault::Cut),
    (Among::All, Fault::Unanswered),
    (Among::All, Fault::Refused("40001")),
    (Among::All, Fault::Refused("XX000")),
    (Among::All, Fault::Abandoned),
    (Among::All, LATE),
];
const ON_SQLITE: [(Among, Fault); 5] = [
    (Among::All, Fault::Refused("")),
    (Among::Commits, Fault::Refused("")),
    (Among::All, Fault::Abandoned),
    (Among::Commits, Fault::Abandoned),
    (Among::All, LATE),
];

/// The first steps are all taken: a transaction begins in them.
const BEGINNING: usize = 8;

/// From one call that goes wrong to the next.
fn stride(engine: &str, among: Among, fault: Fault) -> usize {
    let chosen = std::env::var("VARCO_FAULT_STRIDE").ok().map(|stride| stride.parse().unwrap());
    let stride = if (engine, among) == ("sqlite", Among::All) { chosen.unwrap_or(29) } else { 1 };
    // What is merely late needs not be tried everywhere.
    if fault == LATE { 5 * stride } else { stride }
}

struct World {
    gateway: Arc<Gateway>,
    plan: Plan,
    next: u64,
    /// A connection to PostgreSQL past the proxy.
    beside: Option<PgConnection>,
}

impl World {
    /// One use case with one fault at one call. Whether the fault was met.
    async fn trial(&mut self, case: UseCase, after: usize, (among, fault): (Among, Fault)) -> bool {
        self.next += 10;
        let (base, gateway) = (self.next, &self.gateway);
        case.prepare(gateway, base).await;
        self.plan.arm(among, after, fault);
        let asked = tokio::spawn({
            let gateway = Arc::clone(gateway);
            async move { case.act(&gateway, base).await }
        });
        self.plan.caller(asked.abort_handle());
        let context = format!("{case:?} of {base}, call {after} of {among:?}, {fault:?}");
        let outcome =
            tokio::time::timeout(PATIENCE, asked).await.unwrap_or_else(|_| panic!("{context}: stuck"));
        let struck = self.plan.disarm();
        // Who went away knows as little as who got no answer.
        let outcome = match outcome {
            Err(gone) if gone.is_cancelled() => Outcome::Unknown,
            outcome => outcome.unwrap(),
        };
        assert_ne!(outcome, Outcome::Refused, "{context}: nothing was wrong with what was asked");
        if fault == Fault::Abandoned {
            assert!(self.nothing_stays_open().await, "{context}: a transaction stays open");
        }
        let gateway = &self.gateway;
        if outcome == Outcome::Done {
            assert!(case.is_done(gateway, base).await, "{context}: it is on disk once it is answered");
        }
        let again = tokio::time::timeout(PATIENCE, self.again(case, base, fault)).await;
        let again = again.unwrap_or_else(|_| panic!("{context}: stuck afterwards"));
        assert_ne!(again, Outcome::Unknown, "{context}: it works again");
        assert!(
            case.is_done(gateway, base).await,
            "{context}: done, once, when it is asked for again: {again:?}"
        );
        if outcome == Outcome::Unknown && case.can_be_repeated() {
            assert_eq!(again, Outcome::Done, "{context}: asked for again");
        }
        struck
    }

    /// What the next user of a connection does in a transaction that was left open is never committed.
    async fn nothing_stays_open(&mut self) -> bool {
        const OPEN: &str = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() \
            AND state LIKE 'idle in transaction%'";
        let Some(beside) = &mut self.beside else { return true };
        for _ in 0..100 {
            if sqlx::query_scalar::<_, i64>(OPEN).fetch_one(&mut *beside).await.unwrap() == 0 {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        false
    }

    /// Asks again. What somebody left alone may still be under way, and be in the way for a moment.
    async fn again(&self, case: UseCase, base: u64, fault: Fault) -> Outcome {
        let mut outcome = case.act(&self.gateway, base).await;
        while outcome == Outcome::Unknown && fault == Fault::Abandoned {
            tokio::time::sleep(Duration::from_millis(20)).await;
            outcome = case.act(&self.gateway, base).await;
        }
        outcome
    }
}

/// Runs the use cases on a database; how many faults were met.
async fn exhaust(database: TestDatabase, faults: &[(Among, Fault)]) {
    let begun = Instant::now();
    let (engine, url) = (database.engine, database.url.clone());
    database.store().await.close().await;
    let plan = Plan::default();
    let store = faulty::open(&database, &plan).await;
    let gateway = Arc::new(Gateway::start_on(database, store.clone()).await);
    let beside = match engine {
        "sqlite" => None,
        _ => Some(PgConnection::connect(&url).await.unwrap()),
    };
    let mut world = World { gateway, plan, next: 0, beside };
    let mut met = 0;
    for case in ALL {
        let (mut of_case, begun) = (0, Instant::now());
        // Once without a fault, so that statements are prepared as they are in service.
        assert!(!world.trial(case, usize::MAX, faults[0]).await);
        for &(among, fault) in faults {
            let mut after = 0;
            while world.trial(case, after, (among, fault)).await {
                of_case += 1;
                after += if after < BEGINNING { 1 } else { stride(engine, among, fault) };
            }
        }
        assert!(of_case >= faults.len(), "{case:?} met {of_case} faults only");
        eprintln!("{engine}: {case:?} met {of_case} faults in {:?}", begun.elapsed());
        met += of_case;
    }
    let database = TestDatabase::of(engine, url);
    feeds::check(&store, &database).await;
    eprintln!("{engine}: {met} faults met, nothing lost, doubled or half done, in {:?}", begun.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn on_sqlite_no_fault_loses_doubles_or_halves_anything() {
    exhaust(TestDatabase::sqlite(), &ON_SQLITE).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn on_postgres_no_fault_loses_doubles_or_halves_anything() {
    exhaust(TestDatabase::postgres().await, &ON_POSTGRES).await;
}

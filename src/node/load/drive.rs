//! Sends the requests of a load.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use super::tally::{Before, LoadReport, Met, Tally};
use super::{Asks, Pace, Plan, Stock};
use crate::node::client::{Client, ClientError, TlsFiles};
use crate::node::receipt::{Payment, plan as receipt_plan};
use crate::node::scenario::Target;
use crate::node::{Activation, Exchange, Node, Version, paid_data};

/// How long after the end of a load what should have gone out before it still goes out.
const OVERTIME: Duration = Duration::from_secs(5);

/// A load under way; clones look at the same one.
#[derive(Clone, Debug)]
pub struct Course(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    target: Target,
    plan: Plan,
    version: Version,
    stock: Mutex<Stock>,
    tally: Mutex<Tally>,
    next: AtomicU64,
    stopped: AtomicBool,
    begun: Instant,
}

/// How far a load is.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// How long it has been going on.
    pub elapsed: Duration,
    /// How many requests were answered.
    pub requests: u64,
    /// How many of them wrongly.
    pub errors: u64,
    /// The time of 99 in a hundred.
    pub p99: Duration,
}

impl Course {
    /// A load against that target; it begins with [`drive`].
    pub fn new(target: Target, plan: Plan, version: Version, stock: Stock) -> Self {
        Course(Arc::new(Shared {
            target,
            plan,
            version,
            stock: Mutex::new(stock),
            tally: Mutex::new(Tally::default()),
            next: AtomicU64::new(0),
            stopped: AtomicBool::new(false),
            begun: Instant::now(),
        }))
    }

    /// How far it is.
    pub fn progress(&self) -> Progress {
        let tally = held(&self.0.tally);
        let (requests, errors) = tally.totals();
        Progress { elapsed: self.0.begun.elapsed(), requests, errors, p99: tally.percentile(0.99) }
    }

    /// Lets no further request begin.
    pub fn stop(&self) {
        self.0.stopped.store(true, Ordering::Relaxed);
    }
}

/// Carries a load out and tells what it met. Requests under way at the end are waited for.
pub async fn drive(course: &Course) -> Result<LoadReport, ClientError> {
    let shared = &course.0;
    let mut nodes = Vec::new();
    for _ in 0..shared.plan.pace.connections() {
        nodes.push(node(&shared.target)?);
    }
    let begun = Instant::now();
    let mut callers = JoinSet::new();
    for node in nodes {
        callers.spawn(call(Arc::clone(shared), node, begun));
    }
    while callers.join_next().await.is_some() {}
    let took = begun.elapsed();
    Ok(held(&shared.tally).report(took))
}

fn node(target: &Target) -> Result<Node, ClientError> {
    let Target { url, files, parties, known, patience, clock, .. } = target;
    let files: &TlsFiles = files;
    let longest = patience.unwrap_or_default().max(Duration::from_secs(60));
    let client = Client::new(url, files, longest)?;
    let node = Node::new(client, parties.clone(), clock.clone()).knowing(known.clone());
    Ok(match patience {
        Some(patience) => node.waiting(*patience),
        None => node,
    })
}

/// One caller: takes the next request as long as there is time.
async fn call(shared: Arc<Shared>, mut node: Node, begun: Instant) {
    loop {
        let number = shared.next.fetch_add(1, Ordering::Relaxed);
        let due = match shared.plan.pace {
            Pace::Concurrency(_) => Instant::now(),
            Pace::Rate { per_second, .. } => begun + after(number, per_second),
        };
        if shared.stopped.load(Ordering::Relaxed) || due.duration_since(begun) >= shared.plan.duration {
            return;
        }
        tokio::time::sleep_until(due.into()).await;
        if shared.stopped.load(Ordering::Relaxed) {
            return;
        }
        // A server that hangs must not make a load of a minute one of hours; what it held up counts all the same.
        if begun.elapsed() >= shared.plan.duration + OVERTIME {
            held(&shared.tally).count(
                shared.plan.mix.nth(number),
                due.elapsed(),
                Met::Wrong("not-sent".to_owned()),
            );
            continue;
        }
        let (asks, exchange, before) = ask(&shared, &mut node, number).await;
        let took = match shared.plan.pace {
            Pace::Concurrency(_) => exchange.took,
            // From the instant at which it should have gone out, however late it was.
            Pace::Rate { .. } => due.elapsed(),
        };
        held(&shared.tally).count(asks, took, Met::new(&exchange, asks, before));
    }
}

/// When the request of that number should go out.
fn after(number: u64, per_second: f64) -> Duration {
    #[expect(clippy::cast_precision_loss, reason = "fewer requests than a float tells apart")]
    let number = number as f64;
    Duration::try_from_secs_f64(number / per_second).unwrap_or(Duration::MAX)
}

/// Asks what is next in the mix; a receipt needs a payment that was begun, and begins one if there is none.
async fn ask(shared: &Shared, node: &mut Node, number: u64) -> (Asks, Exchange, Before) {
    let asks = shared.plan.mix.nth(number);
    match asks {
        Asks::Probe => return (asks, node.probe().await, Before::Open),
        Asks::Receipt => {
            let begun = held(&shared.stock).pay();
            if let Some((notice, data)) = begun {
                let now = shared.target.clock.now();
                let id = format!("load{}n{number}", now.as_microsecond());
                let payment = Payment {
                    version: shared.version,
                    ..Payment::of(&shared.target.parties.pa, &notice, &id, now)
                };
                if let Ok(plan) = receipt_plan(&payment, &data) {
                    let issuer = plan.issuer.clone();
                    return (asks, node.receipt(&plan, &issuer).await, Before::Open);
                }
            }
        }
        Asks::Verify | Asks::Activate => {}
    }
    let notice = held(&shared.stock).turn().unwrap_or_default();
    if asks == Asks::Verify {
        let exchange = node.verify(&notice).await;
        let before = held(&shared.stock).before(&notice);
        return (asks, exchange, before);
    }
    let exchange = node.activate(&Activation::of(shared.version, &notice)).await;
    let ec = &shared.target.parties.pa;
    let data = exchange.verdict.answer.as_ref().and_then(|answer| paid_data(answer, ec));
    let mut stock = held(&shared.stock);
    if let Some(data) = data {
        stock.activated(&notice, data);
    }
    let before = stock.before(&notice);
    drop(stock);
    (Asks::Activate, exchange, before)
}

/// What is counted is whole after each step, also where somebody panicked.
fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

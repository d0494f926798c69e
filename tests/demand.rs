//! Payments on demand: what is asked for becomes a notice, once however often it is asked for, and goes again if
//! nobody pays.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

mod support;

#[path = "demand/asked.rs"]
mod asked;
#[path = "demand/checks.rs"]
mod checks;
#[path = "demand/documents.rs"]
mod documents;
#[path = "demand/once.rs"]
mod once;
#[path = "demand/purge.rs"]
mod purge;

use std::future::Future;

use support::TestDatabase;
use support::gateway::TestGateway;
use support::offers::with_services;

/// Runs a test on a gateway with services over each engine, and checks the ledger that it leaves behind.
async fn on_both_desks<F: Future<Output = TestGateway>>(test: impl Fn(TestGateway) -> F) {
    for database in [TestDatabase::sqlite(), TestDatabase::postgres().await] {
        let gateway = with_services(TestGateway::start(database).await).await;
        test(gateway).await.end().await;
    }
}

//! PostgreSQL can be far away, hang, be cut off, or hold one position for somebody else.

use std::sync::Arc;
use std::time::Duration;

use crate::outages::asks_to_come_again;
use crate::support::TestDatabase;
use crate::support::gateway::TestGateway;
use crate::support::messages::{about, paid};
use crate::support::trouble::{Intruder, Line, Proxy};

/// Shorter than the deadlines, so that what an unreachable database costs is seen in the answers.
const SOON: [(&str, &str); 2] =
    [("VARCO__SOAP__VERIFY_DEADLINE", "1s"), ("VARCO__SOAP__RECEIPT_DEADLINE", "1s")];

async fn behind_a_proxy() -> (TestGateway, Proxy) {
    let database = TestDatabase::postgres().await;
    let proxy = Proxy::start(&database.url).await;
    let gateway = TestGateway::start_through(database, &proxy.url, &SOON).await;
    gateway.owe(1, 100).await;
    gateway.owe(2, 100).await;
    assert_eq!(gateway.codes(&about(1)).await, ["OK"; 3]);
    (gateway, proxy)
}

/// Tries until it works; what stands in the way is only connections that broke meanwhile.
async fn heals(gateway: &TestGateway) {
    let healed = async {
        while gateway.codes(&about(1)).await != ["OK"; 3] || gateway.api("/health/ready").await.0 != 200 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        while gateway.post(&paid("r2", 2, 100).v2()).await.unwrap().status != 200 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), healed).await.expect("it works again without a restart");
    assert_eq!(gateway.classes(2).await, [("r2".to_owned(), "matched".to_owned())]);
}

#[tokio::test]
async fn cut_off_it_says_so_and_heals() {
    let (gateway, proxy) = behind_a_proxy().await;
    proxy.set(Line::Cut);
    assert_eq!(gateway.codes(&about(1)).await, ["PAA_SYSTEM_ERROR"; 3]);
    asks_to_come_again(&gateway, "r2", 2).await;
    assert_eq!(gateway.api("/health/ready").await.0, 503);
    proxy.set(Line::Up);
    heals(&gateway).await;
    gateway.end().await;
}

#[tokio::test]
async fn a_line_that_hangs_is_waited_for_no_longer_than_the_deadline() {
    let (gateway, proxy) = behind_a_proxy().await;
    proxy.set(Line::Hangs);
    assert_eq!(gateway.codes(&about(1)).await, ["PAA_SYSTEM_ERROR"; 3]);
    asks_to_come_again(&gateway, "r2", 2).await;
    assert_eq!(gateway.api("/health/ready").await.0, 503);
    proxy.set(Line::Up);
    heals(&gateway).await;
    gateway.end().await;
}

/// The server restarts: every connection that waits in the pool is broken.
#[tokio::test]
async fn broken_connections_are_replaced() {
    let (gateway, _proxy) = behind_a_proxy().await;
    let mut intruder = Intruder::enter(&gateway.database).await;
    intruder
        .run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
             WHERE application_name = 'varco' AND datname = current_database()",
        )
        .await;
    heals(&gateway).await;
    gateway.end().await;
}

/// Somebody holds one position for longer than the node waits; the receipts of other notices, which come at
/// the same time and share its batch, must not wait with it.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_locked_position_holds_up_no_other_receipt() {
    let database = TestDatabase::postgres().await;
    let url = database.url.clone();
    let patience = [("VARCO__DATABASE__ACQUIRE_TIMEOUT", "500ms")];
    let gateway = Arc::new(TestGateway::start_through(database, &url, &patience).await);
    for base in 1..=20 {
        gateway.owe(base, 100).await;
    }
    let mut intruder = Intruder::enter(&gateway.database).await;
    intruder
        .run("BEGIN; SELECT version FROM position WHERE iupd IN ('single-1', 'single-2') FOR UPDATE")
        .await;
    let deliveries: Vec<_> = (1..=20)
        .map(|base| {
            let gateway = Arc::clone(&gateway);
            let message = paid(format!("r{base}"), base, 100).v2();
            tokio::spawn(async move { (base, gateway.post(&message).await.unwrap().status) })
        })
        .collect();
    for delivery in deliveries {
        let (base, status) = delivery.await.unwrap();
        assert_eq!(status, if base <= 2 { 503 } else { 200 }, "receipt of notice {base}");
    }
    intruder.release().await;
    for base in 1..=20 {
        gateway.settle(&paid(format!("r{base}"), base, 100)).await;
        assert_eq!(gateway.classes(base).await, [(format!("r{base}"), "matched".to_owned())]);
    }
    Arc::into_inner(gateway).unwrap().end().await;
}

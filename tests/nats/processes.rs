//! Two processes on one PostgreSQL, one of which is killed.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use crate::server::{Server, metrics};
use crate::support::child::Served;
use crate::support::node::get;
use crate::support::{TestDatabase, api, pki, world};
use crate::{book, is_complete};

async fn whoever_waits_is_not_bound_by_the_time_of_a_request(served: &Served) {
    let asked_at = Instant::now();
    let question = format!("/events?types=varco.no.such&wait=2&subscription-key={}", world::API_KEY);
    let (status, page) = get(served.api, &question).await;
    assert_eq!(status, 200, "{page}");
    assert!(asked_at.elapsed() >= Duration::from_secs(2), "{page}");
    assert!(page.starts_with(r#"{"events":[],"next":""#), "{page}");
    let metrics = metrics(served).await;
    let counted = r#"varco_api_requests_total{method="GET",route="/events",status="200"} 1"#;
    assert!(metrics.contains(counted), "{metrics}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_processes_one_is_killed_and_no_event_is_lost_or_doubled() {
    let server = Server::start();
    let database = TestDatabase::postgres().await;
    let store = database.store().await;
    world::seed(&store).await;
    let folder = tempfile::tempdir().unwrap();
    pki::issue(folder.path());
    let config = pki::write_config(folder.path(), &database.url);
    let url = server.url();
    let env = [
        ("VARCO__NATS__URL", url.as_str()),
        ("VARCO__LOG__FILTER", "warn,varco=info"),
        ("VARCO__API__REQUEST_TIMEOUT", "1s"),
    ];
    let one = Served::start(&config, &[], &env);
    let two = Served::start(&config, &[], &env);
    for number in 1..=100 {
        book(&store, api::EC, number).await;
        book(&store, api::OTHER_EC, number).await;
        if number == 60 {
            server.wait_for(20).await;
        }
    }
    tokio::task::spawn_blocking(move || one.kill()).await.unwrap();
    for number in 101..=200 {
        book(&store, api::EC, number).await;
        book(&store, api::OTHER_EC, number).await;
    }
    let all: i64 = store.feed_heads().await.unwrap().values().sum();
    // A process that died holds its feeds for ten seconds.
    server.wait_for(u64::try_from(all).unwrap()).await;
    let until = Instant::now() + Duration::from_secs(10);
    while !metrics(&two).await.contains("\nvarco_nats_unpublished_events 0\n") {
        assert!(Instant::now() < until, "{}", metrics(&two).await);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let kept = server.kept().await;
    let ids: BTreeSet<&str> = kept.iter().map(|message| message.id.as_str()).collect();
    assert_eq!(ids.len(), kept.len(), "none twice");
    is_complete(&store, &kept).await;
    whoever_waits_is_not_bound_by_the_time_of_a_request(&two).await;
    tokio::task::spawn_blocking(move || two.stop()).await.unwrap();
}

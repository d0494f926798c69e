//! What watchers of events meet after a restore.

use serde_json::Value;
use varco::domain::event::Feed;
use varco::store::StoredEvent;

use super::desk::{Desk, filled};
use super::support::gateway::TestGateway;
use super::support::messages::paid;
use super::support::{TestDatabase, on_both, samples};

async fn all(gateway: &TestGateway, feed: &Feed) -> Vec<StoredEvent> {
    gateway.store().events_after(feed, 0, 10_000).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_that_were_told_after_the_backup_never_come_again() {
    on_both(|database| async move {
        let desk = Desk::new();
        let feed = Feed::Institution(samples::ec());
        let gateway = filled(database).await;
        let kept = all(&gateway, &feed).await;
        let last = kept.last().unwrap().seq;
        let file = desk.backup(&gateway.database, "feeds.backup").await;
        // The store goes on, and tells what the backup knows nothing of.
        gateway.settle(&paid("after", 3, 100)).await;
        let told = all(&gateway, &feed).await;
        assert!(told.len() > kept.len());

        let target = match gateway.engine {
            "sqlite" => TestDatabase::sqlite(),
            _ => TestDatabase::postgres().await,
        };
        let done = desk.restore(&target, &file).await;
        assert_eq!(done.code, Some(0), "{}{}", done.stdout, done.stderr);
        let restored = TestGateway::start(target).await;
        restored.settle(&paid("again", 3, 100)).await;
        let now = all(&restored, &feed).await;
        assert_eq!(now[..kept.len()], kept[..], "what the backup has is told as it was");
        let first = &now[kept.len()];
        assert_eq!(first.kind, "varco.feed.restored");
        assert!(first.seq > last + 1_000_000, "{}", first.seq);
        let body: Value = serde_json::from_str(&first.body).unwrap();
        assert_eq!(body["data"]["lastKept"], last);
        assert_eq!(body["subject"], format!("feeds/{}", samples::EC));
        assert!(now[kept.len() + 1..].iter().any(|event| event.body.contains("\"again\"")));
        let later = told[kept.len()..].iter();
        assert!(later.clone().all(|old| now.iter().all(|new| new.id() != old.id() && new.seq != old.seq)));
        gateway.end().await;
        restored.end().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_that_had_not_begun_has_its_gap_too() {
    let desk = Desk::new();
    let gateway = filled(TestDatabase::sqlite()).await;
    let file = desk.backup(&gateway.database, "feeds.backup").await;
    let target = TestDatabase::sqlite();
    assert_eq!(desk.restore(&target, &file).await.code, Some(0));
    let store = target.store().await;
    for feed in [Feed::Gateway, Feed::new(super::support::world::OTHER_EC).unwrap()] {
        let events = store.events_after(&feed, 0, 10).await.unwrap();
        let numbers: Vec<i64> = events.iter().map(|event| event.seq).collect();
        assert!(matches!(numbers[..], [only] if only > 1_000_000), "{numbers:?} of {feed:?}");
    }
    store.close().await;
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_copy_of_a_backup_tells_nothing_under_the_numbers_of_the_first() {
    let desk = Desk::new();
    let feed = Feed::Institution(samples::ec());
    let gateway = filled(TestDatabase::sqlite()).await;
    let last = all(&gateway, &feed).await.last().unwrap().seq;
    let file = desk.backup(&gateway.database, "feeds.backup").await;
    let mut told = Vec::new();
    for id in ["first", "second"] {
        let target = TestDatabase::sqlite();
        assert_eq!(desk.restore(&target, &file).await.code, Some(0));
        let copy = TestGateway::start(target).await;
        copy.settle(&paid(id, 3, 100)).await;
        let events = all(&copy, &feed).await.into_iter().filter(|event| event.seq > last);
        told.push(events.map(|event| event.seq).collect::<Vec<_>>());
        copy.end().await;
    }
    assert!(told[0].last() < told[1].first(), "who follows the first goes on with the second: {told:?}");
    gateway.end().await;
}

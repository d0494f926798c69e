//! Several instances on one database.

use std::collections::BTreeMap;

use super::receiver::{Does, Receiver};
use super::setup::{Setup, client, settings, taken};
use super::support::TestDatabase;

#[tokio::test]
async fn two_instances_share_the_work_and_nothing_is_sent_twice_while_both_live() {
    let setup = Setup::new(TestDatabase::postgres().await).await;
    let receivers = [Receiver::willing().await, Receiver::start(|_, _| Does::Answers(200)).await];
    for receiver in &receivers {
        setup.subscribe(receiver).await;
    }
    let second = setup.database.store().await;
    let mut few = settings();
    few.at_once = 4;
    let webhooks = || Some(setup.webhooks(&client(&["127.0.0.0/8"], varco::outbox::Lookup::system())));
    let one = setup.start_with(&setup.store, webhooks(), few).await;
    let other = setup.start_with(&second, webhooks(), few).await;
    for base in 1..=60 {
        setup.create(base).await;
        setup.toggle(base).await;
    }
    for receiver in &receivers {
        taken(receiver, 120).await;
    }
    let shares = [&one, &other].map(|running| std::sync::Arc::clone(&running.tally));
    one.stop().await;
    other.stop().await;
    let delivered = shares.map(|tally| tally.counts().delivered);
    assert_eq!(delivered[0] + delivered[1], 240);
    assert!(delivered.iter().all(|share| *share > 0), "both work: {delivered:?}");
    for receiver in &receivers {
        let mut times: BTreeMap<String, usize> = BTreeMap::new();
        for seen in receiver.seen() {
            *times.entry(seen.id().to_owned()).or_default() += 1;
        }
        assert_eq!(times.len(), 120);
        assert!(times.values().all(|count| *count == 1), "each once");
        assert!(receiver.sequences().values().all(|sequences| sequences.is_sorted()));
    }
}

#[tokio::test]
async fn what_a_dead_instance_held_is_sent_by_another_with_the_same_id() {
    let setup = Setup::new(TestDatabase::postgres().await).await;
    let receiver = Receiver::start(|_, _| Does::Hangs).await;
    setup.subscribe(&receiver).await;
    let dying = setup.start().await;
    for base in 1..=3 {
        setup.create(base).await;
    }
    super::setup::came(&receiver, 3).await;
    dying.task.abort();
    receiver.does(|_, _| Does::Answers(200));
    let second = setup.database.store().await;
    let webhooks = setup.webhooks(&client(&["127.0.0.0/8"], varco::outbox::Lookup::system()));
    let other = setup.start_with(&second, Some(webhooks), settings()).await;
    tokio::time::sleep(std::time::Duration::from_millis(700)).await;
    assert_eq!(receiver.seen().len(), 3, "the lease holds");
    setup.pass(settings().lease + jiff::SignedDuration::from_secs(1));
    taken(&receiver, 3).await;
    other.stop().await;
    let seen = receiver.seen();
    assert_eq!(seen.len(), 6);
    let ids = |seen: &[super::receiver::Seen]| {
        let mut ids: Vec<String> = seen.iter().map(|one| one.id().to_owned()).collect();
        ids.sort_unstable();
        ids
    };
    assert_eq!(ids(&seen[..3]), ids(&seen[3..]));
}

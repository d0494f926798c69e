//! Endpoints as a whole: disabled when they are gone or fail for days, enabled by their owners.

use jiff::SignedDuration;
use varco::domain::event::Feed;
use varco::domain::subscription::{DisabledReason, SubscriptionForm, SubscriptionOwner};
use varco::store::Store;

use super::receiver::{Does, Receiver};
use super::setup::{Setup, came, settings, taken};
use super::support::{on_both, samples};

async fn disabled_events(store: &Store, feed: &str) -> Vec<serde_json::Value> {
    let events = store.events_after(&Feed::new(feed).unwrap(), 0, 1000).await.unwrap();
    let of_kind = events.iter().filter(|event| event.kind == "varco.subscription.disabled");
    of_kind.map(|event| serde_json::from_str(&event.body).unwrap()).collect()
}

async fn until_disabled(setup: &Setup, subscription: &varco::domain::subscription::Subscription) -> u32 {
    for hours in 0..300 {
        if setup.known(subscription).await.disabled.is_some() {
            return hours;
        }
        setup.pass(SignedDuration::from_hours(1));
        tokio::time::sleep(std::time::Duration::from_millis(350)).await;
    }
    panic!("{}: it is never disabled", setup.engine);
}

#[tokio::test]
async fn an_endpoint_that_is_gone_is_disabled_at_once_and_what_waits_goes_on_when_it_is_enabled() {
    on_both(async |database| {
        let setup = Setup::new(database).await;
        let receiver = Receiver::start(|_, _| Does::Answers(410)).await;
        let subscription = setup.subscribe(&receiver).await;
        let outbox = setup.start().await;
        setup.create(1).await;
        came(&receiver, 1).await;
        until_disabled(&setup, &subscription).await;
        assert_eq!(setup.known(&subscription).await.disabled.unwrap().reason, DisabledReason::Gone);
        let events = disabled_events(&setup.store, samples::EC).await;
        assert_eq!(events.len(), 1);
        assert_eq!(events[0]["data"]["reason"], "gone");
        assert_eq!(events[0]["data"]["subscriptionId"], subscription.id.as_str());

        setup.create(2).await;
        tokio::time::sleep(std::time::Duration::from_millis(600)).await;
        assert_eq!(receiver.seen().len(), 1, "{}: nothing is sent any more", setup.engine);
        receiver.does(|_, _| Does::Answers(200));
        setup.enable(&subscription).await;
        taken(&receiver, 2).await;
        outbox.stop().await;
    })
    .await;
}

#[tokio::test]
async fn an_endpoint_that_fails_for_days_is_disabled_and_its_owner_is_told() {
    on_both(async |database| {
        let setup = Setup::new(database).await;
        let receiver = Receiver::start(|_, _| Does::Answers(503)).await;
        let subscription =
            setup.subscribe_as(SubscriptionOwner::Gateway, SubscriptionForm::Event, &receiver.url()).await;
        let mut brief = settings();
        brief.patience.disable_after = SignedDuration::from_hours(12);
        let webhooks =
            setup.webhooks(&super::setup::client(&["127.0.0.0/8"], varco::outbox::Lookup::system()));
        let outbox = setup.start_with(&setup.store, Some(webhooks), brief).await;
        for base in 1..=3 {
            setup.create(base).await;
        }
        came(&receiver, 1).await;
        let hours = until_disabled(&setup, &subscription).await;
        assert!((12..=40).contains(&hours), "{}: disabled after {hours} hours", setup.engine);
        assert_eq!(setup.known(&subscription).await.disabled.unwrap().reason, DisabledReason::Failing);
        assert_eq!(disabled_events(&setup.store, Feed::GATEWAY).await.len(), 1);
        let waiting = setup.log(&subscription).await;
        assert!(waiting.iter().all(|delivery| delivery.state.word() == "pending"), "nothing is lost");
        outbox.stop().await;
    })
    .await;
}

#[tokio::test]
async fn an_endpoint_that_was_down_gets_all_that_waits_as_soon_as_it_is_back() {
    on_both(async |database| {
        let setup = Setup::new(database).await;
        let receiver = Receiver::start(|_, _| Does::Answers(500)).await;
        setup.subscribe(&receiver).await;
        let outbox = setup.start().await;
        for base in 1..=20 {
            setup.create(base).await;
        }
        // Eight are under way at once at first; then it is asked by one at a time.
        came(&receiver, 5).await;
        for _ in 0..20 {
            setup.pass(SignedDuration::from_mins(3));
            tokio::time::sleep(std::time::Duration::from_millis(150)).await;
        }
        let asked = receiver.seen().len();
        assert!(asked <= 8 + 22, "{}: {asked} requests to an endpoint that is down", setup.engine);
        receiver.does(|_, _| Does::Answers(200));
        setup.pass(SignedDuration::from_mins(5));
        taken(&receiver, 20).await;
        assert_eq!(receiver.taken().len(), 20);
        outbox.stop().await;
    })
    .await;
}

#[tokio::test]
async fn deliveries_wait_while_there_is_no_key_to_sign_them_with() {
    on_both(async |database| {
        let setup = Setup::new(database).await;
        let receiver = Receiver::willing().await;
        let subscription = setup.subscribe(&receiver).await;
        let outbox = setup.start_with(&setup.store, None, settings()).await;
        setup.create(1).await;
        let mut made = 0;
        for _ in 0..100 {
            made = setup.log(&subscription).await.len();
            if made == 1 {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        assert_eq!((made, receiver.seen().len()), (1, 0), "{}", setup.engine);
        outbox.stop().await;
        let outbox = setup.start().await;
        taken(&receiver, 1).await;
        outbox.stop().await;
    })
    .await;
}

#[tokio::test]
async fn old_deliveries_are_forgotten_with_their_log() {
    on_both(async |database| {
        let setup = Setup::new(database).await;
        let receiver = Receiver::willing().await;
        let subscription = setup.subscribe(&receiver).await;
        let outbox = setup.start().await;
        setup.create(1).await;
        taken(&receiver, 1).await;
        outbox.stop().await;
        let done = setup.clock.now();
        assert!(!setup.store.purge_deliveries(done).await.unwrap());
        assert_eq!(setup.log(&subscription).await.len(), 1);
        assert!(setup.store.purge_deliveries(done + SignedDuration::from_secs(1)).await.unwrap());
        assert_eq!(setup.log(&subscription).await.len(), 0);
        assert_eq!(setup.events().await.len(), 1, "events stay");
    })
    .await;
}

#[tokio::test]
async fn as_many_deliveries_are_forgotten_as_are_made() {
    on_both(async |database| {
        let setup = Setup::new(database).await;
        let receiver = Receiver::willing().await;
        let subscription = setup.subscribe(&receiver).await;
        let outbox = setup.start().await;
        for base in 1..=300 {
            setup.create(base).await;
        }
        taken(&receiver, 300).await;
        outbox.stop().await;
        setup.pass(SignedDuration::from_hours(91 * 24));
        let outbox = setup.start().await;
        let begun = std::time::Instant::now();
        while !setup.log(&subscription).await.is_empty() {
            assert!(begun.elapsed().as_secs() < 10, "{}: they are still there", setup.engine);
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        outbox.stop().await;
    })
    .await;
}

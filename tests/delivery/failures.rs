//! Endpoints that fail, one way or another, and come back.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use varco::outbox::Lookup;

use super::receiver::{Does, Receiver};
use super::setup::{Setup, came, client, settings, soon, taken};
use super::support::{on_both, samples};

/// The next minutes pass, a little at a time, until something holds.
async fn pass_until(setup: &Setup, holds: impl Fn() -> bool) {
    for _ in 0..2000 {
        if holds() {
            return;
        }
        setup.pass(SignedDuration::from_secs(10));
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("{}: it never came to that", setup.engine);
}

#[tokio::test]
async fn an_endpoint_that_fails_in_every_way_for_an_hour_gets_every_event_as_it_stands_and_in_order() {
    on_both(async |database| {
        let setup = Setup::new(database).await;
        let (clock, back) = (setup.clock.clone(), setup.clock.now() + SignedDuration::from_hours(1));
        let receiver = Receiver::start(move |number, _| {
            if clock.now() >= back {
                return Does::Answers(if number % 7 == 0 { 500 } else { 200 });
            }
            match number % 6 {
                0 => Does::Answers(500),
                1 => Does::Says(429, "retry-after: 30", "slow down".to_owned()),
                2 => Does::Hangs,
                3 => Does::ClosesMidway,
                4 => Does::HangsUp,
                _ => Does::Says(301, "location: /elsewhere", String::new()),
            }
        })
        .await;
        let subscription = setup.subscribe(&receiver).await;
        let outbox = setup.start().await;
        for base in 1..=8 {
            setup.create(base).await;
        }
        for _ in 0..3 {
            for base in 1..=8 {
                setup.toggle(base).await;
            }
        }
        let events = setup.events().await;
        assert_eq!(events.len(), 32);
        pass_until(&setup, || receiver.taken().len() >= events.len()).await;
        assert!(setup.clock.now() >= back);
        assert_eq!(receiver.taken().len(), events.len(), "each is taken once");

        let stored: BTreeMap<String, &str> =
            events.iter().map(|event| (event.id(), event.body.as_str())).collect();
        for seen in receiver.seen() {
            assert_eq!(stored[seen.id()], seen.body, "{}", setup.engine);
            assert_eq!(seen.path, "/hook?key=a", "no answer leads elsewhere");
        }
        let mut ids: Vec<String> = receiver.taken().iter().map(|seen| seen.id().to_owned()).collect();
        ids.sort_unstable();
        assert_eq!(ids, stored.keys().cloned().collect::<Vec<_>>());
        for (subject, sequences) in receiver.sequences() {
            assert!(sequences.is_sorted() && sequences.len() == 4, "{subject}: {sequences:?}");
        }
        outbox.stop().await;
        let log = setup.log(&subscription).await;
        let tries: usize = log.iter().map(|delivery| delivery.attempts.len()).sum();
        assert_eq!(tries, receiver.seen().len(), "{}: every try is in the log", setup.engine);
    })
    .await;
}

#[tokio::test]
async fn an_event_that_is_never_taken_holds_up_its_own_position_alone_and_is_given_up_in_the_end() {
    on_both(async |database| {
        let setup = Setup::new(database).await;
        let receiver = Receiver::start(|_, seen| {
            let poison = seen.body.contains("positions/p1\"") && seen.body.contains("position.created");
            Does::Answers(if poison { 500 } else { 200 })
        })
        .await;
        let subscription = setup.subscribe(&receiver).await;
        let mut brief = settings();
        brief.patience.give_up_after = SignedDuration::from_hours(12);
        let webhooks = setup.webhooks(&client(&["127.0.0.0/8"], Lookup::system()));
        let outbox = setup.start_with(&setup.store, Some(webhooks), brief).await;
        for base in 1..=5 {
            setup.create(base).await;
            setup.toggle(base).await;
        }
        taken(&receiver, 8).await;
        assert!(receiver.sequences().keys().all(|subject| subject != "positions/p1"));
        // It is tried for half a day, less and less often.
        let mut hours = 0;
        while receiver.taken().len() < 9 {
            hours += 1;
            assert!(hours < 40, "{}: it is given up", setup.engine);
            setup.pass(SignedDuration::from_hours(1));
            tokio::time::sleep(std::time::Duration::from_millis(400)).await;
        }
        assert!(hours >= 12, "{}: given up after {hours} hours", setup.engine);
        let sequences = receiver.sequences();
        assert_eq!(sequences["positions/p1"].len(), 1, "what came behind it goes on");
        outbox.stop().await;
        let log = setup.log(&subscription).await;
        let dead: Vec<_> = log.iter().filter(|delivery| delivery.state.word() == "dead").collect();
        assert_eq!(dead.len(), 1);
        assert!((6..=12).contains(&dead[0].attempts.len()), "{}", dead[0].attempts.len());
        assert!(setup.known(&subscription).await.disabled.is_none());
    })
    .await;
}

#[tokio::test]
async fn a_busy_endpoint_is_left_alone_for_as_long_as_it_asks() {
    on_both(async |database| {
        let setup = Setup::new(database).await;
        let receiver = Receiver::start(|_, _| Does::Says(429, "retry-after: 1800", "later".to_owned())).await;
        let subscription = setup.subscribe(&receiver).await;
        let outbox = setup.start().await;
        setup.create(1).await;
        came(&receiver, 1).await;
        setup.create(2).await;
        receiver.does(|_, _| Does::Answers(200));
        for _ in 0..5 {
            setup.pass(SignedDuration::from_mins(5));
            tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        }
        assert_eq!(receiver.seen().len(), 1, "{}: nothing else is sent either", setup.engine);
        setup.pass(SignedDuration::from_mins(6));
        taken(&receiver, 2).await;
        outbox.stop().await;
        let log = setup.log(&subscription).await;
        let first = &log[0].attempts[0];
        assert_eq!(
            (first.status, first.response.as_deref(), &first.error),
            (Some(429), Some("later"), &None)
        );
    })
    .await;
}

#[tokio::test]
async fn an_answer_is_read_up_to_a_bound_and_kept_up_to_a_smaller_one() {
    let setup = Setup::new(super::support::TestDatabase::sqlite()).await;
    let receiver = Receiver::start(|_, _| Does::Babbles).await;
    let subscription = setup.subscribe(&receiver).await;
    let outbox = setup.start().await;
    setup.create(1).await;
    came(&receiver, 1).await;
    let tally = std::sync::Arc::clone(&outbox.tally);
    soon("the status counts")(&mut || tally.counts().delivered == 1).await;
    outbox.stop().await;
    let log = setup.log(&subscription).await;
    assert_eq!(log[0].attempts[0].response.as_deref().map(str::len), Some(1024));
}

#[tokio::test]
async fn what_is_under_way_at_the_stop_is_finished_or_given_back() {
    on_both(async |database| {
        let setup = Setup::new(database).await;
        let receiver = Receiver::start(|_, _| Does::Hangs).await;
        let subscription = setup.subscribe(&receiver).await;
        let outbox = setup.start().await;
        setup.create(1).await;
        came(&receiver, 1).await;
        outbox.stop().await;
        let log = setup.log(&subscription).await;
        assert_eq!(log[0].attempts[0].error.as_deref(), Some("no answer in time"), "it was waited for");

        setup.pass(SignedDuration::from_hours(1));
        let outbox = setup.start().await;
        came(&receiver, 2).await;
        outbox.soft.cancel();
        outbox.hard.cancel();
        outbox.task.await.unwrap();
        receiver.does(|_, _| Does::Answers(200));
        let outbox = setup.start().await;
        taken(&receiver, 1).await;
        outbox.stop().await;
        let seen = receiver.seen();
        assert!(seen.iter().all(|one| one.id() == seen[0].id()), "the same event has the same id");
        assert_eq!(setup.events_of(samples::EC).await.len(), 1);
    })
    .await;
}

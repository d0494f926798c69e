//! Signatures, judged by the specification's own library.

use jiff::SignedDuration;
use secrecy::ExposeSecret;
use standardwebhooks::Webhook;
use varco::domain::clock::Clock;
use varco::domain::subscription::Subscription;

use super::receiver::{Receiver, Seen};
use super::setup::{Setup, secrets, taken};
use super::support::on_both;

fn verifies(seen: &Seen, subscription: &Subscription, number: i64) -> bool {
    let secret = secrets().of(subscription.id.as_str(), number).shown();
    let webhook = Webhook::new(secret.expose_secret()).unwrap();
    webhook.verify(seen.body.as_bytes(), &seen.headers).is_ok()
}

#[tokio::test]
async fn deliveries_are_signed_by_the_secret_and_for_a_while_by_the_one_before() {
    on_both(async |database| {
        let mut setup = Setup::new(database).await;
        // The library holds the time of a signature against that of the machine.
        setup.clock = Clock::system();
        let receiver = Receiver::willing().await;
        let subscription = setup.subscribe(&receiver).await;
        let outbox = setup.start().await;
        setup.create(1).await;
        taken(&receiver, 1).await;
        let now = setup.clock.now();
        let until = Some(now + SignedDuration::from_hours(1));
        setup.store.rotate_secret(&subscription.id, until, now).await.unwrap().unwrap();
        setup.create(2).await;
        taken(&receiver, 2).await;
        setup.store.rotate_secret(&subscription.id, None, now).await.unwrap().unwrap();
        setup.create(3).await;
        taken(&receiver, 3).await;
        outbox.stop().await;

        let seen = receiver.taken();
        let by = |seen: &Seen| [1, 2, 3].map(|number| verifies(seen, &subscription, number));
        assert_eq!(by(&seen[0]), [true, false, false], "{}", setup.engine);
        assert_eq!(by(&seen[1]), [true, true, false], "{}", setup.engine);
        assert_eq!(by(&seen[2]), [false, false, true], "{}", setup.engine);
        assert_eq!(seen[1].header("webhook-signature").split(' ').count(), 2);
        assert_eq!(seen[0].header("content-type"), "application/cloudevents+json; charset=utf-8");
        assert_eq!(seen[0].id(), seen[0].event()["id"].as_str().unwrap());
        let mut forged = seen[0].clone();
        forged.body = forged.body.replace("p1", "p2");
        assert!(!verifies(&forged, &subscription, 1));
    })
    .await;
}

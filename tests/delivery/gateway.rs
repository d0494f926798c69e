//! The whole gateway: from the node's message to the endpoint.

use std::time::{Duration, Instant};

use varco::domain::clock::Clock;
use varco::domain::subscription::{SubscriptionForm, SubscriptionOwner};
use varco::store::FirstEvents;

use super::receiver::Receiver;
use super::setup::{MASTER_KEY, taken};
use super::support::gateway::TestGateway;
use super::support::messages::paid;
use super::support::{TestDatabase, samples};

#[tokio::test]
async fn an_endpoint_learns_of_a_payment_within_a_second() {
    for database in [TestDatabase::sqlite(), TestDatabase::postgres().await] {
        let url = database.url.clone();
        let settings =
            [("VARCO__DELIVERY__MASTER_KEY", MASTER_KEY), ("VARCO__DELIVERY__ALLOW_NETWORKS", "127.0.0.1")];
        let gateway = TestGateway::start_through(database, &url, &settings).await;
        let receiver = Receiver::willing().await;
        let subscription = super::setup::subscription(
            SubscriptionOwner::Organization(samples::ec()),
            SubscriptionForm::Event,
            (&receiver.url(), Clock::manual(samples::now()).0.now()),
        );
        gateway.store().add_subscription(&subscription, FirstEvents::New).await.unwrap();
        gateway.owe(1, 10_000).await;
        taken(&receiver, 1).await;
        let paid_at = Instant::now();
        gateway.settle(&paid("receipt-1", 1, 10_000)).await;
        taken(&receiver, 2).await;
        let took = paid_at.elapsed();
        assert!(took < Duration::from_secs(1), "{}: {took:?}", gateway.engine);
        let told = receiver.taken();
        let booked =
            told.iter().map(|seen| seen.event()).find(|event| event["type"] == "varco.receipt.booked");
        let booked = booked.expect("the receipt is told first");
        assert_eq!(
            (&booked["data"]["receiptId"], &booked["data"]["amount"]),
            (&"receipt-1".into(), &10_000.into())
        );
        let (_, metrics) = gateway.api("/metrics").await;
        assert!(metrics.contains("varco_deliveries_total{outcome=\"delivered\"}"), "{metrics}");
        gateway.end().await;
    }
}

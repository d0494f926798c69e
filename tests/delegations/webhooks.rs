//! A broker's webhooks are told of what is delegated to it while it is.

use hyper::{Method, StatusCode};
use serde_json::json;
use varco::domain::subscription::Subscription;

use crate::desk::{BROKER_SYSTEM, Desk, on_both_desks};
use crate::support::api::{EC, position};
use crate::support::samples::{BROKER, now};

/// Makes the deliveries of what has happened; how many there were.
async fn told(desk: &Desk, subscription: &Subscription) -> usize {
    let store = &desk.gateway.store;
    store.open_places(&[(subscription, EC)]).await.unwrap();
    store.fan_out(&[(subscription, EC)], now()).await.unwrap().deliveries
}

async fn subscribe(desk: &Desk) -> Subscription {
    let body = json!({ "label": "x", "url": "https://broker.example.it/" });
    let path = format!("/subscriptions/v1/brokers/{BROKER}/subscriptions");
    let made = desk.ask(BROKER_SYSTEM, Method::POST, &path, Some(&body)).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    desk.gateway.store.active_subscriptions().await.unwrap().pop().unwrap()
}

#[tokio::test]
async fn a_broker_is_told_of_whom_its_stations_serve_as_long_as_nothing_was_ever_delegated() {
    on_both_desks(async |desk| {
        let subscription = subscribe(desk).await;
        desk.gateway.create(&position("one", 1)).await;
        assert_eq!(told(desk, &subscription).await, 1);
    })
    .await;
}

#[tokio::test]
async fn what_was_delegated_is_told_while_it_is_and_no_longer() {
    on_both_desks(async |desk| {
        let subscription = subscribe(desk).await;
        let some = desk.delegate(json!(["positions"]), json!({})).await;
        desk.gateway.create(&position("one", 1)).await;
        assert_eq!(told(desk, &subscription).await, 0, "events tell of receipts too");
        desk.revoke(&some).await;
        let all = desk.delegate(json!(["positions", "receipts"]), json!({})).await;
        desk.gateway.create(&position("two", 2)).await;
        assert_eq!(told(desk, &subscription).await, 1);
        desk.revoke(&all).await;
        desk.gateway.create(&position("three", 3)).await;
        assert_eq!(told(desk, &subscription).await, 0);
        desk.delegate(json!(["positions", "receipts"]), json!({ "segregationCodes": ["01"] })).await;
        desk.gateway.create(&position("four", 4)).await;
        assert_eq!(told(desk, &subscription).await, 0, "a notice of another code");
    })
    .await;
}

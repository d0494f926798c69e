//! Events that are sent again.

use hyper::{Method, StatusCode};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::desk::{Desk, on_both_desks, wanted};
use crate::support::api::*;
use crate::support::samples;

async fn replay(desk: &Desk, id: &str, body: &Value) -> Answer {
    desk.ask(Method::POST, &format!("/{id}/replay"), Some(body)).await
}

async fn replayed(desk: &Desk, id: &str, body: &Value) -> u64 {
    let answer = replay(desk, id, body).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.body);
    answer.body["replayed"].as_u64().unwrap()
}

/// That many hours after the first instant of the test.
fn hour(hours: i64) -> String {
    (samples::now() + SignedDuration::from_hours(hours)).to_string()
}

/// A draft each hour, one event each, and then a subscription that begins now.
async fn with_history(desk: &Desk, hours: u64, types: &[&str]) -> String {
    for base in 1..=hours {
        desk.gateway.create(&position(&format!("p{base}"), base)).await;
        desk.gateway.clock.advance(SignedDuration::from_hours(1));
    }
    desk.make(&but(wanted("a"), "/types", json!(types))).await.id
}

#[tokio::test]
async fn one_event_is_sent_again_whatever_became_of_it() {
    on_both_desks(async |desk| {
        let id = with_history(desk, 2, &["varco.position.*"]).await;
        let event = desk.events(EC).await.remove(0);
        let body = json!({ "eventId": event.id() });
        assert_eq!(replayed(desk, &id, &body).await, 1, "its delivery is made");
        let deliveries = desk.deliveries(&id, "").await;
        assert_eq!(deliveries.len(), 1);
        assert_eq!(deliveries[0]["eventId"], event.id());
        assert_eq!(deliveries[0]["state"], "pending");
        assert_eq!(deliveries[0]["nextAttemptAt"], hour(2));

        desk.run(
            "UPDATE delivery SET state = 'dead', attempts = 9, first_at = 1, logged = 9, done_at = 5, held_by = 1, \
             held_until = 2, next_at = 0",
        )
        .await;
        assert_eq!(replayed(desk, &id, &body).await, 1);
        let deliveries = desk.deliveries(&id, "").await;
        assert_eq!((deliveries.len(), deliveries[0]["state"].clone()), (1, json!("pending")));
        assert_eq!(deliveries[0].get("doneAt"), None);
        let begun = "SELECT 1 FROM delivery WHERE attempts = 0 AND logged = 9 AND first_at IS NULL \
                     AND held_by IS NULL AND held_until IS NULL";
        assert_eq!(desk.count(&format!("({begun}) AS found")).await, 1, "it begins anew, and its log goes on");
    })
    .await;
}

#[tokio::test]
async fn an_event_that_the_subscription_does_not_want_is_not_there_for_it() {
    on_both_desks(async |desk| {
        let id = with_history(desk, 1, &["varco.receipt.*"]).await;
        let wanted_by_all = desk.events(EC).await.remove(0).id();
        let missing = |id: String| json!({ "eventId": id });
        let foreign = desk.make_as(MASTER_KEY, &format!("organizations/{OTHER_EC}"), &wanted("b")).await;
        assert!(!foreign.id.is_empty());
        let of_other = desk.events(OTHER_EC).await.remove(0).id();
        let wider = desk.make(&wanted("all")).await.id;
        for (subscription, event) in [
            (&id, wanted_by_all.clone()),
            (&wider, of_other),
            (&wider, format!("{EC}-1-0")),
            (&wider, format!("{EC}-99-0")),
            (&wider, "nonsense".to_owned()),
            (&wider, String::new()),
        ] {
            let refused = replay(desk, subscription, &missing(event)).await;
            refused.is_problem(404, "Not Found", "unknown_event");
        }
        assert_eq!(replayed(desk, &wider, &missing(wanted_by_all)).await, 1);
    })
    .await;
}

#[tokio::test]
async fn the_events_of_an_interval_are_sent_again() {
    on_both_desks(async |desk| {
        let id = with_history(desk, 5, &["varco.position.created"]).await;
        desk.put_delivery(&id, 2, ("delivered", 0)).await;
        let interval = |from, until| json!({ "from": hour(from), "until": hour(until) });
        assert_eq!(replayed(desk, &id, &interval(1, 3)).await, 2, "the end is not in it");
        let sequences = |page: Vec<Value>| -> Vec<Value> {
            page.into_iter().map(|one| one["sequence"].clone()).collect()
        };
        assert_eq!(sequences(desk.deliveries(&id, "?state=pending").await), [3, 2]);
        assert_eq!(replayed(desk, &id, &interval(-744, 0)).await, 0);
        assert_eq!(
            replayed(desk, &id, &interval(0, 744)).await,
            5,
            "all that are there, whatever they are now"
        );
        assert_eq!(sequences(desk.deliveries(&id, "").await), [5, 4, 3, 2, 1]);
    })
    .await;
}

#[tokio::test]
async fn an_interval_with_many_events_is_gone_through_step_by_step() {
    on_both_desks(async |desk| {
        let numbers = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 700)";
        let at = samples::now().as_microsecond();
        desk.run(&format!(
            "INSERT INTO event (feed, seq, type, subject, codes, occurred_at, body, chain) {numbers} \
             SELECT '{EC}', i, CASE i % 2 WHEN 0 THEN 'varco.option.paid' ELSE 'varco.option.added' END, 'x', '02', \
             {at} + i / 300, 'b', 'c' FROM n"
        ))
        .await;
        desk.run(&format!("INSERT INTO event_head (feed, last, chain) VALUES ('{EC}', 700, 'c')")).await;
        let id = desk.make(&but(wanted("a"), "/types", json!(["varco.option.paid"]))).await.id;
        let interval = json!({ "from": hour(0), "until": hour(1) });
        assert_eq!(replayed(desk, &id, &interval).await, 350);
        assert_eq!(desk.count("delivery WHERE state = 'pending'").await, 350);
    })
    .await;
}

#[tokio::test]
async fn an_event_that_is_still_to_come_to_it_is_counted_and_made_only_once() {
    on_both_desks(async |desk| {
        let id = desk.make(&wanted("a")).await.id;
        desk.gateway.create(&position("p", 1)).await;
        let event = desk.events(EC).await.pop().unwrap();
        assert_eq!(replayed(desk, &id, &json!({ "eventId": event.id() })).await, 1);
        assert_eq!(desk.count("delivery").await, 0, "what sends makes it");
    })
    .await;
}

#[tokio::test]
async fn the_gateway_replays_what_happened_anywhere() {
    on_both_desks(async |desk| {
        for owner in
            [format!("organizations/{EC}"), format!("organizations/{OTHER_EC}"), "gateway".to_owned()]
        {
            desk.make_as(MASTER_KEY, &owner, &wanted("a")).await;
        }
        let one = desk.make_as(MASTER_KEY, "gateway", &wanted("b")).await;
        let path = format!("gateway/subscriptions/{}/replay", one.id);
        let interval = json!({ "from": hour(0), "until": hour(1) });
        let answer = desk.ask_as(MASTER_KEY, Method::POST, &path, Some(&interval)).await;
        assert_eq!(answer.body["replayed"], 4, "{}", answer.body);
        let broker = format!("brokers/{}", samples::BROKER);
        let one = desk.make_as(MASTER_KEY, &broker, &wanted("c")).await;
        let path = format!("{broker}/subscriptions/{}/replay", one.id);
        let answer = desk.ask_as(MASTER_KEY, Method::POST, &path, Some(&interval)).await;
        assert_eq!(answer.body["replayed"], 1, "those of the institution that it serves");
    })
    .await;
}

#[tokio::test]
async fn whatever_is_wrong_with_a_replay_is_told_with_its_place() {
    on_both_desks(async |desk| {
        let id = desk.make(&wanted("a")).await.id;
        for (body, pointer, code) in [
            (json!({}), "/from", "required"),
            (json!([]), "", "wrong_type"),
            (json!({ "from": hour(0) }), "/until", "required"),
            (json!({ "until": hour(0) }), "/from", "required"),
            (json!({ "eventId": "a", "from": hour(0) }), "/eventId", "event_or_interval"),
            (json!({ "eventId": 7 }), "/eventId", "wrong_type"),
            (json!({ "from": "2026-11-22", "until": hour(0) }), "/from", "date_form"),
            (json!({ "from": hour(0), "until": "tomorrow" }), "/until", "date_form"),
            (json!({ "from": hour(0), "until": hour(0) }), "/until", "date_interval"),
            (json!({ "from": hour(0), "until": hour(745) }), "/until", "interval_too_long"),
        ] {
            let refused = replay(desk, &id, &body).await;
            refused.is_problem(400, "BAD REQUEST", "invalid_subscription");
            assert_eq!(refused.violations(), [(pointer, code)], "{body}");
        }
        assert_eq!(desk.count("delivery").await, 0);
    })
    .await;
}

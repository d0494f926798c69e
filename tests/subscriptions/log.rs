//! What has become of events: the log of deliveries and those that were given up.

use hyper::Method;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::desk::{Desk, on_both_desks, wanted};
use crate::support::api::*;
use crate::support::samples;

/// The attempt of that number, so many seconds after now.
async fn put_attempt(desk: &Desk, id: &str, seq: i64, (number, rest): (i64, &str)) {
    let at = (samples::now() + SignedDuration::from_secs(number)).as_microsecond();
    desk.run(&format!(
        "INSERT INTO delivery_attempt (subscription, feed, seq, attempt_no, at, took, status, error, response) \
         VALUES ('{id}', '{EC}', {seq}, {number}, {at}, 52900, {rest})"
    ))
    .await;
}

#[tokio::test]
async fn a_delivery_is_shown_with_each_time_that_it_was_sent() {
    on_both_desks(async |desk| {
        let made = desk.make(&wanted("a")).await;
        let event = desk.events(EC).await.remove(0);
        let next = samples::now() + SignedDuration::from_mins(5);
        desk.put_delivery(&made.id, 1, ("pending", next.as_microsecond())).await;
        put_attempt(desk, &made.id, 1, (1, "NULL, 'no answer in time', NULL")).await;
        put_attempt(desk, &made.id, 1, (2, "500, 'the endpoint answered 500', 'à'")).await;
        let at = |seconds| (samples::now() + SignedDuration::from_secs(seconds)).to_string();
        let expected = json!({
            "eventId": event.id(), "type": "varco.subscription.created", "time": samples::now().to_string(),
            "feed": EC, "sequence": 1, "state": "pending", "nextAttemptAt": next.to_string(),
            "attempts": [
                { "number": 1, "at": at(1), "latencyMs": 52, "error": "no answer in time" },
                { "number": 2, "at": at(2), "latencyMs": 52, "status": 500,
                  "error": "the endpoint answered 500", "response": "à" },
            ],
        });
        assert_eq!(desk.deliveries(&made.id, "").await, [expected]);
    })
    .await;
}

#[tokio::test]
async fn only_the_last_attempts_of_many_are_shown() {
    on_both_desks(async |desk| {
        let made = desk.make(&wanted("a")).await;
        desk.put_delivery(&made.id, 1, ("pending", 0)).await;
        for number in 1..=52 {
            put_attempt(desk, &made.id, 1, (number, "500, NULL, NULL")).await;
        }
        let shown = desk.deliveries(&made.id, "").await[0]["attempts"].take();
        let numbers: Vec<i64> =
            shown.as_array().unwrap().iter().map(|one| one["number"].as_i64().unwrap()).collect();
        assert_eq!(numbers, Vec::from_iter(3..=52));
    })
    .await;
}

#[tokio::test]
async fn deliveries_are_walked_through_by_state_the_latest_first() {
    on_both_desks(async |desk| {
        let made = desk.make(&wanted("a")).await;
        let other = desk.make(&wanted("b")).await;
        for seq in 1..=9 {
            let state = ["pending", "delivered", "dead"][seq as usize % 3];
            desk.put_delivery(&made.id, seq, (state, 0)).await;
            desk.put_delivery(&other.id, seq, (state, 0)).await;
        }
        desk.run("UPDATE delivery SET done_at = 1 WHERE state <> 'pending'").await;
        let sequences = |page: &[Value]| -> Vec<i64> {
            page.iter().map(|one| one["sequence"].as_i64().unwrap()).collect()
        };
        assert_eq!(sequences(&desk.deliveries(&made.id, "").await), [9, 8, 7, 6, 5, 4, 3, 2, 1]);
        assert_eq!(sequences(&desk.deliveries(&made.id, "?state=delivered").await), [7, 4, 1]);
        let dead = desk.ask(Method::GET, &format!("/{}/dead-letters", made.id), None).await;
        let dead = dead.body["deliveries"].as_array().unwrap().clone();
        assert_eq!(sequences(&dead), [8, 5, 2]);
        assert!(dead.iter().all(|one| one["state"] == "dead" && one["doneAt"].is_string()));

        for (query, all) in [("", 9), ("&state=pending", 3)] {
            let (mut after, mut walked) = (String::new(), Vec::new());
            loop {
                let path = format!("/{}/deliveries?limit=2&after={after}{query}", made.id);
                let page = desk.ask(Method::GET, &path, None).await;
                walked.extend(sequences(page.body["deliveries"].as_array().unwrap()));
                match page.body.get("next") {
                    Some(next) => after = next.as_str().unwrap().to_owned(),
                    None => break,
                }
            }
            assert_eq!(walked.len(), all);
            assert!(walked.is_sorted_by(|a, b| a > b), "{walked:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_parameter_that_cannot_be_read_is_refused() {
    on_both_desks(async |desk| {
        let made = desk.make(&wanted("a")).await;
        for query in [
            "state=lost",
            "limit=0",
            "limit=101",
            "limit=x",
            "after=1",
            "after=gateway.01",
            "limit=1&limit=2",
        ] {
            let refused = desk.ask(Method::GET, &format!("/{}/deliveries?{query}", made.id), None).await;
            refused.is_problem(400, "BAD REQUEST", "query_parameter");
        }
        assert!(desk.deliveries(&made.id, "?state=&after=&limit=").await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn deliveries_of_several_feeds_are_walked_through_feed_by_feed() {
    on_both_desks(async |desk| {
        let made = desk.make_as(MASTER_KEY, "gateway", &wanted("a")).await;
        for (feed, seq) in [("gateway", 1), (EC, 1), (EC, 2), (OTHER_EC, 7)] {
            desk.run(&format!(
                "INSERT INTO delivery (subscription, feed, seq, subject, state, attempts, logged, next_at) \
                 VALUES ('{}', '{feed}', {seq}, 'x', 'pending', 0, 0, 0)",
                made.id
            ))
            .await;
        }
        for query in ["", "&state=pending"] {
            let (mut after, mut walked) = (String::new(), Vec::new());
            loop {
                let path =
                    format!("gateway/subscriptions/{}/deliveries?limit=1&after={after}{query}", made.id);
                let page = desk.ask_as(MASTER_KEY, Method::GET, &path, None).await;
                let one = &page.body["deliveries"][0];
                walked.push(format!("{} {}", one["feed"].as_str().unwrap(), one["sequence"]));
                match page.body.get("next") {
                    Some(next) => after = next.as_str().unwrap().to_owned(),
                    None => break,
                }
            }
            let of = |feed, seq| format!("{feed} {seq}");
            assert_eq!(walked, [of("gateway", 1), of(EC, 2), of(EC, 1), of(OTHER_EC, 7)]);
        }
    })
    .await;
}

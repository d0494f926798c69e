//! Routes begin, follow each other and are withdrawn.

use hyper::{Method, StatusCode};
use serde_json::{Value, json};

use crate::desk::{EC_DESK, OPERATOR, ROUTES, on_both_desks, route};
use crate::support::api::{EC, but};
use crate::support::samples::STATION;

#[tokio::test]
async fn a_route_holds_from_its_instant_until_the_next_and_nothing_has_to_run() {
    on_both_desks(async |desk| {
        desk.partner("old", "legacy").await;
        desk.partner("new", "pa_for_node").await;
        assert_eq!(desk.answering(STATION), ("managed".into(), None));
        let first = desk.post_route(EC_DESK, &route("legacy", Some("old"), None)).await;
        assert_eq!(first.status, StatusCode::CREATED, "{}", first.body);
        let id = first.body["id"].as_str().unwrap().to_owned();
        assert_eq!(first.headers["location"], format!("/admin/v1{ROUTES}/{id}"));
        let shown = json!({
            "id": id, "organization": EC, "station": STATION, "auxDigit": 3, "code": "02", "handler": "legacy",
            "partner": "old", "from": "2026-11-22T10:00:00Z", "state": "in_force",
            "madeAt": "2026-11-22T10:00:00Z",
        });
        assert_eq!(first.body, shown);
        assert_eq!(desk.answering(STATION), ("legacy old".into(), None), "at once");

        let next = but(route("forward", Some("new"), Some("2026-11-23T10:00:00Z")), "/overlapUntil",
            json!("2026-11-24T10:00:00Z"));
        let next = desk.route(&next).await;
        assert_eq!((desk.state(&id).await, desk.state(&next).await), (json!("in_force"), json!("planned")));
        desk.later(23);
        assert_eq!(desk.answering(STATION), ("legacy old".into(), None));
        desk.later(1);
        assert_eq!(desk.answering(STATION), ("forward new".into(), Some("legacy old".into())));
        assert_eq!((desk.state(&id).await, desk.state(&next).await), (json!("past"), json!("overlap")));
        desk.later(24);
        assert_eq!(desk.answering(STATION), ("forward new".into(), None));
        assert_eq!(desk.state(&next).await, "in_force");
        desk.route(&route("managed", None, None)).await;
        assert_eq!(desk.answering(STATION), ("managed".into(), None));

        let list = async |query: &str| {
            let found = desk.get(EC_DESK, &format!("{ROUTES}{query}")).await;
            assert_eq!(found.status, StatusCode::OK, "{}", found.body);
            found.body["routes"].as_array().unwrap().iter().map(|one| one["handler"].clone()).collect::<Vec<_>>()
        };
        assert_eq!(list("").await, ["legacy", "forward", "managed"], "in the order in which they begin");
        assert_eq!(list(&format!("?ec={EC}&station={STATION}&state=past")).await, ["legacy", "forward"]);
        assert_eq!(list("?state=in_force").await, ["managed"]);
        assert_eq!(list("?partner=new").await, ["forward"]);
        assert_eq!(list("?ec=66666666666").await, Vec::<Value>::new());
        let wrong = desk.get(EC_DESK, &format!("{ROUTES}?state=broken")).await;
        assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
        assert_eq!(desk.audited(&id).await, [("route.create".to_owned(), format!("key:{EC_DESK}"))]);
    })
    .await;
}

#[tokio::test]
async fn everything_that_is_wrong_with_a_route_is_told_at_once() {
    on_both_desks(async |desk| {
        let wrong = json!({
            "organization": "7", "station": "a b", "auxDigit": 3, "code": "x", "handler": "elsewhere",
            "partner": "Old", "from": "tomorrow", "overlapUntil": 7, "movedFrom": "",
        });
        let refused = desk.post_route(OPERATOR, &wrong).await;
        refused.is_problem(400, "Bad Request", "invalid_routing");
        let mut violations = refused.violations();
        violations.sort_unstable();
        assert_eq!(
            violations,
            [
                ("/code", "notice_number_form"),
                ("/from", "instant_form"),
                ("/handler", "unknown_handler"),
                ("/organization", "fiscal_code_form"),
                ("/overlapUntil", "wrong_type"),
                ("/partner", "partner_name_form"),
                ("/station", "identifier_form"),
            ]
        );
        for (body, violation) in [
            (but(route("managed", None, None), "/code", Value::Null), ("/code", "required")),
            (but(route("managed", None, None), "/auxDigit", json!(1)), ("/code", "code_not_allowed")),
            (but(route("managed", None, None), "/auxDigit", json!(4)), ("/auxDigit", "aux_digit")),
            (route("managed", Some("old"), None), ("/partner", "partner_not_allowed")),
            (route("legacy", None, None), ("/partner", "required")),
            (route("managed", None, Some("2026-11-22T09:54:59Z")), ("/from", "past")),
            (overlap("2026-11-23T10:00:00Z"), ("/overlapUntil", "overlap_ends_first")),
            (overlap("2027-02-21T10:00:01Z"), ("/overlapUntil", "overlap_too_long")),
            (moved("88888888888_02"), ("/movedFrom", "move_without_overlap")),
            (
                but(overlap("2026-11-24T10:00:00Z"), "/movedFrom", json!(STATION)),
                ("/movedFrom", "moved_nowhere"),
            ),
        ] {
            assert_eq!(desk.post_route(OPERATOR, &body).await.violations(), [violation], "{body}");
        }
    })
    .await;
}

/// From tomorrow on, with an overlap until then.
fn overlap(until: &str) -> Value {
    but(route("managed", None, Some("2026-11-23T10:00:00Z")), "/overlapUntil", json!(until))
}

fn moved(from: &str) -> Value {
    but(route("managed", None, None), "/movedFrom", json!(from))
}

#[tokio::test]
async fn a_route_is_of_notices_that_come_and_of_a_partner_that_can_answer_for_them() {
    on_both_desks(async |desk| {
        desk.partner("old", "legacy").await;
        desk.partner("new", "pa_for_node").await;
        let foreign = json!({
            "owner": "ec:66666666666", "name": "x", "speaks": "legacy", "url": "https://x/",
        });
        desk.put_partner(OPERATOR, "foreign", &foreign).await;
        desk.route(&route("managed", None, Some("2026-11-25T10:00:00Z"))).await;
        let elsewhere = but(overlap("2026-11-24T10:00:00Z"), "/movedFrom", json!("88888888888_07"));
        for (body, code) in [
            (but(route("managed", None, None), "/code", json!("01")), "code_not_served"),
            (but(route("managed", None, None), "/station", json!("88888888888_02")), "code_not_served"),
            (but(route("managed", None, None), "/organization", json!("66666666666")), "code_not_served"),
            (elsewhere, "moved_from_elsewhere"),
            (route("legacy", Some("nobody"), None), "unknown_partner"),
            (route("legacy", Some("foreign"), None), "unknown_partner"),
            (route("legacy", Some("new"), None), "partner_speaks_otherwise"),
            (route("forward", Some("old"), None), "partner_speaks_otherwise"),
            (route("legacy", Some("old"), Some("2026-11-25T10:00:00Z")), "same_instant"),
        ] {
            desk.post_route(OPERATOR, &body).await.is_problem(409, "Conflict", code);
        }
        // A broker's partner answers for whom its broker serves.
        let brokers = json!({
            "owner": "broker:88888888888", "name": "x", "speaks": "legacy", "url": "https://x/",
        });
        desk.put_partner(OPERATOR, "brokers", &brokers).await;
        desk.route(&route("legacy", Some("brokers"), None)).await;
        assert_eq!(desk.answering(STATION).0, "legacy brokers");
    })
    .await;
}

#[tokio::test]
async fn a_little_behind_means_now_and_never_changes_what_was_answered() {
    on_both_desks(async |desk| {
        let late = desk.post_route(EC_DESK, &route("managed", None, Some("2026-11-22T09:55:00Z"))).await;
        assert_eq!(late.body["from"], "2026-11-22T10:00:00Z", "{}", late.body);
    })
    .await;
}

#[tokio::test]
async fn what_is_still_to_come_is_withdrawn_and_what_holds_is_only_followed() {
    on_both_desks(async |desk| {
        desk.partner("old", "legacy").await;
        let id = desk.route(&route("legacy", Some("old"), Some("2026-11-23T10:00:00Z"))).await;
        let path = format!("{ROUTES}/{id}");
        let withdrawn = desk.ask(EC_DESK, Method::DELETE, &path, None).await;
        assert_eq!(withdrawn.status, StatusCode::NO_CONTENT, "{}", withdrawn.body);
        desk.get(EC_DESK, &path).await.is_problem(404, "Not Found", "unknown_route");
        desk.later(48);
        assert_eq!(desk.answering(STATION), ("managed".into(), None));
        let acts = desk.audited(&id).await.into_iter().map(|(action, _)| action).collect::<Vec<_>>();
        assert_eq!(acts, ["route.create", "route.remove"]);

        let holds = desk.route(&route("legacy", Some("old"), None)).await;
        let refused = desk.ask(EC_DESK, Method::DELETE, &format!("{ROUTES}/{holds}"), None).await;
        refused.is_problem(409, "Conflict", "route_in_force");
        assert_eq!(desk.answering(STATION).0, "legacy old");
        let removed = desk.ask(EC_DESK, Method::DELETE, "/routing/partners/old", None).await;
        removed.is_problem(409, "Conflict", "in_use");
    })
    .await;
}

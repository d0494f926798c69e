//! Where a second person is asked: a partner and a route wait, and hold from their instants on.

use hyper::{Method, StatusCode};
use serde_json::{Value, json};
use varco::domain::access::{Role, Tenant};
use varco::domain::governance::change::Deciding;
use varco::domain::governance::{Author, Kind};
use varco::store::ChangeAct;

use crate::desk::{Desk, EC_DESK, OPERATOR, PARTNERS, hasher, on_both_waiting, partner, route};
use crate::support::api::Answer;
use crate::support::samples::{self, STATION};

const BOTH: [Kind; 2] = [Kind::Partner, Kind::Route];

/// The change that waits.
#[track_caller]
fn waiting(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.body);
    answer.headers["location"].to_str().unwrap().rsplit('/').next().unwrap().to_owned()
}

/// A second person agrees, and the gateway carries out.
async fn agreed(desk: &Desk, change: &str) {
    let bruno = Author {
        actor: "person:bruno".to_owned(),
        name: "Bruno".to_owned(),
        role: Some(Role::TechnicalReferent),
        tenant: Tenant::Institution(samples::ec()),
        request: "request-of-bruno".to_owned(),
        reason: None,
        at: desk.now(),
    };
    let store = &desk.gateway.store;
    let acts = [ChangeAct::Approve(Deciding::AsPerson, None)];
    store.act_on_change(&bruno, change, &acts).await.unwrap();
    store.apply_change(change, desk.now()).await.unwrap();
    desk.gateway.refresh().await;
}

async fn shown(desk: &Desk, change: &str) -> Value {
    let shown = desk.get(OPERATOR, &format!("/changes/{change}")).await;
    assert_eq!(shown.status, StatusCode::OK, "{}", shown.body);
    shown.body
}

/// The names of all routes.
async fn routes(desk: &Desk) -> Vec<String> {
    let list = desk.get(OPERATOR, "/routing/routes").await;
    let name = |one: &Value| one["id"].as_str().unwrap().to_owned();
    list.body["routes"].as_array().unwrap().iter().map(name).collect()
}

#[tokio::test]
async fn a_partner_and_a_route_hold_once_two_persons_want_them() {
    on_both_waiting(&BOTH, async |desk| {
        let change = waiting(&desk.put_partner(EC_DESK, "old", &partner("legacy")).await);
        assert!(desk.seen("old").is_none());
        let told = shown(desk, &change).await;
        assert_eq!(told["state"], "submitted");
        assert_eq!(told["effects"][0]["after"]["url"], "https://gestionale.example/pagamenti");
        let key = desk.ask(OPERATOR, Method::POST, &format!("/changes/{change}/approve"), None).await;
        key.is_problem(403, "Forbidden", "person_needed");
        agreed(desk, &change).await;
        assert!(desk.seen("old").is_some());

        let change = waiting(&desk.post_route(EC_DESK, &route("legacy", Some("old"), None)).await);
        assert_eq!((desk.answering(STATION).0, routes(desk).await.len()), ("managed".into(), 0));
        desk.later(2);
        agreed(desk, &change).await;
        assert_eq!(desk.answering(STATION).0, "legacy old");
        let route = routes(desk).await.remove(0);
        let read = desk.get(EC_DESK, &format!("/routing/routes/{route}")).await;
        assert_eq!(read.body["from"], "2026-11-22T12:00:00Z", "from when it was carried out");
        let by = [("route.create".to_owned(), "person:bruno".to_owned())];
        assert_eq!(desk.audited(&route).await, by);
    })
    .await;
}

#[tokio::test]
async fn a_route_that_is_agreed_to_too_late_fails_and_changes_nothing() {
    on_both_waiting(&[Kind::Route], async |desk| {
        desk.partner("old", "legacy").await;
        let soon = route("legacy", Some("old"), Some("2026-11-22T11:00:00Z"));
        let change = waiting(&desk.post_route(EC_DESK, &soon).await);
        desk.later(2);
        agreed(desk, &change).await;
        let told = shown(desk, &change).await;
        assert_eq!((&told["state"], &told["failure"]["code"]), (&json!("failed"), &json!("past")));
        assert_eq!((desk.answering(STATION).0, routes(desk).await.len()), ("managed".into(), 0));
    })
    .await;
}

#[tokio::test]
async fn a_rule_that_stands_against_a_route_is_told_before_it_waits() {
    on_both_waiting(&BOTH, async |desk| {
        let refused = desk.post_route(EC_DESK, &route("legacy", Some("nobody"), None)).await;
        refused.is_problem(409, "Conflict", "unknown_partner");
    })
    .await;
}

#[tokio::test]
async fn a_password_is_shown_at_once_and_works_when_somebody_agrees() {
    on_both_waiting(&[Kind::Partner], async |desk| {
        agreed(desk, &waiting(&desk.put_partner(EC_DESK, "old", &partner("legacy")).await)).await;
        let made = desk.ask(EC_DESK, Method::POST, &format!("{PARTNERS}/old/password"), None).await;
        assert_eq!(made.status, StatusCode::ACCEPTED, "{}", made.body);
        let password = made.body["password"].as_str().unwrap();
        assert!(desk.seen("old").unwrap().password.is_none());
        let changes = desk.get(OPERATOR, "/changes?state=submitted").await;
        assert!(!changes.body.to_string().contains(password));
        let change = changes.body["changes"][0]["id"].as_str().unwrap().to_owned();
        let told = shown(desk, &change).await.to_string();
        assert!(told.contains("newPassword") && !told.contains(password) && !told.contains("hash"), "{told}");
        agreed(desk, &change).await;
        let known = desk.seen("old").unwrap().password.unwrap();
        assert!(hasher().is_password(&known, password));
    })
    .await;
}

#[tokio::test]
async fn what_is_undone_of_a_plan_is_as_it_was_and_what_holds_is_not_undone() {
    on_both_waiting(&[], async |desk| {
        desk.partner("old", "legacy").await;
        let drafted = async |body: &Value| {
            let request = hyper::Request::post("/admin/v1/routing/routes")
                .header("host", "localhost")
                .header("content-type", "application/json")
                .header("x-varco-draft", "new")
                .header("ocp-apim-subscription-key", OPERATOR);
            let asked = desk.gateway.send(request.body(body.to_string().into()).unwrap()).await;
            let change = waiting(&asked);
            let submitted =
                desk.ask(OPERATOR, Method::POST, &format!("/changes/{change}/submit"), None).await;
            assert_eq!(submitted.status, StatusCode::OK, "{}", submitted.body);
            desk.gateway.store.apply_change(&change, desk.now()).await.unwrap();
            assert_eq!(shown(desk, &change).await["state"], "applied");
            change
        };
        let change = drafted(&route("legacy", Some("old"), Some("2026-11-23T10:00:00Z"))).await;
        assert_eq!(routes(desk).await.len(), 1);
        let undone = async |change: &str| {
            let path = format!("/changes/{change}/rollback");
            let asked = desk.ask(OPERATOR, Method::POST, &path, Some(&json!({ "note": "Sbagliato" }))).await;
            if let Some(place) = asked.headers.get("location") {
                let id = place.to_str().unwrap().rsplit('/').next().unwrap().to_owned();
                desk.gateway.store.apply_change(&id, desk.now()).await.unwrap();
            }
            asked
        };
        let asked = undone(&change).await;
        assert!(asked.status.is_success(), "{}", asked.body);
        assert!(routes(desk).await.is_empty());
        let change = drafted(&route("legacy", Some("old"), None)).await;
        desk.seconds_later(1);
        let asked = undone(&change).await;
        assert_eq!(asked.status, StatusCode::CONFLICT, "{}", asked.body);
        assert_eq!(routes(desk).await.len(), 1);
    })
    .await;
}

//! Whose subscriptions there are, and who may work with them.

use std::collections::BTreeSet;

use hyper::{Method, StatusCode};
use serde_json::{Value, json};
use varco::api::auth::hash_key;
use varco::domain::notice_number::TwoDigits;
use varco::domain::segregation::Segregation;
use varco::store::{ApiKey, ApiScope, KeyRights};

use crate::desk::{Desk, Made, on_both_desks, wanted};
use crate::support::api::*;
use crate::support::samples;

const KEY_02: &str = "key-of-code-02";

async fn add_key_of_code_02(desk: &Desk) {
    let key = ApiKey {
        id: "two".into(),
        label: "two".into(),
        institutions: ApiScope::Only(BTreeSet::from([samples::ec()])),
        segregation: Segregation::Only([TwoDigits::new("02").unwrap()].into()),
        rights: KeyRights::data(),
    };
    desk.gateway.store.add_api_key(&key, &hash_key(KEY_02)).await.unwrap();
}

fn owner(name: &str) -> String {
    match name {
        "broker" => format!("brokers/{}", samples::BROKER),
        "gateway" => "gateway".to_owned(),
        ec => format!("organizations/{ec}"),
    }
}

#[tokio::test]
async fn institutions_brokers_and_the_gateway_have_subscriptions_of_their_own() {
    on_both_desks(async |desk| {
        let owners = [EC, OTHER_EC, "broker", "gateway"].map(owner);
        let mut made: Vec<Made> = Vec::new();
        for owner in &owners {
            made.push(desk.make_as(MASTER_KEY, owner, &wanted(owner)).await);
        }
        for (place, owner) in owners.iter().enumerate() {
            let list = desk.ask_as(MASTER_KEY, Method::GET, &format!("{owner}/subscriptions"), None).await;
            let labels: Vec<&Value> =
                list.body["subscriptions"].as_array().unwrap().iter().map(|s| &s["label"]).collect();
            assert_eq!(labels, [&json!(owner)]);
            for (other, made) in made.iter().enumerate() {
                let path = format!("{owner}/subscriptions/{}", made.id);
                let found = desk.ask_as(MASTER_KEY, Method::GET, &path, None).await;
                let expected = if place == other { StatusCode::OK } else { StatusCode::NOT_FOUND };
                assert_eq!(found.status, expected, "{path}");
            }
        }
        let told = |feed| async move { desk.events(feed).await.len() };
        assert_eq!((told(EC).await, told(OTHER_EC).await, told("gateway").await), (1, 1, 2));
    })
    .await;
}

#[tokio::test]
async fn a_key_of_one_institution_reaches_no_other_owner() {
    on_both_desks(async |desk| {
        let foreign = desk.make_as(MASTER_KEY, &owner(OTHER_EC), &wanted("a")).await;
        let all = |name: &str| format!("{}/subscriptions", owner(name));
        for (path, code) in [
            (all(OTHER_EC), "foreign_organization"),
            (all("12345678901"), "foreign_organization"),
            (all("broker"), "key_of_some_organizations"),
            (all("gateway"), "key_of_some_organizations"),
            ("brokers/nobody/subscriptions".to_owned(), "key_of_some_organizations"),
        ] {
            for (method, below, body) in each_request(&foreign.id) {
                let refused =
                    desk.ask_as(KEY, method.clone(), &format!("{path}{below}"), body.as_ref()).await;
                assert_eq!(refused.status, StatusCode::FORBIDDEN, "{method} {path}{below}");
                refused.is_problem(403, "Forbidden", code);
            }
        }
        for (method, below, body) in each_request(&foreign.id).into_iter().skip(2) {
            let refused = desk.ask(method, &below, body.as_ref()).await;
            refused.is_problem(404, "Not Found", "unknown_subscription");
        }
        assert_eq!(desk.events(OTHER_EC).await.len(), 1, "nothing was done");
    })
    .await;
}

/// One request for each endpoint; the first two name no subscription.
fn each_request(id: &str) -> Vec<(Method, String, Option<Value>)> {
    let one = format!("/{id}");
    let replay = json!({ "eventId": format!("{EC}-1-0") });
    vec![
        (Method::GET, String::new(), None),
        (Method::POST, String::new(), Some(wanted("a"))),
        (Method::GET, one.clone(), None),
        (Method::PATCH, one.clone(), Some(json!({ "label": "mine" }))),
        (Method::DELETE, one.clone(), None),
        (Method::POST, format!("{one}/rotate"), None),
        (Method::POST, format!("{one}/test"), None),
        (Method::GET, format!("{one}/deliveries"), None),
        (Method::GET, format!("{one}/dead-letters"), None),
        (Method::POST, format!("{one}/replay"), Some(replay)),
    ]
}

#[tokio::test]
async fn what_is_not_registered_has_no_subscriptions() {
    on_both_desks(async |desk| {
        let ask = |path: &'static str| desk.ask_as(MASTER_KEY, Method::GET, path, None);
        let missing = ask("organizations/12345678901/subscriptions").await;
        missing.is_problem(404, "Not found the organization", "unknown_organization");
        ask("brokers/nobody/subscriptions").await.is_problem(404, "Not Found", "unknown_broker");
        ask("gateway/subscriptions/x").await.is_problem(404, "Not Found", "unknown_subscription");
        let unknown = desk.ask_as("nobody's", Method::GET, "gateway/subscriptions", None).await;
        unknown.is_problem(401, "Unauthorized", "unknown_key");
    })
    .await;
}

#[tokio::test]
async fn a_caller_with_codes_subscribes_to_those_and_sees_no_wider_subscription() {
    on_both_desks(async |desk| {
        add_key_of_code_02(desk).await;
        let organization = owner(EC);
        let all = format!("{organization}/subscriptions");
        let wide = desk.make(&wanted("wide")).await;
        let other = desk.make(&but(wanted("other"), "/segregationCodes", json!(["01"]))).await;
        let same = desk.make(&but(wanted("same"), "/segregationCodes", json!(["02", "02"]))).await;
        let own = desk.make_as(KEY_02, &organization, &wanted("own")).await;
        assert_eq!(desk.read(&own.id).await["segregationCodes"], json!(["02"]));
        assert_eq!(desk.read(&wide.id).await.get("segregationCodes"), None);
        let receipts = but(wanted("receipts"), "/form", json!("receipt_soap"));
        let receipts = desk.make_as(KEY_02, &organization, &receipts).await;
        assert_eq!(desk.read(&receipts.id).await["segregationCodes"], json!(["02"]));

        let seen = desk.ask_as(KEY_02, Method::GET, &all, None).await;
        let ids: Vec<&Value> =
            seen.body["subscriptions"].as_array().unwrap().iter().map(|s| &s["id"]).collect();
        assert_eq!(ids, [&same.id, &own.id, &receipts.id].map(|id| Box::leak(Box::new(json!(id))) as &Value));
        for unseen in [&wide, &other] {
            for (method, below, body) in each_request(&unseen.id).into_iter().skip(2) {
                let refused = desk.ask_as(KEY_02, method, &format!("{all}{below}"), body.as_ref()).await;
                refused.is_problem(404, "Not Found", "unknown_subscription");
            }
        }
        let wider = but(wanted("wider"), "/segregationCodes", json!(["02", "01"]));
        let refused = desk.ask_as(KEY_02, Method::POST, &all, Some(&wider)).await;
        refused.is_problem(400, "BAD REQUEST", "invalid_subscription");
        assert_eq!(refused.violations(), [("/segregationCodes/1", "foreign_segregation")]);
    })
    .await;
}

#[tokio::test]
async fn a_broker_begins_now_with_the_institutions_that_its_stations_serve() {
    on_both_desks(async |desk| {
        for ec in [EC, OTHER_EC] {
            desk.make_as(MASTER_KEY, &owner(ec), &wanted("a")).await;
        }
        let broker = desk.make_as(MASTER_KEY, &owner("broker"), &wanted("b")).await;
        assert_eq!(desk.passed_over(&broker.id).await, [(EC.to_owned(), 1)]);
        let gateway = desk.make_as(MASTER_KEY, "gateway", &wanted("c")).await;
        let all = [(OTHER_EC, 1), (EC, 1), ("gateway", 2)].map(|(feed, last)| (feed.to_owned(), last));
        assert_eq!(desk.passed_over(&gateway.id).await, all);
    })
    .await;
}

#[tokio::test]
async fn an_owner_has_at_most_a_hundred_however_many_are_asked_for_together() {
    on_both_desks(async |desk| {
        for _ in 0..95 {
            desk.make(&wanted("a")).await;
        }
        let make = || async { desk.ask(Method::POST, "", Some(&wanted("b"))).await.status.as_u16() };
        let (a, b, c, d, e, f, g, h) =
            tokio::join!(make(), make(), make(), make(), make(), make(), make(), make());
        let mut statuses = vec![a, b, c, d, e, f, g, h];
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 201, 201, 201, 201, 409, 409, 409]);
        let refused = desk.ask(Method::POST, "", Some(&wanted("c"))).await;
        refused.is_problem(409, "Conflict", "too_many_subscriptions");
        assert_eq!(desk.events(EC).await.len(), 100, "who was refused is not told of");
        desk.make_as(MASTER_KEY, &owner(OTHER_EC), &wanted("d")).await;
        let list = desk.ask(Method::GET, "", None).await;
        let first = list.body["subscriptions"][0]["id"].as_str().unwrap().to_owned();
        desk.ask(Method::DELETE, &format!("/{first}"), None).await;
        desk.make(&wanted("e")).await;
    })
    .await;
}

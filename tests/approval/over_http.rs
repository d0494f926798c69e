//! Drafts, submission, decisions and rollback as callers meet them.

use hyper::{Method, Request};
use serde_json::{Value, json};
use std::collections::BTreeSet;

use bytes::Bytes;
use http_body_util::Full;
use varco::api::Admin;
use varco::api::auth::hash_key;
use varco::domain::access::{KeyScope, Role, Tenant};
use varco::domain::governance::{Approval, Kind};
use varco::domain::ids::BrokerCode;
use varco::domain::segregation::Segregation;
use varco::store::{ApiKey, ApiScope, KeyRights};

use super::desk::{BROKER, approve, name, person, saying};
use super::support::api::{Answer, Gateway};
use super::support::{TestDatabase, on_both, samples};

const OPERATOR: &str = "key-of-an-operator";
const PARTNER: &str = "key-of-a-partner";
const BROKERS: &str = "/apiconfig/auth/api/v1/brokers";
const CHANGES: &str = "/admin/v1/changes";

/// A gateway where changes of these kinds wait.
async fn gateway(database: TestDatabase, kinds: &[Kind]) -> Gateway {
    let approval = Approval::of(kinds.iter().copied());
    let gateway = Gateway::start_admin(database, Admin { approval, ..Admin::default() }).await;
    let administration = BTreeSet::from([KeyScope::Administration]);
    let partner = KeyRights {
        owner: Tenant::Broker(BrokerCode::new(samples::BROKER).unwrap()),
        scopes: administration,
        role: Some(Role::PartnerReferent),
    };
    for (id, secret, rights) in [("operator", OPERATOR, KeyRights::operator()), ("partner", PARTNER, partner)]
    {
        let (institutions, segregation) = (ApiScope::Every, Segregation::Every);
        let key = ApiKey { id: id.into(), label: id.into(), institutions, segregation, rights };
        gateway.store.add_api_key(&key, &hash_key(secret)).await.unwrap();
    }
    gateway
}

/// A request with the key and what more there is in its headers.
async fn ask(
    gateway: &Gateway,
    (key, more): (&str, &[(&str, &str)]),
    (method, path): (Method, &str),
    body: Option<Value>,
) -> Answer {
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header("host", "localhost")
        .header("content-type", "application/json")
        .header("x-request-id", "request-of-the-test")
        .header("ocp-apim-subscription-key", key);
    for (header, value) in more {
        request = request.header(*header, *value);
    }
    let body = body.map(|body| body.to_string()).unwrap_or_default();
    gateway.send(request.body(Full::<Bytes>::from(body)).unwrap()).await
}

async fn operator(gateway: &Gateway, method: Method, path: &str, body: Option<Value>) -> Answer {
    ask(gateway, (OPERATOR, &[]), (method, path), body).await
}

fn body(description: &str) -> Option<Value> {
    Some(json!({
        "broker_code": BROKER, "description": description, "enabled": true, "extended_fault_bean": false,
    }))
}

/// The path of the change that waits.
#[track_caller]
fn waiting(answer: &Answer) -> String {
    assert_eq!(answer.status, 202, "{}", answer.body);
    answer.headers["location"].to_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_is_answered_202_shown_with_what_it_would_do_and_done_when_a_second_person_agrees() {
    on_both(|database| async move {
        let gateway = gateway(database, &[Kind::Broker]).await;
        let why = [("x-varco-reason", "Nuovo partner")];
        let asked = ask(&gateway, (OPERATOR, &why), (Method::POST, BROKERS), body("Regione")).await;
        let place = waiting(&asked);
        assert_eq!(name(&gateway.store, BROKER).await, None);

        let shown = operator(&gateway, Method::GET, &place, None).await;
        assert_eq!(shown.status, 200);
        assert_eq!(shown.body["state"], "submitted");
        assert_eq!(shown.body["reason"], "Nuovo partner");
        assert_eq!(shown.body["proposals"][0]["kind"], "broker");
        assert_eq!(shown.body["tenants"], json!([format!("broker:{BROKER}")]));
        assert_eq!(shown.body["createdBy"], json!({ "id": "key:operator", "name": "operator" }));
        let effect = &shown.body["effects"][0];
        assert!(effect.get("before").is_none(), "{effect}");
        assert_eq!(effect["after"]["description"], "Regione");
        let pointers = effect["differences"].as_array().unwrap().iter().map(|one| &one["pointer"]);
        assert!(pointers.into_iter().any(|pointer| pointer == "/description"));

        let approved = operator(&gateway, Method::POST, &format!("{place}/approve"), None).await;
        approved.is_problem(403, "Forbidden", "person_needed");
        let note = Some(json!({ "note": "no" }));
        let rejected = operator(&gateway, Method::POST, &format!("{place}/reject"), note).await;
        rejected.is_problem(403, "Forbidden", "person_needed");

        let id = place.rsplit('/').next().unwrap();
        let bruno =
            saying(varco::domain::governance::Author { at: samples::now(), ..person("bruno", 0) }, "Sì");
        approve(&gateway.store, id, &bruno, None).await.unwrap();
        gateway.store.apply_change(id, samples::now()).await.unwrap();
        let shown = operator(&gateway, Method::GET, &place, None).await;
        assert_eq!(shown.body["state"], "applied");
        let acts: Vec<&Value> =
            shown.body["history"].as_array().unwrap().iter().map(|one| &one["act"]).collect();
        assert_eq!(acts, ["draft", "submit", "approve", "apply"]);
        assert_eq!(shown.body["history"][2]["note"], "Sì");
        assert_eq!(name(&gateway.store, BROKER).await.as_deref(), Some("Regione"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_is_judged_as_ever_edited_submitted_for_a_day_and_undone() {
    on_both(|database| async move {
        let gateway = gateway(database, &[]).await;
        let drafted = [("x-varco-draft", "new")];
        let wrong = ask(&gateway, (OPERATOR, &drafted), (Method::POST, BROKERS), body("")).await;
        assert_eq!(wrong.status, 400, "a draft is judged as what it drafts: {}", wrong.body);
        let asked = ask(&gateway, (OPERATOR, &drafted), (Method::POST, BROKERS), body("Regione")).await;
        let place = waiting(&asked);
        let id = place.rsplit('/').next().unwrap();
        assert_eq!(operator(&gateway, Method::GET, &place, None).await.body["state"], "draft");

        let again = [("x-varco-draft", id)];
        let asked = ask(&gateway, (OPERATOR, &again), (Method::POST, BROKERS), body("Unione")).await;
        assert_eq!(waiting(&asked), place, "the same change");
        let past = Some(json!({ "effectiveAt": "2026-11-21" }));
        let refused = operator(&gateway, Method::POST, &format!("{place}/submit"), past).await;
        refused.is_problem(400, "Bad Request", "invalid_decision");
        assert_eq!(refused.violations(), [("/effectiveAt", "in_the_past")]);
        let tomorrow = Some(json!({ "effectiveAt": "2026-11-23" }));
        let submitted = operator(&gateway, Method::POST, &format!("{place}/submit"), tomorrow).await;
        assert_eq!(submitted.body["state"], "approved", "nobody else is asked: {}", submitted.body);
        assert_eq!(submitted.body["effectiveAt"], "2026-11-22T23:00:00Z", "the Italian day");
        assert_eq!(name(&gateway.store, BROKER).await, None);
        let late = ask(&gateway, (OPERATOR, &again), (Method::POST, BROKERS), body("Altra")).await;
        late.is_problem(409, "Conflict", "no_draft");

        let day = "2026-11-22T23:00:00Z".parse().unwrap();
        gateway.clock.set(day);
        gateway.store.apply_change(id, day).await.unwrap();
        assert_eq!(name(&gateway.store, BROKER).await.as_deref(), Some("Unione"));
        let gone = operator(&gateway, Method::POST, &format!("{place}/withdraw"), None).await;
        gone.is_problem(409, "Conflict", "not_in_state");

        let without = operator(&gateway, Method::POST, &format!("{place}/rollback"), Some(json!({}))).await;
        without.is_problem(400, "Bad Request", "invalid_decision");
        let note = Some(json!({ "note": "Delibera annullata" }));
        let undone = operator(&gateway, Method::POST, &format!("{place}/rollback"), note.clone()).await;
        assert_eq!(undone.status, 201, "{}", undone.body);
        assert_eq!((&undone.body["state"], &undone.body["rollsBack"]), (&json!("applied"), &json!(id)));
        assert_eq!(undone.body["reason"], "Delibera annullata");
        assert_eq!(name(&gateway.store, BROKER).await, None);
        let shown = operator(&gateway, Method::GET, &place, None).await;
        assert_eq!(
            (&shown.body["state"], &shown.body["rolledBackBy"]),
            (&json!("rolled_back"), &undone.body["id"])
        );
        let twice = operator(&gateway, Method::POST, &format!("{place}/rollback"), note).await;
        twice.is_problem(409, "Conflict", "not_in_state");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_are_for_who_may_see_them_and_pages_go_on() {
    on_both(|database| async move {
        let gateway = gateway(database, &[Kind::Broker]).await;
        let unknown = format!("{CHANGES}/{}", "0".repeat(32));
        operator(&gateway, Method::GET, &unknown, None).await.is_problem(404, "Not Found", "unknown_change");
        let partner = async |path: &str| ask(&gateway, (PARTNER, &[]), (Method::GET, path), None).await;
        assert_eq!(partner(&unknown).await.status, 403, "as one that is there and foreign");

        let foreign = waiting(&operator(&gateway, Method::POST, BROKERS, body("Regione")).await);
        assert_eq!(partner(&foreign).await.status, 403);
        let own_body = Some(json!({
            "broker_code": samples::BROKER, "description": "Nuovo nome", "enabled": true, "extended_fault_bean": false,
        }));
        let own = format!("{BROKERS}/{}", samples::BROKER);
        let own = waiting(&ask(&gateway, (PARTNER, &[]), (Method::PUT, &own), own_body).await);
        assert_eq!(partner(&own).await.status, 200);
        let listed = partner(CHANGES).await;
        let ids = |answer: &Answer| -> Vec<String> {
            let all = answer.body["changes"].as_array().unwrap().iter();
            all.map(|one| format!("{CHANGES}/{}", one["id"].as_str().unwrap())).collect()
        };
        assert_eq!(ids(&listed), std::slice::from_ref(&own));

        let all = operator(&gateway, Method::GET, CHANGES, None).await;
        assert_eq!(BTreeSet::from_iter(ids(&all)), BTreeSet::from([own.clone(), foreign.clone()]));
        let first = operator(&gateway, Method::GET, &format!("{CHANGES}?limit=1"), None).await;
        let next = first.body["nextCursor"].as_str().unwrap();
        let second = operator(&gateway, Method::GET, &format!("{CHANGES}?limit=1&cursor={next}"), None).await;
        assert_eq!([ids(&first), ids(&second)].concat(), ids(&all));
        assert!(second.body.get("nextCursor").is_none());
        for (query, expected) in [
            ("state=submitted", 2),
            ("state=applied", 0),
            ("kind=broker", 2),
            ("kind=station", 0),
            (&*format!("tenant=broker:{BROKER}"), 1),
            ("tenant=ec:77777777777", 0),
        ] {
            let found = operator(&gateway, Method::GET, &format!("{CHANGES}?{query}"), None).await;
            assert_eq!(ids(&found).len(), expected, "{query}");
        }
        for wrong in ["state=x", "kind=x", "tenant=x", "cursor=x", "limit=0", "state=draft&state=draft"] {
            let refused = operator(&gateway, Method::GET, &format!("{CHANGES}?{wrong}"), None).await;
            assert_eq!(refused.status, 400, "{wrong}");
        }
        let taken = ask(&gateway, (PARTNER, &[]), (Method::POST, &format!("{foreign}/withdraw")), None).await;
        assert_eq!(taken.status, 403);
        let taken = ask(&gateway, (PARTNER, &[]), (Method::POST, &format!("{own}/withdraw")), None).await;
        assert_eq!(taken.body["state"], "withdrawn", "{}", taken.body);
        let odd = [("x-varco-draft", "perhaps")];
        let odd = ask(&gateway, (OPERATOR, &odd), (Method::POST, BROKERS), body("x")).await;
        odd.is_problem(400, "Bad Request", "unreadable_draft");
    })
    .await;
}

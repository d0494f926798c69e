//! Profiles: a part of a role, never more.

use hyper::{Method, StatusCode};
use serde_json::{Value, json};

use crate::house::*;
use crate::support::api::{Answer, OTHER_EC};

fn profile(tenant: &str, role: &str, permissions: &[&str]) -> Value {
    json!({ "tenant": tenant, "name": "Sportello", "role": role, "permissions": permissions })
}

async fn make(house: &House, who: As<'_>, body: Value) -> Answer {
    house.post(who, "/profiles", body).await
}

#[tokio::test]
async fn a_profile_narrows_a_role_at_once_for_everybody_who_has_it() {
    on_both_houses(async |house| {
        let account = house.member("anna@comune.example", &ec(), "payments_referent").await;
        let anna = house.sign_in(&account).await;
        let made =
            make(&house, As::Browser(&anna), profile(&ec(), "payments_referent", &["person.read"])).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
        let id = made.body["id"].as_str().unwrap();
        let body = json!({
            "name": "Berta", "email": "berta@comune.example",
            "grant": { "tenant": ec(), "role": "payments_referent", "profile": id },
        });
        let invited = house.post(As::Browser(&anna), "/people", body).await;
        assert_eq!(invited.status, StatusCode::CREATED, "{}", invited.body);
        let link = invited.body["link"]["link"].as_str().unwrap();
        let berta = house.sign_in(&house.enrolled(link, "berta@comune.example").await).await;
        assert_eq!(house.get(As::Browser(&berta), "/people").await.status, StatusCode::OK);
        let refused = house.invite(As::Browser(&berta), "c@comune.example", &ec(), "payments_referent").await;
        refused.is_problem(403, "Forbidden", "not_permitted");
        let change = |permissions: &[&str]| profile(&ec(), "payments_referent", permissions);
        let path = format!("/profiles/{id}");
        let changed = house.ask(As::Browser(&anna), Method::PUT, &path, Some(change(&["iban.read"]))).await;
        assert_eq!(changed.status, StatusCode::OK, "{}", changed.body);
        house.get(As::Browser(&berta), "/people").await.is_problem(403, "Forbidden", "not_permitted");
        let in_use = house.delete(As::Browser(&anna), &path).await;
        in_use.is_problem(409, "Conflict", "profile_in_use");
    })
    .await;
}

#[tokio::test]
async fn who_is_narrowed_by_a_profile_cannot_widen_it_nor_give_more() {
    on_both_houses(async |house| {
        let body = profile(&ec(), "payments_referent", &["person.read", "person.write", "iban.read"]);
        let made = make(&house, As::Key(OPERATOR), body).await;
        let id = made.body["id"].as_str().unwrap();
        let body = json!({
            "name": "Anna", "email": "anna@comune.example",
            "grant": { "tenant": ec(), "role": "payments_referent", "profile": id },
        });
        let invited = house.post(As::Key(OPERATOR), "/people", body).await;
        let link = invited.body["link"]["link"].as_str().unwrap();
        let anna = house.sign_in(&house.enrolled(link, "anna@comune.example").await).await;
        let wider =
            profile(&ec(), "payments_referent", &["person.read", "person.write", "iban.read", "iban.write"]);
        let path = format!("/profiles/{id}");
        let widened = house.ask(As::Browser(&anna), Method::PUT, &path, Some(wider.clone())).await;
        widened.is_problem(403, "Forbidden", "not_yours_to_give");
        let mut other = wider;
        other["name"] = json!("Altro");
        make(&house, As::Browser(&anna), other).await.is_problem(403, "Forbidden", "not_yours_to_give");
        let whole = house.invite(As::Browser(&anna), "b@comune.example", &ec(), "payments_referent").await;
        whole.is_problem(403, "Forbidden", "not_yours_to_give");
        let same = json!({
            "name": "Berta", "email": "b@comune.example",
            "grant": { "tenant": ec(), "role": "payments_referent", "profile": id },
        });
        let answer = house.post(As::Browser(&anna), "/people", same).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
    })
    .await;
}

#[tokio::test]
async fn a_profile_is_of_one_role_and_one_tenant() {
    on_both_houses(async |house| {
        let anna = house.member("anna@comune.example", &ec(), "payments_referent").await;
        let anna = house.sign_in(&anna).await;
        let wrong =
            make(&house, As::Browser(&anna), profile(&ec(), "technical_referent", &["iban.write"])).await;
        wrong.is_problem(422, "Unprocessable Content", "permission_of_role");
        let foreign = profile(&format!("ec:{OTHER_EC}"), "technical_referent", &["station.read"]);
        make(&house, As::Browser(&anna), foreign).await.is_problem(403, "Forbidden", "not_yours_to_give");
        let unknown = make(&house, As::Browser(&anna), profile(&ec(), "technical_referent", &["fly"])).await;
        assert_eq!(unknown.violations(), [("/permissions/0", "unknown_permission")]);

        let common =
            make(&house, As::Key(OPERATOR), profile("gateway", "technical_referent", &["station.read"]))
                .await;
        let id = common.body["id"].as_str().unwrap();
        let listed = house.get(As::Browser(&anna), "/profiles").await;
        assert_eq!(listed.body["profiles"][0]["id"], id, "that of the gateway is everybody's to give");
        let change = profile("gateway", "technical_referent", &["station.write"]);
        let changed =
            house.ask(As::Browser(&anna), Method::PUT, &format!("/profiles/{id}"), Some(change)).await;
        changed.is_problem(404, "Not Found", "unknown_profile");
        let give = async |role: &str| {
            let body = json!({
                "name": "T", "email": "t@comune.example",
                "grant": { "tenant": ec(), "role": role, "profile": id },
            });
            house.post(As::Browser(&anna), "/people", body).await
        };
        give("payments_referent").await.is_problem(422, "Unprocessable Content", "unknown_profile");
        assert_eq!(give("technical_referent").await.status, StatusCode::CREATED);
    })
    .await;
}

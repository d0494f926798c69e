//! What the published contract does not have: contacts, free codes, both at once, the taxonomy.

use hyper::{Method, StatusCode};
use serde_json::{Value, json};
use varco::domain::taxonomy::{TaxonomyCode, TaxonomyEntry};

use crate::desk::*;
use crate::support::api::{Answer, EC, but};
use crate::support::samples::BROKER;

async fn admin(desk: &Desk, method: Method, path: &str, body: Option<&Value>) -> Answer {
    desk.ask_as(OPERATOR, method, &format!("/admin/v1{path}"), body).await
}

fn contact() -> Value {
    json!({
        "name": "Tavolo operativo", "referent": "Ufficio pagamenti", "email": "pagamenti@borgo.example.it",
        "telephone": "+390612345678",
    })
}

#[tokio::test]
async fn an_institution_says_whom_to_call() {
    on_both_desks(async |desk| {
        let path = format!("/creditor-institutions/{EC}/contact");
        let none = admin(desk, Method::GET, &path, None).await;
        none.is_problem(404, "Contact not found", "unknown_contact");
        let mut expected = contact();
        expected["taxCode"] = json!(EC);
        for email in ["pagamenti@borgo.example.it", "urgenze@borgo.example.it"] {
            expected["email"] = json!(email);
            let put = admin(desk, Method::PUT, &path, Some(&but(contact(), "/email", json!(email)))).await;
            assert_eq!((put.status, &put.body), (StatusCode::OK, &expected));
            assert_eq!(admin(desk, Method::GET, &path, None).await.body, expected);
        }
        for (pointer, value, code) in [
            ("/email", json!("nobody"), "email_form"),
            ("/telephone", json!("12"), "telephone_form"),
            ("/name", json!(""), "blank"),
            ("/referent", json!(null), "required"),
        ] {
            let wrong = admin(desk, Method::PUT, &path, Some(&but(contact(), pointer, value))).await;
            wrong.is_problem(400, "Bad Request", "invalid_body");
            assert_eq!(wrong.violations(), [(pointer, code)]);
        }
        let nobody = "/creditor-institutions/00000000000/contact";
        let answer = admin(desk, Method::PUT, nobody, Some(&contact())).await;
        answer.is_problem(404, "Creditor Institution not found", "unknown_creditor_institution");
    })
    .await;
}

#[tokio::test]
async fn codes_that_are_free_are_told() {
    on_both_desks(async |desk| {
        let path = format!("/creditor-institutions/{EC}/segregation-codes");
        let free = admin(desk, Method::GET, &path, None).await.body;
        let free: Vec<&str> =
            free["availableCodes"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        assert_eq!(free.len(), 50 - 1 - 2);
        assert!(free.starts_with(&["00", "03"]) && !free.contains(&"47"), "{free:?}");
        let path = format!("/brokers/{BROKER}/next-station-code");
        let next = admin(desk, Method::GET, &path, None).await.body;
        assert_eq!(next, json!({ "stationCode": format!("{BROKER}_03") }));
        let nobody = admin(desk, Method::GET, "/brokers/nobody/next-station-code", None).await;
        nobody.is_problem(404, "Broker not found", "unknown_broker");
    })
    .await;
}

#[tokio::test]
async fn an_institution_and_its_broker_are_registered_together_or_not_at_all() {
    on_both_desks(async |desk| {
        let path = "/creditor-institutions/full";
        let both = json!({ "creditorInstitution": institution(NEW_EC), "broker": broker(NEW_EC) });
        let made = admin(desk, Method::POST, path, Some(&both)).await;
        assert_eq!((made.status, &made.body), (StatusCode::CREATED, &both));
        assert_eq!(desk.get(&format!("/brokers/{NEW_EC}")).await.status, StatusCode::OK);

        let other = json!({ "creditorInstitution": institution("32165498703"), "broker": broker(NEW_EC) });
        let refused = admin(desk, Method::POST, path, Some(&other)).await;
        assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.body);
        assert_eq!(desk.get("/creditorinstitutions/32165498703").await.status, StatusCode::NOT_FOUND);
        let wrong = but(
            but(both, "/broker/enabled", json!(null)),
            "/creditorInstitution/address/zip_code",
            json!("1"),
        );
        let refused = admin(desk, Method::POST, path, Some(&wrong)).await;
        let expected =
            [("/creditorInstitution/address/zip_code", "zip_code_form"), ("/broker/enabled", "required")];
        assert_eq!(refused.violations(), expected);
    })
    .await;
}

#[tokio::test]
async fn the_taxonomy_is_read_by_its_parts_and_by_the_day() {
    on_both_desks(async |desk| {
        let entry = |code: &str, from: &str, until: &str| TaxonomyEntry {
            code: TaxonomyCode::listed(code).unwrap(),
            valid_from: from.parse().unwrap(),
            valid_until: until.parse().unwrap(),
        };
        let entries = [
            entry("0201100TS", "2020-01-01", "2099-12-31"),
            entry("0101002IM", "2020-01-01", "2026-11-21"),
            entry("0101002IM", "2026-11-22", "2099-12-31"),
        ];
        desk.gateway.store.replace_taxonomy(&entries).await.unwrap();
        desk.gateway.refresh().await;
        let days = async |query: &str| {
            let body = admin(desk, Method::GET, &format!("/taxonomies?page=0{query}"), None).await.body;
            let rows = body["taxonomies"].as_array().unwrap().clone();
            rows.iter()
                .map(|row| {
                    format!("{} {}", row["code"].as_str().unwrap(), row["validFrom"].as_str().unwrap())
                })
                .collect::<Vec<_>>()
        };
        let (old, new) = ("9/0101002IM/ 2020-01-01", "9/0101002IM/ 2026-11-22");
        let other = "9/0201100TS/ 2020-01-01";
        assert_eq!(days("").await, [old, new, other]);
        assert_eq!(days("&only_valid=true").await, [new, other]);
        assert_eq!(days("&ec=02").await, [other]);
        assert_eq!(days("&macro_area=01&code=0101002im").await, [old, new]);
        assert_eq!(days("&macro_area=02").await, [""; 0]);
    })
    .await;
}

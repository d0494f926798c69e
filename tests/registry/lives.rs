//! Everything is registered, read, changed and removed, and a restart keeps it.

use hyper::{Method, StatusCode};
use serde_json::{Value, json};
use varco::domain::registry::EncodingKind;
use varco::store::{Store, StoreOptions};

use crate::desk::*;
use crate::support::api::{EC, but};
use crate::support::samples::BROKER;
use crate::support::{TestDatabase, on_both};

/// Registers, reads, changes and removes one thing.
async fn lives(desk: &Desk, (all, one): (&str, &str), body: Value, change: (&str, Value), derived: &Value) {
    let with_derived = |body: &Value| {
        let mut body = body.clone();
        body.as_object_mut().unwrap().extend(derived.as_object().unwrap().clone());
        body
    };
    let missing = desk.get(one).await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND, "{}", missing.body);
    assert_eq!(Desk::made(desk.post(all, &body).await), with_derived(&body));
    let again = desk.post(all, &body).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "{}", again.body);
    assert!(again.body["code"].as_str().unwrap().ends_with("_exists"), "{}", again.body);
    let read = desk.get(one).await;
    assert_eq!((read.status, &read.body), (StatusCode::OK, &with_derived(&body)));
    assert_eq!(read.headers["cache-control"], "no-store");

    let changed = but(body.clone(), change.0, change.1);
    let put = desk.put(one, &changed).await;
    assert_eq!((put.status, &put.body), (StatusCode::OK, &with_derived(&changed)));
    assert_eq!(desk.get(one).await.body, with_derived(&changed));

    let gone = desk.delete(one).await;
    assert_eq!((gone.status, gone.body), (StatusCode::OK, Value::Null));
    assert_eq!(desk.get(one).await.status, StatusCode::NOT_FOUND);
    for answer in [desk.delete(one).await, desk.put(one, &changed).await] {
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{}", answer.body);
    }
}

#[tokio::test]
async fn a_broker_is_registered_changed_and_removed() {
    on_both_desks(async |desk| {
        let (path, change) = (format!("/brokers/{NEW_BROKER}"), ("/extended_fault_bean", json!(true)));
        lives(desk, ("/brokers", &path), broker(NEW_BROKER), change, &json!({})).await;
    })
    .await;
}

#[tokio::test]
async fn an_institution_is_registered_changed_and_removed() {
    on_both_desks(async |desk| {
        let path = format!("/creditorinstitutions/{NEW_EC}");
        let change = ("/address/city", json!("Prova Superiore"));
        lives(desk, ("/creditorinstitutions", &path), institution(NEW_EC), change, &json!({})).await;
    })
    .await;
}

#[tokio::test]
async fn a_station_is_registered_changed_and_removed_with_all_of_its_fields() {
    on_both_desks(async |desk| {
        Desk::made(desk.post("/brokers", &broker(NEW_BROKER)).await);
        let path = format!("/stations/{NEW_STATION}");
        let derived = json!({ "broker_description": "Intermediario di prova", "is_connection_sync": true });
        let change = ("/timeout_c", json!(90));
        lives(desk, ("/stations", &path), station(NEW_STATION), change, &derived).await;
    })
    .await;
}

#[tokio::test]
async fn what_may_be_left_out_is_left_out_again_when_it_is_read() {
    on_both_desks(async |desk| {
        Desk::made(desk.post("/brokers", &broker(NEW_BROKER)).await);
        let least = json!({
            "station_code": NEW_STATION, "broker_code": NEW_BROKER, "enabled": false, "version": 1,
            "primitive_version": 1, "protocol": "HTTP", "port": 80, "thread_number": 1, "timeout_a": 0,
            "timeout_b": 0, "timeout_c": 0, "flag_standin": false,
        });
        let mut expected = least.clone();
        expected["broker_description"] = json!("Intermediario di prova");
        expected["is_connection_sync"] = json!(false);
        assert_eq!(Desk::made(desk.post("/stations", &but(least, "/service", json!(" "))).await), expected);
        assert_eq!(desk.get(&format!("/stations/{NEW_STATION}")).await.body, expected);
        let least = json!({
            "creditor_institution_code": NEW_EC, "enabled": true, "business_name": "Comune", "address": {},
            "psp_payment": false, "reporting_ftp": false, "reporting_zip": false,
        });
        let blank = but(but(least.clone(), "/cbill_code", json!("")), "/address/zip_code", json!(""));
        assert_eq!(Desk::made(desk.post("/creditorinstitutions", &blank).await), least);
    })
    .await;
}

#[tokio::test]
async fn a_relation_is_made_changed_and_ended() {
    on_both_desks(async |desk| {
        desk.settle().await;
        let all = format!("/creditorinstitutions/{NEW_EC}/stations");
        let one = format!("{all}/{NEW_STATION}");
        let body = relation(NEW_STATION, 2);
        assert_eq!(Desk::made(desk.post(&all, &body).await), body);
        desk.post(&all, &body).await.is_problem(409, "Relation-Station conflict", "relation_exists");
        let listed = desk.get(&all).await.body;
        let mut expected = body.clone();
        expected["enabled"] = json!(true);
        expected["version"] = json!(2);
        expected["broker_description"] = json!("Intermediario di prova");
        expected["is_connection_sync"] = json!(true);
        assert_eq!(listed, json!({ "stations": [expected] }));

        let both = json!({
            "station_code": NEW_STATION, "application_code": 1, "segregation_code": 3, "mod4": true,
            "broadcast": false, "aca": false, "stand_in": false, "spontaneous_payment": true,
        });
        let put = desk.put(&one, &both).await;
        assert_eq!((put.status, &put.body), (StatusCode::OK, &both), "two layouts have no one aux digit");
        let served = desk.get(&format!("/stations/{NEW_STATION}/creditorinstitutions/{NEW_EC}")).await.body;
        let mut expected = both.clone();
        expected.as_object_mut().unwrap().remove("station_code");
        expected["creditor_institution_code"] = json!(NEW_EC);
        expected["enabled"] = json!(true);
        expected["business_name"] = json!("Comune di Prova");
        expected["description"] = json!("Comune");
        assert_eq!(served["creditor_institutions"], json!([expected]));

        assert_eq!(desk.delete(&one).await.status, StatusCode::OK);
        assert_eq!(desk.get(&all).await.body, json!({ "stations": [] }));
        desk.delete(&one).await.is_problem(404, "Relation not found", "unknown_relation");
        desk.put(&one, &relation(NEW_STATION, 2)).await.is_problem(
            404,
            "Relation not found",
            "unknown_relation",
        );
    })
    .await;
}

#[tokio::test]
async fn an_institution_has_its_qr_code_from_the_beginning_and_gets_others() {
    on_both_desks(async |desk| {
        Desk::made(desk.post("/creditorinstitutions", &institution(NEW_EC)).await);
        let all = format!("/creditorinstitutions/{NEW_EC}/encodings");
        let own = json!({ "code_type": "QR_CODE", "encoding_code": NEW_EC });
        assert_eq!(desk.get(&all).await.body, json!({ "encodings": [own] }));
        desk.post(&all, &own).await.is_problem(409, "Encoding conflict", "encoding_exists");
        let bar = json!({ "code_type": EncodingKind::Barcode128Aim.name(), "encoding_code": "000001002003" });
        assert_eq!(Desk::made(desk.post(&all, &bar).await), bar);
        let owners = desk.get("/encodings/000001002003").await.body;
        assert_eq!(owners["creditor_institutions"][0]["creditor_institution_code"], NEW_EC);
        let one = format!("{all}/000001002003");
        assert_eq!(desk.delete(&one).await.status, StatusCode::OK);
        for answer in [desk.delete(&one).await, desk.get("/encodings/000001002003").await] {
            answer.is_problem(404, "Encoding not found", "unknown_encoding");
        }
        let unknown = desk.get("/creditorinstitutions/00000000000/encodings").await;
        unknown.is_problem(404, "Creditor Institution not found", "unknown_creditor_institution");
    })
    .await;
}

#[tokio::test]
async fn who_was_seeded_is_in_the_register_and_can_be_changed() {
    on_both_desks(async |desk| {
        let known = desk.get(&format!("/creditorinstitutions/{EC}")).await.body;
        assert_eq!((&known["business_name"], &known["enabled"]), (&json!("Comune di Borgo"), &json!(true)));
        let encodings = desk.get(&format!("/creditorinstitutions/{EC}/encodings")).await.body;
        assert_eq!(encodings["encodings"].as_array().unwrap().len(), 1);
        let stations = desk.get(&format!("/creditorinstitutions/{EC}/stations")).await.body;
        let codes: Vec<_> =
            stations["stations"].as_array().unwrap().iter().map(|one| &one["segregation_code"]).collect();
        assert_eq!(codes, [&json!(2), &json!(1)]);
        let mut station = desk.get(&format!("/stations/{BROKER}_01")).await.body;
        station["flag_standin"] = json!(true);
        let put = desk.put(&format!("/stations/{BROKER}_01"), &station).await;
        assert_eq!((put.status, put.body), (StatusCode::OK, station));
    })
    .await;
}

/// Opens a database again, as a process that starts does.
#[tokio::test]
async fn a_restart_keeps_the_register() {
    on_both(|database| async {
        let (engine, url) = (database.engine, database.url.clone());
        let desk = Desk::open(TestDatabase::of(engine, url.clone())).await;
        desk.settle().await;
        Desk::made(
            desk.post(&format!("/creditorinstitutions/{NEW_EC}/stations"), &relation(NEW_STATION, 2)).await,
        );
        let before = desk.gateway.store.census().await.unwrap();
        desk.gateway.store.close().await;
        let store = Store::open(&url, StoreOptions::default()).await.unwrap();
        store.migrate().await.unwrap();
        assert_eq!(store.census().await.unwrap(), before, "{engine}");
        store.close().await;
        drop(database);
    })
    .await;
}

#[tokio::test]
async fn what_something_hangs_on_is_not_removed_and_the_refusal_says_what() {
    on_both_desks(async |desk| {
        let refused = async |path: &str, title: &str, what: &str| {
            let answer = desk.delete(path).await;
            answer.is_problem(409, title, "in_use");
            assert!(answer.body["detail"].as_str().unwrap().contains(what), "{}", answer.body);
        };
        desk.settle().await;
        let relations = format!("/creditorinstitutions/{NEW_EC}/stations");
        Desk::made(desk.post(&relations, &relation(NEW_STATION, 2)).await);
        let ec = format!("/creditorinstitutions/{NEW_EC}");
        refused(&ec, "Creditor Institution conflict", "stations that serve it").await;
        refused(&format!("/stations/{NEW_STATION}"), "Station conflict", "institutions that it serves").await;
        refused(&format!("/brokers/{NEW_BROKER}"), "Broker conflict", "stations").await;
        let seeded = format!("/creditorinstitutions/{EC}");
        refused(&seeded, "Creditor Institution conflict", "accounts, API keys").await;

        let relation = format!("{relations}/{NEW_STATION}");
        for path in [relation, ec, format!("/stations/{NEW_STATION}"), format!("/brokers/{NEW_BROKER}")] {
            let gone = desk.ask(Method::DELETE, &path, None).await;
            assert_eq!(gone.status, StatusCode::OK, "{path}: {}", gone.body);
        }
    })
    .await;
}

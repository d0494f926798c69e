//! Lists: filters, order, pages.

use serde_json::{Value, json};

use crate::desk::*;
use crate::support::api::{EC, OTHER_EC, but};
use crate::support::samples::BROKER;

/// The codes of a list, and how many there are of all.
async fn codes(desk: &Desk, path: &str) -> (Vec<String>, u64) {
    let body = desk.get(path).await.body;
    let (_, rows) = body.as_object().unwrap().iter().find(|(_, value)| value.is_array()).expect(path);
    let code = |row: &Value| {
        let names = ["creditor_institution_code", "broker_code", "station_code"];
        names.iter().find_map(|name| row[*name].as_str()).unwrap().to_owned()
    };
    let codes = rows.as_array().unwrap().iter().map(code).collect();
    (codes, body["page_info"]["total_items"].as_u64().unwrap())
}

#[track_caller]
fn is(found: (Vec<String>, u64), expected: &[&str]) {
    assert_eq!(found.0, expected);
    assert_eq!(found.1, expected.len() as u64);
}

#[tokio::test]
async fn institutions_are_filtered_ordered_and_paged() {
    on_both_desks(async |desk| {
        let third = but(institution(NEW_EC), "/business_name", json!("Abbazia"));
        Desk::made(desk.post("/creditorinstitutions", &but(third, "/enabled", json!(false))).await);
        let all = "/creditorinstitutions?page=0";
        is(codes(desk, all).await, &[EC, OTHER_EC, NEW_EC]);
        is(codes(desk, &format!("{all}&ordering=ASC")).await, &[NEW_EC, OTHER_EC, EC]);
        is(codes(desk, &format!("{all}&orderby=NAME&ordering=ASC")).await, &[NEW_EC, EC, OTHER_EC]);
        is(codes(desk, &format!("{all}&code=777")).await, &[EC]);
        is(codes(desk, &format!("{all}&name=COMUNE&ordering=ASC")).await, &[OTHER_EC, EC]);
        is(codes(desk, &format!("{all}&enabled=false")).await, &[NEW_EC]);
        is(codes(desk, &format!("{all}&hasCBILL=true")).await, &[NEW_EC]);
        is(codes(desk, &format!("{all}&hasValidIban=false")).await, &[NEW_EC]);
        let (page, total) = codes(desk, "/creditorinstitutions?page=1&limit=2").await;
        assert_eq!((page, total), (vec![NEW_EC.to_owned()], 3));
        let info = desk.get("/creditorinstitutions?page=1&limit=2").await.body["page_info"].clone();
        let expected = json!({ "page": 1, "limit": 2, "items_found": 1, "total_pages": 2, "total_items": 3 });
        assert_eq!(info, expected);
    })
    .await;
}

#[tokio::test]
async fn brokers_and_stations_are_filtered_and_ordered() {
    on_both_desks(async |desk| {
        desk.settle().await;
        Desk::made(
            desk.post(&format!("/creditorinstitutions/{NEW_EC}/stations"), &relation(NEW_STATION, 2)).await,
        );
        is(codes(desk, "/brokers?page=0").await, &[BROKER, NEW_BROKER]);
        is(codes(desk, "/brokers?page=0&orderby=NAME&ordering=ASC").await, &[NEW_BROKER, BROKER]);
        is(codes(desk, "/brokers?page=0&name=prova&code=109").await, &[NEW_BROKER]);
        let (first, second) = (format!("{BROKER}_01"), format!("{BROKER}_02"));
        is(codes(desk, "/stations?page=0").await, &[&second, &first, NEW_STATION]);
        is(codes(desk, "/stations?page=0&ordering=ASC&code=_01").await, &[NEW_STATION, &first]);
        is(codes(desk, &format!("/stations?page=0&brokercode={BROKER}")).await, &[&second, &first]);
        is(codes(desk, "/stations?page=0&brokerdescription=PROVA").await, &[NEW_STATION]);
        is(codes(desk, &format!("/stations?page=0&creditorinstitutioncode={NEW_EC}")).await, &[NEW_STATION]);
        let served =
            |part: &str| format!("/stations/{NEW_STATION}/creditorinstitutions?page=0&ciNameOrCF={part}");
        is(codes(desk, &served("prova")).await, &[NEW_EC]);
        is(codes(desk, &served("1234")).await, &[NEW_EC]);
        is(codes(desk, &served("borgo")).await, &[]);
    })
    .await;
}

#[tokio::test]
async fn the_view_shows_who_is_served_by_which_station_of_whom() {
    on_both_desks(async |desk| {
        desk.settle().await;
        let both = json!({ "station_code": NEW_STATION, "application_code": 1, "segregation_code": 2, "mod4": true });
        Desk::made(desk.post(&format!("/creditorinstitutions/{NEW_EC}/stations"), &both).await);
        let rows = desk.get(&format!("/creditorinstitutions/view?page=0&paBrokerCode={NEW_BROKER}")).await.body;
        let expected = json!([{
            "creditor_institution_code": NEW_EC, "broker_code": NEW_BROKER, "station_code": NEW_STATION,
            "application_code": 1, "segregation_code": 2, "mod4": true, "station_enabled": true,
        }]);
        assert_eq!(rows["creditor_institutions"], expected);
        let view = "/creditorinstitutions/view?page=0";
        for (filter, expected) in [
            ("", &[NEW_EC, EC, EC][..]),
            ("&segregationCode=2", &[NEW_EC, EC]),
            ("&segregationCode=1", &[EC]),
            ("&applicationCode=1", &[NEW_EC]),
            ("&auxDigit=0", &[NEW_EC]),
            ("&auxDigit=3", &[NEW_EC, EC, EC]),
            ("&mod4=true", &[NEW_EC]),
            ("&mod4=false&enabled=true", &[EC, EC]),
            ("&stationCode=_02", &[EC]),
            ("&creditorInstitutionCode=123", &[NEW_EC]),
        ] {
            is(codes(desk, &format!("{view}{filter}")).await, expected);
        }
    })
    .await;
}

#[tokio::test]
async fn a_parameter_that_cannot_be_read_is_refused() {
    on_both_desks(async |desk| {
        for path in [
            "/brokers",
            "/brokers?page=-1",
            "/brokers?page=0&limit=0",
            "/brokers?page=0&limit=1001",
            "/brokers?page=0&orderby=x",
            "/stations?page=0&ordering=x",
            "/creditorinstitutions?page=0&enabled=x",
            "/creditorinstitutions?page=0&page=1",
            "/creditorinstitutions/view?page=0&auxDigit=4",
            "/creditorinstitutions/view?page=0&segregationCode=x",
        ] {
            desk.get(path).await.is_problem(400, "BAD REQUEST", "query_parameter");
        }
    })
    .await;
}

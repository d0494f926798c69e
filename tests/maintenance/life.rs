//! A maintenance is announced, changed, begins, and ends; and it is its broker's alone.

use hyper::Method;
use serde_json::{Value, json};

use crate::desk::{Desk, OPERATOR, OTHER_PAYMENTS, OURS, PARTNER, PAYMENTS, PUBLISHED, on_both_desks};
use crate::support::api::Answer;
use crate::support::samples::BROKER;

pub const STATION: &str = "88888888888_01";
pub const OTHER_STATION: &str = "88888888888_02";

/// The path of the maintenances of a broker.
pub fn all_of(broker: &str) -> String {
    format!("{PUBLISHED}/brokers/{broker}/station-maintenances")
}

pub fn body(station: &str, start: &str, end: &str) -> Value {
    json!({ "start_date_time": start, "end_date_time": end, "stand_in": false, "station_code": station })
}

pub async fn announce(desk: &Desk, station: &str, start: &str, end: &str) -> Answer {
    desk.ask(PARTNER, Method::POST, &all_of(BROKER), Some(&body(station, start, end))).await
}

/// Announces one, and answers its path.
pub async fn announced(desk: &Desk, start: &str, end: &str) -> String {
    let made = announce(desk, STATION, start, end).await;
    assert_eq!(made.status, 201, "{}", made.body);
    format!("{}/{}", all_of(BROKER), made.body["maintenance_id"])
}

pub async fn change(desk: &Desk, path: &str, body: Value) -> Answer {
    desk.ask(PARTNER, Method::PUT, path, Some(&body)).await
}

async fn finish(desk: &Desk, path: &str) -> Answer {
    let path = format!("{}/finish", path.replace(PUBLISHED, OURS));
    desk.ask(PARTNER, Method::POST, &path, None).await
}

#[tokio::test]
async fn a_maintenance_is_announced_moved_and_taken_back() {
    on_both_desks(async |desk| {
        let made = announce(desk, STATION, "2026-12-01T10:00:00+01:00", "2026-12-01T13:00:00+01:00").await;
        assert_eq!(made.status, 201, "{}", made.body);
        let id = made.body["maintenance_id"].as_i64().unwrap();
        let expected = json!({
            "maintenance_id": id, "start_date_time": "2026-12-01T10:00:00+01:00",
            "end_date_time": "2026-12-01T13:00:00+01:00", "stand_in": false, "station_code": STATION,
            "broker_code": BROKER, "state": "SCHEDULED",
        });
        assert_eq!(made.body, expected);
        let path = format!("{}/{id}", all_of(BROKER));
        assert_eq!(desk.get(PARTNER, &path).await, expected);

        let later = json!({
            "start_date_time": "2026-12-02T10:00:00+01:00", "end_date_time": "2026-12-02T10:15:00+01:00",
            "stand_in": true,
        });
        let moved = change(desk, &path, later).await;
        assert_eq!(moved.status, 200, "{}", moved.body);
        assert_eq!(moved.body["end_date_time"], "2026-12-02T10:15:00+01:00");
        assert_eq!(moved.body["stand_in"], true);
        let gone = desk.ask(PARTNER, Method::DELETE, &path, None).await;
        assert_eq!(gone.status, 200, "{}", gone.body);
        let missing = desk.ask(PARTNER, Method::GET, &path, None).await;
        missing.is_problem(404, "Not Found", "unknown_maintenance");
    })
    .await;
}

#[tokio::test]
async fn what_has_begun_is_extended_or_ended_and_never_taken_back() {
    on_both_desks(async |desk| {
        let path = announced(desk, "2026-12-01T10:00:00+01:00", "2026-12-01T12:00:00+01:00").await;
        finish(desk, &path).await.is_problem(409, "Conflict", "maintenance_not_in_progress");
        desk.set("2026-12-01T09:20:00Z");
        assert_eq!(desk.get(PARTNER, &path).await["state"], "IN_PROGRESS");
        let refused = desk.ask(PARTNER, Method::DELETE, &path, None).await;
        refused.is_problem(409, "Conflict", "maintenance_begun");
        let moved = json!({ "start_date_time": "2026-12-09T10:00:00+01:00", "end_date_time": "2026-12-09T12:00:00+01:00" });
        assert_eq!(change(desk, &path, moved).await.violations(), [("/start_date_time", "maintenance_begun")]);
        let past = json!({ "end_date_time": "2026-12-01T10:15:00+01:00" });
        assert_eq!(change(desk, &path, past).await.violations(), [("/end_date_time", "end_passed")]);
        let longer = json!({ "end_date_time": "2026-12-01T14:00:00+01:00" });
        assert_eq!(change(desk, &path, longer).await.status, 200);
        let ended = finish(desk, &path).await;
        assert_eq!((ended.status.as_u16(), &ended.body["end_date_time"]), (200, &json!("2026-12-01T10:30:00+01:00")));
        desk.set("2026-12-01T09:30:00Z");
        assert_eq!(desk.get(PARTNER, &path).await["state"], "FINISHED");
        finish(desk, &path).await.is_problem(409, "Conflict", "maintenance_not_in_progress");
        let again = change(desk, &path, json!({ "end_date_time": "2026-12-01T18:00:00+01:00" })).await;
        again.is_problem(409, "Conflict", "maintenance_finished");
    })
    .await;
}

#[tokio::test]
async fn a_maintenance_is_its_brokers_whoever_knows_its_number() {
    on_both_desks(async |desk| {
        let path = announced(desk, "2026-12-01T10:00:00+01:00", "2026-12-01T12:00:00+01:00").await;
        let name = crate::support::samples::text("Provincia");
        let code = varco::domain::ids::BrokerCode::new("99999999999").unwrap();
        desk.gateway.store.put_broker(&varco::domain::party::Broker { code, name }).await.unwrap();
        desk.gateway.refresh().await;
        let foreign = path.replace(BROKER, "99999999999");
        for method in [Method::GET, Method::DELETE] {
            let refused = desk.ask(OPERATOR, method, &foreign, None).await;
            refused.is_problem(404, "Not Found", "unknown_maintenance");
        }
        let longer = json!({ "end_date_time": "2026-12-01T14:00:00+01:00" });
        let refused = desk.ask(OPERATOR, Method::PUT, &foreign, Some(&longer)).await;
        refused.is_problem(404, "Not Found", "unknown_maintenance");
        let refused = desk.ask(PARTNER, Method::GET, &foreign, None).await;
        refused.is_problem(403, "Forbidden", "not_permitted");
        for stranger in [PAYMENTS, OTHER_PAYMENTS] {
            assert_eq!(desk.ask(stranger, Method::GET, &path, None).await.status, 403);
            assert_eq!(desk.ask(stranger, Method::DELETE, &path, None).await.status, 403);
        }
        let theirs = body("88888888888_01", "2026-12-03T10:00:00Z", "2026-12-03T11:00:00Z");
        let refused = desk.ask(OPERATOR, Method::POST, &all_of("99999999999"), Some(&theirs)).await;
        assert_eq!(refused.violations(), [("/station_code", "unknown_station")], "a station of another");
        assert_eq!(desk.get(PARTNER, &path).await["state"], "SCHEDULED", "nothing came of it");
    })
    .await;
}

#[tokio::test]
async fn lists_have_pages_and_filters_and_the_operator_sees_those_of_all() {
    on_both_desks(async |desk| {
        for day in ["05", "01", "03"] {
            announced(desk, &format!("2026-12-{day}T10:00:00Z"), &format!("2026-12-{day}T11:00:00Z")).await;
        }
        announce(desk, OTHER_STATION, "2026-12-02T10:00:00Z", "2026-12-02T11:00:00Z").await;
        let starts = async |key: &str, path: String| -> Vec<String> {
            let found = desk.get(key, &path).await;
            let each = found["station_maintenance_list"].as_array().unwrap().clone();
            each.iter().map(|one| one["start_date_time"].as_str().unwrap()[8..10].to_owned()).collect()
        };
        let all = all_of(BROKER);
        assert_eq!(starts(PARTNER, all.clone()).await, ["01", "02", "03", "05"]);
        assert_eq!(starts(PARTNER, format!("{all}?limit=2&page=1")).await, ["03", "05"]);
        assert_eq!(starts(PARTNER, format!("{all}?stationCode={STATION}")).await, ["01", "03", "05"]);
        let after = "startDateTimeAfter=2026-12-01T10:00:00Z&startDateTimeBefore=2026-12-05T10:00:00Z";
        assert_eq!(starts(PARTNER, format!("{all}?{after}")).await, ["02", "03"]);
        let ends = "endDateTimeBefore=2026-12-02T11:00:00Z&endDateTimeAfter=2026-11-01";
        assert_eq!(starts(PARTNER, format!("{all}?{ends}")).await, ["01"]);
        let every = format!("{PUBLISHED}/brokers/station-maintenances");
        assert_eq!(starts(OPERATOR, every.clone()).await.len(), 4);
        assert_eq!(desk.ask(PARTNER, Method::GET, &every, None).await.status, 403);
        let page = desk.get(PARTNER, &format!("{all}?limit=3")).await;
        let info = json!({ "page": 0, "limit": 3, "items_found": 3, "total_pages": 2, "total_items": 4 });
        assert_eq!(page["page_info"], info);
        for wrong in ["page=x", "limit=0", "stationCode=%20", "endDateTimeAfter=soon"] {
            let refused = desk.ask(PARTNER, Method::GET, &format!("{all}?{wrong}"), None).await;
            refused.is_problem(400, "BAD REQUEST", "query_parameter");
        }
    })
    .await;
}

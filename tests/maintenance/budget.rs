//! The hours of a year: 36 for a broker, and beyond them the node stands in.

use hyper::Method;
use serde_json::{Value, json};

use crate::desk::{Desk, PARTNER, on_both_desks};
use crate::life::{OTHER_STATION, STATION, all_of, announce, announced, change};
use crate::support::samples::BROKER;

async fn summary(desk: &Desk, year: i16) -> [String; 4] {
    let found = desk.get(PARTNER, &format!("{}/summary?maintenanceYear={year}", all_of(BROKER))).await;
    assert_eq!(found["annual_hours_limit"], "36:00");
    ["used_hours", "scheduled_hours", "remaining_hours", "extra_hours"]
        .map(|name| found[name].as_str().unwrap().to_owned())
}

fn stands_in(answer: &Value) -> bool {
    answer["stand_in"].as_bool().unwrap()
}

#[tokio::test]
async fn beyond_the_hours_of_all_stations_together_the_node_stands_in_whatever_was_asked() {
    on_both_desks(async |desk| {
        let one = announce(desk, STATION, "2026-12-01T00:00:00Z", "2026-12-02T10:00:00Z").await;
        assert!(!stands_in(&one.body));
        assert_eq!(summary(desk, 2026).await, ["0:00", "34:00", "2:00", "0:00"]);
        let exact = announce(desk, OTHER_STATION, "2026-12-05T10:00:00Z", "2026-12-05T12:00:00Z").await;
        assert!(!stands_in(&exact.body), "36 hours to the minute");
        let beyond = announce(desk, STATION, "2026-12-06T10:00:00Z", "2026-12-06T10:15:00Z").await;
        assert!(stands_in(&beyond.body), "{}", beyond.body);
        assert_eq!(summary(desk, 2026).await, ["0:00", "36:15", "0:00", "0:15"]);
        let next_year = announce(desk, STATION, "2027-01-06T10:00:00Z", "2027-01-06T12:00:00Z").await;
        assert!(!stands_in(&next_year.body), "counted in the year in which it lies");
        assert_eq!(summary(desk, 2027).await, ["0:00", "2:00", "34:00", "0:00"]);
        let over = announce(desk, STATION, "2026-12-31T21:00:00Z", "2027-01-01T01:00:00Z").await;
        assert!(stands_in(&over.body), "two hours of it are of the old year");
        assert_eq!(summary(desk, 2027).await, ["0:00", "4:00", "32:00", "0:00"]);
    })
    .await;
}

#[tokio::test]
async fn what_has_begun_is_used_and_what_is_ended_early_is_given_back() {
    on_both_desks(async |desk| {
        let path = announced(desk, "2026-12-01T10:00:00Z", "2026-12-01T16:00:00Z").await;
        desk.set("2026-12-01T10:20:00Z");
        assert_eq!(summary(desk, 2026).await, ["6:00", "0:00", "30:00", "0:00"]);
        let finish = format!("{}/finish", path.replace("apiconfig/auth/api/v1", "admin/v1"));
        assert_eq!(desk.ask(PARTNER, Method::POST, &finish, None).await.status, 200);
        assert_eq!(summary(desk, 2026).await, ["0:30", "0:00", "35:30", "0:00"]);
        let long = announce(desk, STATION, "2026-12-10T00:00:00Z", "2026-12-11T11:30:00Z").await;
        assert!(!stands_in(&long.body));
        let path = format!("{}/{}", all_of(BROKER), long.body["maintenance_id"]);
        let longer = change(desk, &path, json!({ "end_date_time": "2026-12-11T11:45:00Z" })).await;
        assert!(stands_in(&longer.body), "an extension is counted too: {}", longer.body);
    })
    .await;
}

#[tokio::test]
async fn a_summary_is_of_a_year() {
    on_both_desks(async |desk| {
        for wrong in ["", "?maintenanceYear=26", "?maintenanceYear=abcd", "?maintenanceYear=%2B026"] {
            let path = format!("{}/summary{wrong}", all_of(BROKER));
            let refused = desk.ask(PARTNER, Method::GET, &path, None).await;
            refused.is_problem(400, "BAD REQUEST", "query_parameter");
        }
    })
    .await;
}

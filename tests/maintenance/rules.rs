//! What a maintenance must be: each rule with what breaks it.

use serde_json::json;

use crate::desk::on_both_desks;
use crate::life::{OTHER_STATION, STATION, announce, announced, change};

#[tokio::test]
async fn each_rule_of_a_new_maintenance_is_held_and_all_are_told_at_once() {
    on_both_desks(async |desk| {
        let start = ("/start_date_time", "quarter_hour");
        let (end, order) = (("/end_date_time", "quarter_hour"), ("/end_date_time", "end_before_start"));
        let late = ("/start_date_time", "notice_too_short");
        for (from, until, wrong) in [
            ("2026-12-01T10:01:00Z", "2026-12-01T11:00:00Z", vec![start]),
            ("2026-12-01T10:00:00Z", "2026-12-01T11:10:00Z", vec![end]),
            ("2026-12-01T10:00:00Z", "2026-12-01T10:00:00Z", vec![order]),
            ("2026-12-01T10:00:30Z", "2026-12-01T09:59:00Z", vec![start, end, order]),
            ("2026-11-25T09:45:00Z", "2026-11-25T11:00:00Z", vec![late]),
        ] {
            let refused = announce(desk, STATION, from, until).await;
            refused.is_problem(400, "Bad Request", "invalid_maintenance");
            assert_eq!(refused.violations(), wrong, "{from} {until}");
        }
        let refused = announce(desk, "88888888888_09", "soon", "2026-12-01T10:00:00Z").await;
        let expected = [("/start_date_time", "date_form"), ("/station_code", "unknown_station")];
        assert_eq!(refused.violations(), expected);
        let early = announce(desk, STATION, "2026-11-25T10:00:00Z", "2026-11-25T10:15:00Z").await;
        assert_eq!(early.status, 201, "three days to the second: {}", early.body);
    })
    .await;
}

#[tokio::test]
async fn a_station_has_one_maintenance_at_a_time() {
    on_both_desks(async |desk| {
        let first = announced(desk, "2026-12-01T10:00:00Z", "2026-12-01T12:00:00Z").await;
        let taken = announce(desk, STATION, "2026-12-01T11:45:00Z", "2026-12-01T13:00:00Z").await;
        taken.is_problem(409, "Conflict", "maintenance_overlap");
        assert_eq!(
            announce(desk, OTHER_STATION, "2026-12-01T11:00:00Z", "2026-12-01T12:00:00Z").await.status,
            201
        );
        let next = announced(desk, "2026-12-01T12:00:00Z", "2026-12-01T13:00:00Z").await;
        let longer = change(desk, &first, json!({ "end_date_time": "2026-12-01T12:15:00Z" })).await;
        longer.is_problem(409, "Conflict", "maintenance_overlap");
        let shorter = change(desk, &next, json!({ "end_date_time": "2026-12-01T12:30:00Z" })).await;
        assert_eq!(shorter.status, 200, "it does not stand in its own way: {}", shorter.body);
    })
    .await;
}

#[tokio::test]
async fn of_several_that_overlap_and_are_announced_at_once_one_is() {
    on_both_desks(async |desk| {
        let asked = (0..6).map(|quarter| async move {
            let start = format!("2026-12-01T10:{:02}:00Z", quarter % 4 * 15);
            announce(desk, STATION, &start, "2026-12-01T12:00:00Z").await.status.as_u16()
        });
        let mut statuses = futures_util::future::join_all(asked.collect::<Vec<_>>()).await;
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409, 409, 409, 409, 409]);
    })
    .await;
}

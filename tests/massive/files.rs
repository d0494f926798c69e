//! What happens to a file as a whole: accepted, told, listed, forgotten.

use hyper::Method;
use jiff::{SignedDuration, ToSpan};
use serde_json::json;

use crate::desk::*;
use crate::support::api::{but, position};
use crate::support::gateway::on_both_gateways;
use crate::support::samples::{self, BROKER, EC};
use crate::support::world::{OTHER_BROKER, OTHER_EC};

#[tokio::test]
async fn an_archive_of_positions_is_created_and_published() {
    on_both_gateways(async |gateway| {
        let positions: Vec<_> = (1..=300).map(|base| position(&format!("P{base}"), base)).collect();
        let archive = zip(&[("positions.JSON", &file(&positions))]);
        let place = accepted(gateway, Method::POST, "", &archive).await;
        let status = done(gateway.api_addr(), &place).await;
        let id = place.rsplit_once('/').unwrap().1;
        assert!(id.starts_with(&format!("{BROKER}_{EC}_")), "{id}");
        assert_eq!(
            status,
            json!({
                "fileId": id, "processedItem": 300, "submittedItem": 300, "operationStatus": "COMPLETED",
                "startTime": "2026-11-22T10:00:00Z", "endTime": "2026-11-22T10:00:00Z", "dryRun": false,
            })
        );
        assert_eq!(count(gateway.api_addr()).await, 300);
        let read = read(gateway, "P300").await.json();
        assert_eq!((&read["status"], &read["paymentOption"][0]["amount"]), (&json!("VALID"), &json!(10_000)));

        let report = ask(gateway.api_addr(), (Method::GET, &format!("{place}/report")), &[], "").await.json();
        let groups = report["responses"].as_array().unwrap();
        assert_eq!(groups.len(), 1);
        assert_eq!((&groups[0]["statusCode"], &groups[0]["statusMessage"]), (&json!(201), &json!("Created")));
        assert_eq!(groups[0]["iupds"].as_array().unwrap().len(), 300);
        assert_eq!(
            report["rows"][299],
            json!({ "row": 300, "iupd": "P300", "statusCode": 201, "statusMessage": "Created" })
        );
    })
    .await;
}

#[tokio::test]
async fn positions_of_a_file_can_stay_drafts() {
    on_both_gateways(async |gateway| {
        carried_out(gateway, Method::POST, "?toPublish=false", &file(&[position("P1", 1)])).await;
        assert_eq!(read(gateway, "P1").await.json()["status"], "DRAFT");
        carried_out(gateway, Method::PUT, "", &file(&[position("P1", 1)])).await;
        assert_eq!(read(gateway, "P1").await.json()["status"], "VALID", "published unless told otherwise");
        carried_out(gateway, Method::PUT, "?toPublish=false", &file(&[position("P1", 1)])).await;
        assert_eq!(read(gateway, "P1").await.json()["status"], "DRAFT");
    })
    .await;
}

#[tokio::test]
async fn a_dry_run_tells_and_writes_nothing() {
    on_both_gateways(async |gateway| {
        carried_out(gateway, Method::POST, "", &file(&[position("old", 1)])).await;
        let mut positions: Vec<_> = (2..=200).map(|base| position(&format!("P{base}"), base)).collect();
        positions.push(position("old", 900));
        positions.push(position("late", 2));
        let report = carried_out(gateway, Method::POST, "?dryRun=true", &file(&positions)).await;
        assert_eq!(
            (&report["dryRun"], &report["operationStatus"]),
            (&json!(true), &json!("COMPLETED_WITH_WARNINGS"))
        );
        let rows = rows(&report);
        assert!(rows[..199].iter().all(|(status, ..)| *status == 201));
        assert_eq!(report["rows"][0]["statusMessage"], "Can be created");
        assert_eq!(rows[199], (409, "old".into(), "iupd_taken".into()));
        assert_eq!(rows[200], (409, "late".into(), "notice_taken".into()), "an earlier row would have it");
        assert_eq!(count(gateway.api_addr()).await, 1, "nothing was written");

        let changed = but(position("old", 1), "/fullName", json!("Altra Persona"));
        carried_out(gateway, Method::PUT, "?dryRun=true", &file(&[changed])).await;
        carried_out(gateway, Method::DELETE, "?dryRun=true", &names(&["old"])).await;
        assert_eq!(read(gateway, "old").await.headers["etag"], "\"1\"");
    })
    .await;
}

#[tokio::test]
async fn a_file_is_known_to_its_sender_only() {
    on_both_gateways(async |gateway| {
        let place = accepted(gateway, Method::POST, "", &file(&[position("P1", 1)])).await;
        let status = done(gateway.api_addr(), &place).await;
        let id = status["fileId"].as_str().unwrap().to_owned();
        let get = |path: String| async move { ask(gateway.api_addr(), (Method::GET, &path), &[], "").await };
        for (ec, broker, status, code) in [
            (EC, "11111111111", 404, "unknown_broker"),
            (EC, OTHER_BROKER, 403, "foreign_broker"),
            ("11111111111", BROKER, 404, "unknown_organization"),
            (OTHER_EC, BROKER, 404, "unknown_upload"),
        ] {
            get(format!("{}/file/{id}/status", base(ec, broker))).await.is_problem(status, code);
        }
        for unknown in ["x", "88888888888_77777777777_00", &id[1..]] {
            get(format!("{}/file/{unknown}/report", base(EC, BROKER)))
                .await
                .is_problem(404, "unknown_upload");
        }
        let answer = ask(gateway.api_addr(), (Method::PATCH, &place), &[], "").await;
        answer.is_problem(404, "unknown_path");
        let answer =
            ask(gateway.api_addr(), (Method::GET, &format!("{}/file", base(EC, BROKER))), &[], "").await;
        answer.is_problem(405, "method_not_allowed");
    })
    .await;
}

#[tokio::test]
async fn files_are_listed_by_the_day_and_page_by_page() {
    on_both_gateways(async |gateway| {
        let mut sent = Vec::new();
        for base in 1..=103_u64 {
            gateway.clock.advance(SignedDuration::from_secs(1));
            let place = accepted(gateway, Method::POST, "?dryRun=true", &file(&[position("P1", base)])).await;
            sent.push(place.rsplit_once('/').unwrap().1.to_owned());
        }
        let list = async |query: &str, token: Option<&str>| {
            let headers: Vec<_> = token.map(|token| ("x-continuation-token", token)).into_iter().collect();
            let path = format!("{}/files{query}", base(EC, BROKER));
            ask(gateway.api_addr(), (Method::GET, &path), &headers, "").await
        };
        let first = list("", None).await;
        let token = first.headers["x-continuation-token"].to_str().unwrap();
        assert_eq!(first.json(), json!({ "fileIds": sent[..100], "size": 100, "hasMore": true }));
        let rest = list("?size=100", Some(token)).await;
        assert_eq!(rest.json(), json!({ "fileIds": sent[100..], "size": 3, "hasMore": false }));
        assert!(rest.headers.get("x-continuation-token").is_none());

        assert_eq!(list("?from=2026-11-23&to=2026-11-30", None).await.json()["size"], 0);
        assert_eq!(list("?to=2026-11-22&size=500", None).await.json()["size"], 103);
        for wrong in [
            "?from=2026-11-15&to=2026-11-23",
            "?from=2026-11-22&to=2026-11-21",
            "?from=x",
            "?size=99",
            "?size=501",
        ] {
            list(wrong, None).await.is_problem(400, "query_parameter");
        }
        list("", Some("?")).await.is_problem(400, "query_parameter");
        list("?to=2026-09-01", None).await.is_problem(410, "upload_gone");
    })
    .await;
}

#[tokio::test]
async fn outcomes_are_kept_for_sixty_days() {
    on_both_gateways(async |gateway| {
        let place = accepted(gateway, Method::POST, "", &file(&[position("P1", 1)])).await;
        done(gateway.api_addr(), &place).await;
        let get = |path: String| async move { ask(gateway.api_addr(), (Method::GET, &path), &[], "").await };
        gateway.clock.set(samples::now() + (60 * 24).hours());
        assert_eq!(get(format!("{place}/report")).await.status, 200);
        gateway.clock.advance(SignedDuration::from_secs(1));
        get(format!("{place}/report")).await.is_problem(410, "upload_gone");
        get(format!("{place}/status")).await.is_problem(410, "upload_gone");
        let before = samples::now() + 1.second();
        while gateway.store().purge_uploads(before, before).await.unwrap() {}
        gateway.clock.set(samples::now());
        get(format!("{place}/status")).await.is_problem(410, "upload_gone");
        assert_eq!(read(gateway, "P1").await.status, 200, "the position stays");
    })
    .await;
}

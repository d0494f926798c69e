//! What becomes of each row: the rules are those of one position, and no row spoils another.

use std::collections::BTreeSet;

use hyper::Method;
use serde_json::{Value, json};
use varco::api::auth::hash_key;
use varco::domain::notice_number::TwoDigits;
use varco::domain::segregation::Segregation;
use varco::store::{ApiKey, ApiScope, KeyRights};

use crate::desk::*;
use crate::support::api::{but, instalment, position, with_options};
use crate::support::gateway::on_both_gateways;
use crate::support::messages::{about, paid};
use crate::support::samples::{BROKER, EC};

fn row(status: i64, iupd: &str, code: &str) -> (i64, String, String) {
    (status, iupd.into(), code.into())
}

#[tokio::test]
async fn rows_of_a_creation_end_each_for_itself() {
    on_both_gateways(async |gateway| {
        carried_out(gateway, Method::POST, "", &file(&[position("taken", 1)])).await;
        let long = "x".repeat(200);
        let twice = but(position("P5", 6), "/paymentOption/0/iuv", Value::Null);
        let twice = but(twice, "/paymentOption/0/nav", json!("1"));
        let mut lines = vec![
            position("P1", 2),
            but(position("P2", 3), "/fiscalCode", json!("x")),
            position("taken", 4),
            position("P3", 1),
            position("P1", 5),
            twice,
            json!(17),
            but(position("P6", 7), "/iupd", json!("a/b")),
            but(position("P7", 8), "/companyName", json!(long)),
        ];
        lines.push(position("P8", 9));
        // One that wants a number which a refused row before it wanted too.
        lines.push(position("P9", 3));
        let report = carried_out(gateway, Method::POST, "", &file(&lines)).await;
        assert_eq!(
            rows(&report),
            [
                row(201, "P1", ""),
                row(400, "P2", "invalid_position"),
                row(409, "taken", "iupd_taken"),
                row(409, "P3", "notice_taken"),
                row(409, "P1", "duplicate_iupd"),
                row(400, "P5", "invalid_position"),
                row(400, "", "invalid_position"),
                row(400, "", "invalid_position"),
                row(400, "P7", "invalid_position"),
                row(201, "P8", ""),
                row(201, "P9", ""),
            ]
        );
        assert_eq!(report["operationStatus"], "COMPLETED_WITH_WARNINGS");
        let violations = &report["rows"][1]["violations"];
        assert_eq!(violations[0]["pointer"], "/paymentPositions/1/fiscalCode");
        assert_eq!(violations[0]["code"], "fiscal_code_form");
        assert_eq!(report["rows"][3]["violations"][0]["pointer"], "/paymentPositions/3/paymentOption/0/iuv");
        assert_eq!(report["rows"][1]["statusMessage"], "Error in the debt position request data");
        let groups = report["responses"].as_array().unwrap();
        assert_eq!(
            (&groups[0]["statusCode"], &groups[0]["iupds"]),
            (&json!(201), &json!(["P1", "P8", "P9"]))
        );
        assert!(!report.to_string().contains(&long), "no value is repeated");
    })
    .await;
}

#[tokio::test]
async fn nothing_done_is_told_as_such() {
    on_both_gateways(async |gateway| {
        let report = carried_out(gateway, Method::DELETE, "", &names(&["none"])).await;
        assert_eq!(report["operationStatus"], "COMPLETED_UNSUCCESSFULLY");
        assert_eq!(rows(&report), [row(404, "none", "unknown_position")]);
    })
    .await;
}

#[tokio::test]
async fn rows_of_an_update_meet_what_is_stored() {
    on_both_gateways(async |gateway| {
        let before: Vec<_> = (1..=4).map(|base| position(&format!("P{base}"), base)).collect();
        carried_out(gateway, Method::POST, "", &file(&before)).await;
        gateway.settle(&paid("receipt", 2, 10_000)).await;
        let lines = [
            but(position("P1", 1), "/fullName", json!("Anna Bianchi")),
            position("P2", 2),
            position("none", 7),
            with_options("P3", &[instalment(4)]),
            with_options("P4", &[instalment(8), instalment(9)]),
            but(position("P5", 5), "/iupd", Value::Null),
        ];
        let report = carried_out(gateway, Method::PUT, "", &file(&lines)).await;
        assert_eq!(
            rows(&report),
            [
                row(200, "P1", ""),
                row(409, "P2", "not_updatable"),
                row(404, "none", "unknown_position"),
                row(409, "P3", "notice_taken"),
                row(200, "P4", ""),
                row(400, "", "invalid_position"),
            ]
        );
        let kept = read(gateway, "P3").await.json();
        assert_eq!(kept["paymentOption"][0]["isPartialPayment"], false, "a refused row leaves no trace");
        assert_eq!(read(gateway, "P4").await.json()["paymentOption"].as_array().unwrap().len(), 2);
    })
    .await;
}

#[tokio::test]
async fn rows_of_a_deletion_free_names_and_keep_what_is_paid() {
    on_both_gateways(async |gateway| {
        let before: Vec<_> = (1..=3).map(|base| position(&format!("P{base}"), base)).collect();
        carried_out(gateway, Method::POST, "", &file(&before)).await;
        gateway.settle(&paid("receipt", 2, 10_000)).await;
        let list = json!({ "paymentPositionIUPDs": ["P1", "P2", "P1", "none", 5, "a/b"] }).to_string();
        let report = carried_out(gateway, Method::DELETE, "", list.as_bytes()).await;
        assert_eq!(
            rows(&report),
            [
                row(200, "P1", ""),
                row(409, "P2", "payment_found"),
                row(409, "P1", "duplicate_iupd"),
                row(404, "none", "unknown_position"),
                row(400, "", "invalid_position"),
                row(404, "", "unknown_position"),
            ]
        );
        let place = &report["rows"][2]["violations"][0]["pointer"];
        assert_eq!(place, "/paymentPositionIUPDs/2", "the list holds names, not objects");
        assert_eq!(count(gateway.api_addr()).await, 2);
        let again = carried_out(gateway, Method::POST, "", &file(&[position("P1", 1)])).await;
        assert_eq!(rows(&again), [row(201, "P1", "")]);
    })
    .await;
}

#[tokio::test]
async fn a_position_whose_receipt_came_first_is_paid_when_its_row_is_done() {
    on_both_gateways(async |gateway| {
        gateway.settle(&paid("early", 1, 10_000)).await;
        carried_out(gateway, Method::POST, "", &file(&[position("P1", 1), position("P2", 2)])).await;
        assert_eq!(read(gateway, "P1").await.json()["status"], "PAID");
        assert_eq!(read(gateway, "P2").await.json()["status"], "VALID");
    })
    .await;
}

#[tokio::test]
async fn numbers_that_a_file_leaves_out_are_drawn() {
    on_both_gateways(async |gateway| {
        let bare = |iupd: &str| but(position(iupd, 1), "/paymentOption/0/iuv", Value::Null);
        let report = carried_out(gateway, Method::POST, "", &file(&[bare("P1"), bare("P2")])).await;
        assert_eq!(rows(&report), [row(201, "P1", ""), row(201, "P2", "")]);
        let one = read(gateway, "P1").await.json()["paymentOption"][0]["nav"].clone();
        let two = read(gateway, "P2").await.json()["paymentOption"][0]["nav"].clone();
        assert!(one.is_string() && one != two, "{one} {two}");
    })
    .await;
}

#[tokio::test]
async fn rows_keep_to_the_segregation_codes_of_their_sender() {
    on_both_gateways(async |gateway| {
        carried_out(gateway, Method::POST, "", &file(&[position("P1", 1)])).await;
        let only = Segregation::Only(BTreeSet::from([TwoDigits::new("01").unwrap()]));
        let key = ApiKey {
            id: "one".into(),
            label: "one".into(),
            institutions: ApiScope::Every,
            segregation: only,
            rights: KeyRights::data(),
        };
        gateway.store().add_api_key(&key, &hash_key("key-of-code-01")).await.unwrap();
        let path = format!("{}/file?subscription-key=key-of-code-01", base(EC, BROKER));
        for (method, body, refused) in [
            (Method::POST, file(&[position("P2", 2)]), row(403, "P2", "foreign_segregation")),
            (Method::PUT, file(&[position("P1", 1)]), row(403, "P1", "foreign_segregation")),
            (Method::DELETE, names(&["P1"]), row(403, "P1", "foreign_segregation")),
        ] {
            let answer = send_as(gateway.api_addr(), (method, &path), None, &body).await;
            assert_eq!(answer.status, 202, "{}", answer.text());
            let place = place(&answer);
            done(gateway.api_addr(), &place).await;
            let report = ask(gateway.api_addr(), (Method::GET, &format!("{place}/report")), &[], "").await;
            assert_eq!(rows(&report.json()), [refused], "{}", report.text());
        }
        assert_eq!(read(gateway, "P1").await.headers["etag"], "\"1\"");
    })
    .await;
}

#[tokio::test]
async fn rows_wait_for_no_payment_under_way() {
    on_both_gateways(async |gateway| {
        carried_out(gateway, Method::POST, "", &file(&[position("P1", 1), position("P2", 2)])).await;
        let answer = gateway.get_v2(&about(1)).await;
        assert_eq!(answer.fault, None);
        let report =
            carried_out(gateway, Method::PUT, "", &file(&[position("P1", 1), position("P2", 2)])).await;
        assert_eq!(rows(&report), [row(409, "P1", "payment_in_progress"), row(200, "P2", "")]);
        let report = carried_out(gateway, Method::DELETE, "", &names(&["P1", "P2"])).await;
        assert_eq!(rows(&report), [row(409, "P1", "payment_in_progress"), row(200, "P2", "")]);
    })
    .await;
}

#[tokio::test]
async fn a_row_that_is_wrong_all_over_says_that_more_is_wrong_than_is_told() {
    on_both_gateways(async |gateway| {
        let lines = [with_options("P1", &vec![json!({}); 100])];
        let report = carried_out(gateway, Method::POST, "", &file(&lines)).await;
        let told = report["rows"][0]["violations"].as_array().unwrap();
        let more = |one: &Value| one["message"].as_str().unwrap().contains("more things are wrong");
        assert_eq!(told.len(), 50);
        assert!(more(&told[49]) && !told[..49].iter().any(more), "{}", told[49]);
    })
    .await;
}

//! Every rule of a body, each broken once: where, and by which code.

use serde_json::{Value, json};

use crate::desk::*;
use crate::support::api::but;

/// Sends bodies with one mistake each to a path that makes things.
async fn refused(desk: &Desk, path: &str, good: &Value, mistakes: &[(&str, Value, &str)]) {
    for (pointer, value, code) in mistakes {
        let answer = desk.post(path, &but(good.clone(), pointer, value.clone())).await;
        answer.is_problem(400, "Bad Request", "invalid_body");
        assert_eq!(answer.violations(), [(*pointer, *code)], "{value}: {}", answer.body);
    }
}

#[tokio::test]
async fn each_field_of_an_institution_has_its_form() {
    on_both_desks(async |desk| {
        let mistakes = [
            ("/creditor_institution_code", json!("1234567890"), "fiscal_code_form"),
            ("/creditor_institution_code", json!(null), "required"),
            ("/business_name", json!("x".repeat(71)), "too_long"),
            ("/business_name", json!(" "), "blank"),
            ("/description", json!("x".repeat(256)), "too_long"),
            ("/enabled", json!(null), "required"),
            ("/enabled", json!("true"), "wrong_type"),
            ("/cbill_code", json!("A1B2"), "cbill_form"),
            ("/address", json!(null), "required"),
            ("/address", json!([]), "wrong_type"),
            ("/address/zip_code", json!("1234"), "zip_code_form"),
            ("/address/country_code", json!("ROM"), "country_code_form"),
            ("/address/city", json!("a\nb"), "control_character"),
            ("/psp_payment", json!(null), "required"),
            ("/reporting_ftp", json!(null), "required"),
            ("/reporting_zip", json!(1), "wrong_type"),
        ];
        refused(desk, "/creditorinstitutions", &institution(NEW_EC), &mistakes).await;
    })
    .await;
}

#[tokio::test]
async fn each_field_of_a_broker_has_its_form() {
    on_both_desks(async |desk| {
        let mistakes = [
            ("/broker_code", json!("a b"), "identifier_form"),
            ("/broker_code", json!("x".repeat(36)), "identifier_form"),
            ("/description", json!("x".repeat(256)), "too_long"),
            ("/enabled", json!(null), "required"),
            ("/extended_fault_bean", json!(null), "required"),
        ];
        refused(desk, "/brokers", &broker(NEW_BROKER), &mistakes).await;
    })
    .await;
}

#[tokio::test]
async fn each_field_of_a_station_has_its_form() {
    on_both_desks(async |desk| {
        let code = "station_code_form";
        let mistakes = [
            ("/station_code", json!(NEW_BROKER), code),
            ("/station_code", json!("10987654321_1"), code),
            ("/station_code", json!("88888888888_03"), code),
            ("/version", json!(3), "out_of_range"),
            ("/primitive_version", json!(0), "out_of_range"),
            ("/enabled", json!(null), "required"),
            ("/protocol", json!("FTP"), "unknown_word"),
            ("/protocol", json!(""), "unknown_word"),
            ("/ip", json!("a b"), "not_visible"),
            ("/ip", json!("x".repeat(101)), "not_visible"),
            ("/port", json!(0), "out_of_range"),
            ("/port", json!(65_536), "out_of_range"),
            ("/target_port_pof", json!(-1), "out_of_range"),
            ("/target_path", json!("é"), "not_visible"),
            ("/redirect_protocol", json!("https"), "unknown_word"),
            ("/protocol_4mod", json!("x"), "unknown_word"),
            ("/proxy_port", json!(70_000), "out_of_range"),
            ("/proxy_password", json!("segreta"), "not_kept"),
            ("/thread_number", json!(0), "out_of_range"),
            ("/timeout_a", json!(-1), "out_of_range"),
            ("/timeout_b", json!(null), "required"),
            ("/timeout_c", json!(1.5), "wrong_type"),
            ("/flag_standin", json!(null), "required"),
            ("/rest_endpoint", json!("ftp://ente.example.it"), "url_form"),
        ];
        Desk::made(desk.post("/brokers", &broker(NEW_BROKER)).await);
        refused(desk, "/stations", &station(NEW_STATION), &mistakes).await;
    })
    .await;
}

#[tokio::test]
async fn everything_wrong_is_told_at_once_and_no_value_is_repeated() {
    on_both_desks(async |desk| {
        let body = json!({ "station_code": "Zoltan x", "version": 9, "proxy_password": "Zoltan" });
        let answer = desk.post("/stations", &body).await;
        let places: Vec<&str> = answer.violations().into_iter().map(|(place, _)| place).collect();
        let expected = [
            "/station_code",
            "/broker_code",
            "/version",
            "/primitive_version",
            "/protocol",
            "/port",
            "/proxy_password",
            "/thread_number",
            "/timeout_a",
            "/timeout_b",
            "/timeout_c",
            "/enabled",
            "/flag_standin",
        ];
        assert_eq!(places, expected);
        assert!(!answer.body.to_string().contains("Zoltan"));
        for not_an_object in [json!([]), json!("x"), json!(null)] {
            let answer = desk.post("/stations", &not_an_object).await;
            answer.is_problem(400, "Bad Request", "invalid_body");
        }
    })
    .await;
}

#[tokio::test]
async fn a_station_keeps_no_password() {
    on_both_desks(async |desk| {
        Desk::made(desk.post("/brokers", &broker(NEW_BROKER)).await);
        let with_password = but(station(NEW_STATION), "/password", json!("parola-segreta"));
        let made = Desk::made(desk.post("/stations", &with_password).await);
        assert_eq!(made.get("password"), None);
        let read = desk.get(&format!("/stations/{NEW_STATION}")).await.body;
        assert!(!read.to_string().contains("parola-segreta"));
    })
    .await;
}

#[tokio::test]
async fn each_rule_of_printed_codes_holds() {
    on_both_desks(async |desk| {
        Desk::made(desk.post("/creditorinstitutions", &institution(NEW_EC)).await);
        let good = json!({ "code_type": "QR_CODE", "encoding_code": "99999999999" });
        let mistakes = [
            ("/code_type", json!("BARCODE_GS1_128"), "encoding_deprecated"),
            ("/code_type", json!("QRCODE"), "unknown_word"),
            ("/code_type", json!(null), "required"),
            ("/encoding_code", json!("999999999999"), "qr_code_form"),
            ("/encoding_code", json!(null), "required"),
        ];
        let path = format!("/creditorinstitutions/{NEW_EC}/encodings");
        refused(desk, &path, &good, &mistakes).await;
        let short = json!({ "code_type": "BARCODE_128_AIM", "encoding_code": "99999999999" });
        assert_eq!(desk.post(&path, &short).await.violations(), [("/encoding_code", "barcode_form")]);
        let nobody = desk.post("/creditorinstitutions/00000000000/encodings", &good).await;
        nobody.is_problem(404, "Creditor Institution not found", "unknown_creditor_institution");
    })
    .await;
}

#[tokio::test]
async fn a_body_names_the_thing_of_its_path_and_a_station_stays_with_its_broker() {
    on_both_desks(async |desk| {
        desk.settle().await;
        let cases = [
            (
                format!("/creditorinstitutions/{NEW_EC}"),
                institution("00000000000"),
                "/creditor_institution_code",
            ),
            (format!("/brokers/{NEW_BROKER}"), broker("00000000000"), "/broker_code"),
        ];
        for (path, body, place) in cases {
            assert_eq!(desk.put(&path, &body).await.violations(), [(place, "differs_from_path")]);
        }
        let path = format!("/stations/{NEW_STATION}");
        let other = but(station(NEW_STATION), "/station_code", json!("10987654321_02"));
        assert_eq!(desk.put(&path, &other).await.violations(), [("/station_code", "differs_from_path")]);
        let moved = but(station(NEW_STATION), "/broker_code", json!("88888888888"));
        assert_eq!(desk.put(&path, &moved).await.violations(), [("/broker_code", "fixed")]);
    })
    .await;
}

#[tokio::test]
async fn a_station_needs_a_broker_that_is_registered() {
    on_both_desks(async |desk| {
        let answer = desk.post("/stations", &station(NEW_STATION)).await;
        answer.is_problem(404, "Broker not found", "unknown_broker");
    })
    .await;
}

//! The activation plan: what is known is read, what is not is shown, and nobody goes live before its time.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

mod support;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Method, Request};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use support::admin::{administrator, ask};
use support::api::{Answer, EC, Gateway, OTHER_EC};
use support::{TestDatabase, on_both, samples};
use varco::domain::access::Role;
use varco::domain::activation::{FILE_MAX, Step};
use varco::domain::fiscal_code::FiscalCode;
use varco::domain::ids::BrokerCode;
use varco::store::{NodeCall, Promptness, Store};

const OPERATOR: &str = "operator";
const REFERENT: &str = "technical";
const CASES: [&str; 4] = ["EC-PSP-01", "EC-PSP-02", "EC-PSP-02M", "EC-PSP-04"];

async fn start(database: TestDatabase) -> Gateway {
    let gateway = Gateway::start(database).await;
    administrator(&gateway.store, OPERATOR, "gateway", Role::Operator).await;
    administrator(&gateway.store, REFERENT, &format!("ec:{EC}"), Role::TechnicalReferent).await;
    gateway
}

fn below(path: &str) -> String {
    format!("/creditor-institutions/{EC}/activation{path}")
}

async fn get(gateway: &Gateway, path: &str) -> Answer {
    ask(gateway.address, REFERENT, (Method::GET, &below(path)), None).await
}

async fn put(gateway: &Gateway, key: &str, path: &str, body: &Value) -> Answer {
    ask(gateway.address, key, (Method::PUT, &below(path)), Some(body)).await
}

async fn show(gateway: &Gateway, step: &str, body: &Value) -> Answer {
    let path = below(&format!("/steps/{step}/evidence"));
    ask(gateway.address, REFERENT, (Method::POST, &path), Some(body)).await
}

async fn waive(gateway: &Gateway, step: &str) -> Answer {
    put(gateway, OPERATOR, &format!("/steps/{step}/waiver"), &json!({ "reason": "Già in esercizio" })).await
}

/// A step of a plan.
#[track_caller]
fn step<'a>(plan: &'a Value, name: &str) -> &'a Value {
    let steps = plan["steps"].as_array().unwrap();
    steps.iter().find(|step| step["step"] == name).unwrap()
}

#[track_caller]
fn state(plan: &Value, name: &str) -> (String, Vec<String>) {
    let step = step(plan, name);
    let missing = step["missing"].as_array().unwrap();
    let codes = missing.iter().map(|one| one["code"].as_str().unwrap().to_owned());
    (step["state"].as_str().unwrap().to_owned(), codes.collect())
}

/// The node was answered for the institution.
async fn node_called(store: &Store) {
    let day = "2026-11-22".parse().unwrap();
    let (ec, broker) = (FiscalCode::new(EC).unwrap(), BrokerCode::new(samples::BROKER).unwrap());
    store.count_call(NodeCall { ec, day, broker, primitive: "paVerifyPaymentNotice" }, Promptness::Within);
    store.write_calls().await.unwrap();
}

fn passed() -> Value {
    json!({ "outcome": "passed", "note": "Superata in collaudo" })
}

#[tokio::test]
async fn what_is_registered_is_told_by_the_facts_and_what_is_missing_in_words() {
    on_both(|database| async move {
        let gateway = start(database).await;
        let plan = get(&gateway, "").await.body;
        assert_eq!((plan["fiscalCode"].as_str(), plan["live"].as_bool()), (Some(EC), Some(false)));
        let names: Vec<&str> =
            plan["steps"].as_array().unwrap().iter().map(|s| s["step"].as_str().unwrap()).collect();
        assert_eq!(names, Step::ALL.map(Step::word));
        for done in ["registration", "ibans", "station", "api_key"] {
            assert_eq!(state(&plan, done), ("done".to_owned(), vec![]), "{done}");
        }
        assert_eq!(state(&plan, "certificates"), ("open".to_owned(), vec!["no_certificate".to_owned()]));
        assert_eq!(state(&plan, "connectivity"), ("blocked".to_owned(), vec!["no_call".to_owned()]));
        assert_eq!(step(&plan, "connectivity")["waitsFor"], json!(["certificates"]));
        assert_eq!(state(&plan, "EC-PSP-02M"), ("blocked".to_owned(), vec!["no_evidence".to_owned()]));
        for missing in plan["steps"].as_array().unwrap().iter().flat_map(|s| s["missing"].as_array().unwrap())
        {
            assert!(missing["message"].as_str().unwrap().ends_with('.'), "{missing}");
        }
        node_called(&gateway.store).await;
        assert_eq!(state(&get(&gateway, "").await.body, "connectivity").0, "done");
        // Nobody knows the other one, whose referent has to begin at the beginning.
        let path = "/creditor-institutions/12345678901/activation";
        let unknown = ask(gateway.address, OPERATOR, (Method::GET, path), None).await.body;
        assert_eq!(state(&unknown, "registration"), ("open".to_owned(), vec!["not_registered".to_owned()]));
        assert_eq!(state(&unknown, "ibans"), ("blocked".to_owned(), vec!["no_iban".to_owned()]));
        assert_eq!(state(&unknown, "station"), ("blocked".to_owned(), vec!["no_station".to_owned()]));
    })
    .await;
}

#[tokio::test]
async fn an_institution_goes_live_when_all_is_done_and_not_before() {
    on_both(|database| async move {
        let gateway = start(database).await;
        let declare = async || put(&gateway, REFERENT, "/steps/go_live", &json!({ "declared": true })).await;
        declare().await.is_problem(409, "Conflict", "step_blocked");
        for case in CASES {
            show(&gateway, case, &passed()).await.is_problem(409, "Conflict", "step_blocked");
        }
        let certified = show(&gateway, "certificates", &passed()).await;
        assert_eq!(certified.status, 201, "{}", certified.body);
        node_called(&gateway.store).await;
        let failed = show(&gateway, "EC-PSP-01", &json!({ "outcome": "failed" })).await;
        assert_eq!(failed.status, 201);
        assert_eq!(
            state(&get(&gateway, "").await.body, "EC-PSP-01"),
            ("open".to_owned(), vec!["failed".to_owned()])
        );
        for case in CASES {
            assert_eq!(show(&gateway, case, &passed()).await.status, 201, "{case}");
        }
        assert_eq!(show(&gateway, "EC-PSP-01", &json!({ "outcome": "noted" })).await.status, 201);
        let plan = get(&gateway, "").await.body;
        assert_eq!(state(&plan, "EC-PSP-01"), ("done".to_owned(), vec![]), "a note decides nothing");
        assert_eq!(state(&plan, "go_live"), ("open".to_owned(), vec!["not_declared".to_owned()]));
        let outcomes: Vec<&Value> = step(&plan, "EC-PSP-01")["evidence"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| &one["outcome"])
            .collect();
        assert_eq!(outcomes, ["failed", "passed", "noted"]);
        let live = declare().await;
        assert_eq!((live.status.as_u16(), &live.body["live"]), (200, &json!(true)), "{}", live.body);
        assert_eq!(step(&live.body, "go_live")["declaredAt"], "2026-11-22T10:00:00Z");
        // Saying it again later changes nothing, and it can be taken back.
        gateway.clock.advance(jiff::SignedDuration::from_hours(1));
        assert_eq!(step(&declare().await.body, "go_live")["declaredAt"], "2026-11-22T10:00:00Z");
        let back = put(&gateway, REFERENT, "/steps/go_live", &json!({})).await;
        assert_eq!(back.body["live"], false);
    })
    .await;
}

#[tokio::test]
async fn only_an_operator_lets_steps_be_left_out() {
    on_both(|database| async move {
        let gateway = start(database).await;
        let reason = json!({ "reason": "Già in esercizio" });
        let refused = put(&gateway, REFERENT, "/steps/certificates/waiver", &reason).await;
        assert_eq!(refused.status, 403);
        let plan = waive(&gateway, "certificates").await.body;
        assert_eq!(state(&plan, "certificates"), ("waived".to_owned(), vec!["no_certificate".to_owned()]));
        let waiver = &step(&plan, "certificates")["waiver"];
        assert_eq!(waiver, &json!({ "at": "2026-11-22T10:00:00Z", "reason": "Già in esercizio" }));
        assert_eq!(state(&plan, "connectivity").0, "open", "it waits for nothing now");
        for name in ["connectivity", "EC-PSP-01", "EC-PSP-02", "EC-PSP-02M", "EC-PSP-04"] {
            assert_eq!(waive(&gateway, name).await.status, 200);
        }
        assert_eq!(put(&gateway, REFERENT, "/steps/go_live", &json!({ "declared": true })).await.status, 200);
        let path = below("/steps/certificates/waiver");
        let delete = async |key| ask(gateway.address, key, (Method::DELETE, path.as_str()), None).await;
        assert_eq!(delete(REFERENT).await.status, 403);
        let plan = delete(OPERATOR).await.body;
        assert_eq!(state(&plan, "certificates").0, "open");
        delete(OPERATOR).await.is_problem(404, "Not Found", "unknown_target");
        // Or the whole plan is.
        let other = format!("/creditor-institutions/{OTHER_EC}/activation/steps/go_live/waiver");
        let live = ask(gateway.address, OPERATOR, (Method::PUT, &other), Some(&reason)).await;
        assert_eq!((&live.body["live"], state(&live.body, "go_live").0), (&json!(true), "waived".to_owned()));
    })
    .await;
}

#[tokio::test]
async fn a_step_has_somebody_who_sees_to_it_and_a_day() {
    on_both(|database| async move {
        let gateway = start(database).await;
        let body = json!({ "responsible": " Anna Verdi ", "dueDate": "2026-12-31" });
        let plan = put(&gateway, REFERENT, "/steps/EC-PSP-04", &body).await.body;
        let planned = step(&plan, "EC-PSP-04");
        assert_eq!(
            (&planned["responsible"], &planned["dueDate"]),
            (&json!("Anna Verdi"), &json!("2026-12-31"))
        );
        assert_eq!(planned["state"], "blocked", "to plan is not to do");
        let plan = put(&gateway, REFERENT, "/steps/EC-PSP-04", &json!({})).await.body;
        assert_eq!(step(&plan, "EC-PSP-04").get("responsible"), None);
        put(&gateway, REFERENT, "/steps/ibans", &json!({ "declared": true })).await.is_problem(
            409,
            "Conflict",
            "not_declarable",
        );
        let wrong = json!({ "responsible": "x".repeat(141), "dueDate": "31/12/2026", "declared": 1 });
        let refused = put(&gateway, REFERENT, "/steps/ibans", &wrong).await;
        refused.is_problem(400, "Bad Request", "invalid_activation");
        let places = [("/responsible", "too_long"), ("/dueDate", "date_form"), ("/declared", "wrong_type")];
        assert_eq!(refused.violations(), places);
        put(&gateway, REFERENT, "/steps/x", &json!({})).await.is_problem(404, "Not Found", "unknown_step");
        put(&gateway, OPERATOR, "/steps/ibans/waiver", &json!({})).await.is_problem(
            400,
            "Bad Request",
            "invalid_activation",
        );
    })
    .await;
}

fn file(name: &str, kind: &str, body: &[u8]) -> Value {
    json!({ "name": name, "mediaType": kind, "content": STANDARD.encode(body) })
}

/// What is in a file that was shown, with the headers that it comes with.
async fn taken_away(gateway: &Gateway, key: &str, id: &str) -> (u16, hyper::HeaderMap, Bytes) {
    let stream = tokio::net::TcpStream::connect(gateway.address).await.unwrap();
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let request = Request::get(format!("/admin/v1{}", below(&format!("/evidence/{id}/file"))))
        .header("host", "localhost")
        .header("ocp-apim-subscription-key", key)
        .body(Full::<Bytes>::default())
        .unwrap();
    let (parts, body) = sender.send_request(request).await.unwrap().into_parts();
    (parts.status.as_u16(), parts.headers, body.collect().await.unwrap().to_bytes())
}

#[tokio::test]
async fn a_file_is_taken_away_as_it_was_shown_and_a_browser_runs_nothing_of_it() {
    on_both(|database| async move {
        let gateway = start(database).await;
        let body = "<script>però</script>".as_bytes();
        let shown = show(
            &gateway,
            "certificates",
            &json!({ "outcome": "noted", "file": file("esito però.txt", "text/plain", body) }),
        )
        .await;
        assert_eq!(shown.status, 201, "{}", shown.body);
        let id = shown.body["id"].as_str().unwrap();
        let place = format!("/admin/v1{}", below(&format!("/evidence/{id}")));
        assert_eq!(shown.headers["location"], place.as_str());
        let digest: String = Sha256::digest(body).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(shown.body["file"]["sha256"], digest.as_str());
        assert_eq!((&shown.body["by"], &shown.body["name"]), (&json!("key:technical"), &json!("technical")));
        assert_eq!(get(&gateway, &format!("/evidence/{id}")).await.body, shown.body);
        let (status, headers, taken) = taken_away(&gateway, REFERENT, id).await;
        assert_eq!((status, &taken[..]), (200, body));
        assert_eq!(headers["content-type"], "text/plain; charset=utf-8");
        assert_eq!(headers["x-content-type-options"], "nosniff");
        assert_eq!(headers["content-security-policy"], "default-src 'none'; sandbox");
        assert_eq!(headers["content-disposition"], "attachment; filename*=UTF-8''esito%20per%C3%B2.txt");
        // The same file again is kept once, and what is nowhere is not found.
        let again = json!({ "outcome": "noted", "file": file("b", "text/plain", body) });
        let again = show(&gateway, "certificates", &again).await;
        assert_eq!(again.body["file"]["sha256"], shown.body["file"]["sha256"]);
        let bare = show(&gateway, "certificates", &json!({ "outcome": "noted" })).await.body;
        let bare = bare["id"].as_str().unwrap();
        assert_eq!(taken_away(&gateway, REFERENT, bare).await.0, 404);
        for unknown in ["x", &"0".repeat(32)] {
            get(&gateway, &format!("/evidence/{unknown}")).await.is_problem(
                404,
                "Not Found",
                "unknown_evidence",
            );
        }
        // Nor is it found under another institution.
        let foreign = format!("/creditor-institutions/{OTHER_EC}/activation/evidence/{id}");
        let foreign = ask(gateway.address, OPERATOR, (Method::GET, &foreign), None).await;
        foreign.is_problem(404, "Not Found", "unknown_evidence");
    })
    .await;
}

#[tokio::test]
async fn everything_that_is_wrong_with_evidence_is_told_at_once() {
    let gateway = start(TestDatabase::sqlite()).await;
    let cases = [
        (json!({}), vec![("/outcome", "required")]),
        (json!([]), vec![("", "wrong_type"), ("/outcome", "required")]),
        (
            json!({ "outcome": "maybe", "note": "x".repeat(1001), "file": {} }),
            vec![
                ("/outcome", "outcome"),
                ("/note", "too_long"),
                ("/file/name", "required"),
                ("/file/mediaType", "required"),
                ("/file/content", "required"),
            ],
        ),
        (
            json!({ "outcome": "noted", "file": { "name": "a", "mediaType": "text/html", "content": "?" } }),
            vec![("/file/mediaType", "media_type"), ("/file/content", "base64")],
        ),
        (json!({ "outcome": "noted", "file": file("a/b", "text/plain", b"x") }), vec![("/file", "file")]),
        (
            json!({ "outcome": "noted", "file": file("a", "application/pdf", b"<html>") }),
            vec![("/file", "file")],
        ),
    ];
    for (body, violations) in cases {
        let refused = show(&gateway, "certificates", &body).await;
        refused.is_problem(400, "Bad Request", "invalid_activation");
        assert_eq!(refused.violations(), violations, "{body}");
    }
    const { assert!(FILE_MAX == 1 << 20, "and a file of more than a mebibyte is refused: src/domain/activation") };
}

#[tokio::test]
async fn what_was_said_and_shown_is_audited_without_what_is_in_files() {
    on_both(|database| async move {
        let behind = TestDatabase::of(database.engine, database.url.clone());
        let gateway = start(database).await;
        show(
            &gateway,
            "certificates",
            &json!({ "outcome": "passed", "file": file("a.txt", "text/plain", b"the body of the file") }),
        )
        .await;
        waive(&gateway, "connectivity").await;
        put(&gateway, REFERENT, "/steps/ibans", &json!({ "responsible": "Anna Verdi" })).await;
        let mut intruder = support::trouble::Intruder::enter(&behind).await;
        let rows = intruder
            .read("SELECT action || ' ' || tenant || ' ' || actor || ' ' || COALESCE(after, '') AS name, seq AS number FROM audit ORDER BY seq")
            .await;
        let rows: Vec<String> = rows.into_iter().map(|(row, _)| row).collect();
        assert_eq!(rows.len(), 3, "{rows:?}");
        assert!(rows[0].starts_with(&format!("activation.create ec:{EC} key:technical ")), "{rows:?}");
        assert!(rows[0].contains("sha256") && !rows[0].contains(&STANDARD.encode(b"the body of the file")));
        assert_eq!(rows[1], "activation.put gateway key:operator {\"reason\":\"Già in esercizio\"}");
        assert_eq!(rows[2], format!("activation.put ec:{EC} key:technical {{\"responsible\":\"Anna Verdi\"}}"));
    })
    .await;
}

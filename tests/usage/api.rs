//! The report as institutions, partners and operators get it.

use std::collections::BTreeSet;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Method, Request};
use hyper_util::rt::TokioIo;
use jiff::ToSpan;
use serde_json::{Value, json};
use varco::domain::access::Role;
use varco::domain::ids::BrokerCode;
use varco::store::{NodeCall, Promptness};

use crate::support::admin::{administrator, ask};
use crate::support::api::{Answer, EC, Gateway, OTHER_EC, but, position};
use crate::support::{TestDatabase, on_both, samples};

async fn start(database: TestDatabase) -> Gateway {
    let gateway = Gateway::start(database).await;
    administrator(&gateway.store, "operator", "gateway", Role::Operator).await;
    administrator(&gateway.store, "payments", &format!("ec:{EC}"), Role::PaymentsReferent).await;
    let broker = format!("broker:{}", samples::BROKER);
    administrator(&gateway.store, "partner", &broker, Role::PartnerReferent).await;
    gateway
}

async fn get(gateway: &Gateway, key: &str, path: &str) -> Answer {
    ask(gateway.address, key, (Method::GET, path), None).await
}

/// Three positions, a payment and a hundred calls, of which one was late.
async fn november(gateway: &Gateway) {
    for base in 1..=3 {
        gateway.create_published(&position(&format!("p{base}"), base)).await;
    }
    gateway.pay(1, 10_000).await;
    let call = NodeCall {
        ec: samples::ec(),
        day: "2026-11-22".parse().unwrap(),
        broker: BrokerCode::new(samples::BROKER).unwrap(),
        primitive: "paVerifyPaymentNotice",
    };
    for _ in 0..99 {
        gateway.store.count_call(call.clone(), Promptness::Within);
    }
    gateway.store.count_call(call, Promptness::Late);
    gateway.store.write_calls().await.unwrap();
}

fn tally(count: u64, amount: i64) -> Value {
    json!({ "count": count, "amount": amount })
}

#[tokio::test]
async fn an_institution_reads_its_month() {
    on_both(|database| async move {
        let gateway = start(database).await;
        november(&gateway).await;
        let path = format!("/creditor-institutions/{EC}/usage");
        let answer = get(&gateway, "payments", &format!("{path}?month=2026-11")).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert_eq!(answer.headers["cache-control"], "no-store");
        let answers = json!({ "calls": 100, "within": 99, "share": "99.00", "keepsServiceLevel": true });
        let figures = json!({
            "positions": 3, "notices": tally(3, 30_000), "payments": tally(1, 10_000), "late": tally(0, 0),
            "asBeneficiary": 0, "answers": answers,
        });
        let mut institution = figures.clone();
        institution["fiscalCode"] = json!(EC);
        institution["name"] = json!("Comune di Borgo");
        institution["paymentsByMethod"] = json!([{ "method": "creditCard", "count": 1, "amount": 10_000 }]);
        institution["answersByPrimitive"] = json!([{
            "primitive": "paVerifyPaymentNotice",
            "calls": 100, "within": 99, "share": "99.00", "keepsServiceLevel": true,
        }]);
        let report = json!({
            "month": "2026-11", "from": "2026-10-31T23:00:00Z", "until": "2026-11-30T23:00:00Z",
            "readAt": "2026-11-22T10:00:00Z", "complete": false,
            "institutions": [institution], "total": figures,
        });
        assert_eq!(answer.body, report);
        // The present month is meant where none is named; another one is empty, and over.
        assert_eq!(get(&gateway, "payments", &path).await.body, report);
        let before = get(&gateway, "payments", &format!("{path}?month=2026-10")).await.body;
        assert_eq!(before["complete"], true);
        let nothing = json!({ "calls": 0, "within": 0, "keepsServiceLevel": true });
        assert_eq!((&before["total"]["answers"], &before["total"]["positions"]), (&nothing, &json!(0)));
        for wrong in ["2026", "2026-13", "2026-11-01", "x"] {
            let refused = get(&gateway, "payments", &format!("{path}?month={wrong}")).await;
            refused.is_problem(400, "BAD REQUEST", "query_parameter");
        }
        let unknown = get(&gateway, "operator", "/creditor-institutions/12345678901/usage").await;
        unknown.is_problem(404, "Not Found", "unknown_institution");
    })
    .await;
}

#[tokio::test]
async fn an_operator_reads_everybody_and_nobody_else_does() {
    on_both(|database| async move {
        let gateway = start(database).await;
        november(&gateway).await;
        let report = get(&gateway, "operator", "/usage?month=2026-11").await.body;
        let codes: Vec<&Value> =
            report["institutions"].as_array().unwrap().iter().map(|one| &one["fiscalCode"]).collect();
        assert_eq!(codes, [OTHER_EC, EC]);
        assert_eq!(report["total"]["payments"], tally(1, 10_000));
        for key in ["payments", "partner"] {
            assert_eq!(get(&gateway, key, "/usage").await.status, 403);
            let foreign = format!("/creditor-institutions/{OTHER_EC}/usage");
            assert_eq!(get(&gateway, key, &foreign).await.status, 403);
        }
        assert_eq!(get(&gateway, "operator", "/brokers/x/usage").await.status, 404);
    })
    .await;
}

#[tokio::test]
async fn a_partner_reads_its_work_and_no_names_of_whom_it_does_not_act_for() {
    on_both(|database| async move {
        let gateway = start(database).await;
        november(&gateway).await;
        let path = format!("/brokers/{}/usage?month=2026-11", samples::BROKER);
        let mine = get(&gateway, "partner", &path).await;
        assert_eq!(mine.status, 200, "{}", mine.body);
        let text = mine.body.to_string();
        assert!(!text.contains(EC) && !text.contains("Borgo"), "nothing was delegated: {text}");
        assert_eq!(mine.body["institutions"], json!([]));
        assert_eq!(mine.body["unnamed"]["institutions"], 1);
        assert_eq!(mine.body["unnamed"]["payments"], tally(1, 10_000));
        assert_eq!(mine.body["total"]["answers"]["calls"], 100);
        let whole = get(&gateway, "operator", &path).await.body;
        assert_eq!(whole["institutions"][0]["fiscalCode"], EC);
        assert_eq!(whole.get("unnamed"), None);
        assert_eq!(whole["total"], mine.body["total"]);
    })
    .await;
}

async fn table(gateway: &Gateway, path: &str) -> String {
    let stream = tokio::net::TcpStream::connect(gateway.address).await.unwrap();
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let request = Request::get(format!("/admin/v1{path}"))
        .header("host", "localhost")
        .header("accept", "text/csv")
        .header("ocp-apim-subscription-key", "operator")
        .body(Full::<Bytes>::default())
        .unwrap();
    let (parts, body) = sender.send_request(request).await.unwrap().into_parts();
    assert_eq!(parts.status, 200);
    assert_eq!(parts.headers["content-type"], "text/csv; charset=utf-8");
    String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap()
}

#[tokio::test]
async fn a_spreadsheet_gets_a_line_for_each_figure_and_never_a_formula() {
    on_both(|database| async move {
        let gateway = start(database).await;
        november(&gateway).await;
        let institution = varco::domain::party::CreditorInstitution {
            ec: samples::ec(),
            name: samples::text("=Comune; di \"Borgo\""),
        };
        gateway.store.put_creditor_institution(&institution).await.unwrap();
        gateway.refresh().await;
        let text = table(&gateway, &format!("/creditor-institutions/{EC}/usage?month=2026-11")).await;
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "\u{feff}month;fiscalCode;name;figure;detail;count;amount;share");
        let of = |line: &str| format!("2026-11;{EC};\"'=Comune; di \"\"Borgo\"\"\";{line}");
        let expected = [
            of("positions;;3;;"),
            of("notices;;3;30000;"),
            of("late;;0;0;"),
            of("asBeneficiary;;0;;"),
            of("payments;creditCard;1;10000;"),
            of("calls;paVerifyPaymentNotice;100;;"),
            of("callsWithin2s;paVerifyPaymentNotice;99;;99.00"),
        ];
        assert_eq!(lines[1..], expected, "{text}");
        assert!(text.ends_with("\r\n"));
    })
    .await;
}

#[tokio::test]
async fn a_notice_that_was_deleted_is_not_billed_and_a_receipt_that_came_late_is_told_apart() {
    on_both(|database| async move {
        let gateway = start(database).await;
        gateway.create_published(&position("kept", 1)).await;
        gateway.create(&but(position("gone", 2), "/fullName", json!("Mario Rossi"))).await;
        assert_eq!(gateway.delete("gone").await.status, 200);
        let path = format!("/creditor-institutions/{EC}/usage?month=2026-11");
        assert_eq!(get(&gateway, "payments", &path).await.body["total"]["notices"], tally(1, 10_000));
        gateway.clock.set(samples::now() + (24 * 10).hours());
        let mut receipt = samples::receipt("r", 1, 10_000);
        receipt.payment.paid_at = Some(samples::now());
        let booking = varco::store::BookReceipt {
            receipt,
            primitive: "paSendRTV2",
            raw: Bytes::from_static(b"<x/>"),
            received_at: samples::now() + (24 * 10).hours(),
            deliver_to: None,
        };
        gateway.store.book_receipt(booking).await.unwrap();
        let total = get(&gateway, "payments", &path).await.body["total"].clone();
        assert_eq!((&total["payments"], &total["late"]), (&tally(1, 10_000), &tally(1, 10_000)));
        let codes: BTreeSet<&str> = total.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(codes.len(), 6);
    })
    .await;
}

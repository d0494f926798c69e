//! The receipts API: what an institution finds of the receipts it got, on both databases.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

mod support;

use std::collections::BTreeSet;

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Request, StatusCode};
use jiff::{Timestamp, ToSpan};
use serde_json::{Value, json};
use support::api::*;
use support::gateway::{TestGateway, on_both_gateways};
use support::messages::{Paid, paid};
use support::trouble::Intruder;
use support::{TestDatabase, on_both, samples, world};
use varco::api::auth::hash_key;
use varco::domain::fiscal_code::FiscalCode;
use varco::domain::notice_number::{NoticeNumber, TwoDigits};
use varco::domain::receipt::{Receipt, ReceiptOutcome, SubjectCode};
use varco::domain::segregation::Segregation;
use varco::soap::{Limits, read_request};
use varco::store::{ApiKey, ApiScope, BookReceipt, KeyRights};

const BASE: &str = "/gpd/payments-receipts-service/v1/payments";

/// Asks with the key that holds only the first institution.
async fn ask(gateway: &Gateway, path: &str, accept: &str) -> Answer {
    ask_as(gateway, KEY, &format!("{EC}/receipts{path}"), accept).await
}

async fn ask_as(gateway: &Gateway, key: &str, path: &str, accept: &str) -> Answer {
    let request = Request::get(format!("{BASE}/{path}"))
        .header("host", "localhost")
        .header("accept", accept)
        .header("ocp-apim-subscription-key", key);
    gateway.send(request.body(Full::default()).unwrap()).await
}

async fn list(gateway: &Gateway, query: &str) -> Answer {
    ask(gateway, query, "application/json").await
}

async fn ids(gateway: &Gateway, query: &str) -> Vec<String> {
    let answer = list(gateway, query).await;
    assert_eq!(answer.status, StatusCode::OK, "{query}: {}", answer.body);
    assert_eq!(answer.headers["cache-control"], "no-store");
    ids_of(&answer.body)
}

fn ids_of(body: &Value) -> Vec<String> {
    let results = body["results"].as_array().unwrap();
    assert_eq!(body["length"], results.len());
    results.iter().map(|one| one["receiptId"].as_str().unwrap().to_owned()).collect()
}

async fn book(gateway: &Gateway, receipt: Receipt) {
    let raw = paid(receipt.id.as_str(), 1, receipt.amount.get()).v2();
    book_as(gateway, receipt, raw, samples::now()).await;
}

async fn book_as(gateway: &Gateway, receipt: Receipt, raw: String, received_at: Timestamp) {
    let booking = BookReceipt {
        receipt,
        primitive: "paSendRTV2",
        raw: Bytes::from(raw),
        received_at,
        deliver_to: None,
    };
    gateway.store.book_receipt(booking).await.unwrap();
}

/// A receipt that was paid that many hours before now.
fn aged(id: &str, base: u64, hours: i64) -> Receipt {
    let mut receipt = samples::receipt(id, base, 100);
    receipt.payment.paid_at = Some(samples::now() - hours.hours());
    receipt
}

async fn get(gateway: &TestGateway, path: &str) -> (u16, String) {
    let joint = if path.contains('?') { '&' } else { '?' };
    gateway.api(&format!("{BASE}/{path}{joint}subscription-key={}", world::API_KEY)).await
}

#[tokio::test]
async fn a_receipt_is_listed_with_its_debtor_whichever_version_brought_it() {
    on_both_gateways(async |gateway| {
        for base in [1, 2] {
            gateway.owe(base, 100).await;
        }
        gateway.send_rt(&paid("r1", 1, 100)).await;
        let payer = |message: String| {
            message.replace("<paymentMethod>", "<payer><uniqueIdentifier><entityUniqueIdentifierType>G\
                </entityUniqueIdentifierType><entityUniqueIdentifierValue>01234567890</entityUniqueIdentifierValue>\
                </uniqueIdentifier><fullName>Borgo srl</fullName></payer><paymentMethod>")
        };
        let second = payer(paid("r2", 2, 100).v2().replace("RSSMRA80A01H501U", "vrdgpp85t10a562s"));
        assert_eq!(gateway.post(&second).await.unwrap().status, 200);
        let (status, text) = get(gateway, &format!("{EC}/receipts")).await;
        assert_eq!(status, 200, "{text}");
        let of = |base: u64, id: &str, debtor: &str| {
            json!({
                "organizationFiscalCode": EC, "iuv": samples::notice_number(base).iuv().as_str(),
                "debtor": debtor, "paymentDateTime": "2026-11-22T09:59:00Z", "status": "PAID",
                "receiptId": id, "noticeNumber": nav(base), "amount": 100, "class": "matched",
            })
        };
        let expected = json!({
            "currentPageNumber": 0, "length": 2, "totalPages": 1,
            "results": [of(1, "r1", "RSSMRA80A01H501U"), of(2, "r2", "VRDGPP85T10A562S")],
        });
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), expected, "{}", gateway.engine);
        let (_, found) = get(gateway, &format!("{EC}/receipts?debtor=vrdgpp85t10a562s")).await;
        assert_eq!(ids_of(&serde_json::from_str(&found).unwrap()), ["r2"]);
    })
    .await;
}

#[tokio::test]
async fn the_xml_is_the_request_that_the_node_sent_without_its_envelope() {
    on_both_gateways(async |gateway| {
        let accents = |message: String| message.replace("Maria Rossi", "Niccolò <![CDATA[& C.]]>");
        for (base, message) in [(1, accents(paid("r1", 1, 100).v1())), (2, accents(paid("r2", 2, 100).v2()))] {
            assert_eq!(gateway.post(&message).await.unwrap().status, 200);
            let iuv = samples::notice_number(base).iuv();
            let (status, document) = get(gateway, &format!("{EC}/receipts/{}", iuv.as_str())).await;
            assert_eq!(status, 200, "{document}");
            let tree = roxmltree::Document::parse(&document).unwrap();
            let root = tree.root_element().tag_name();
            assert_eq!(root.namespace(), Some("http://pagopa-api.pagopa.gov.it/pa/paForNode.xsd"));
            assert_eq!(root.name(), if base == 1 { "paSendRTReq" } else { "paSendRTV2Request" });
            let payload = document.split_once("?>").unwrap().1;
            let again = format!(
                "<e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\"><e:Body>{payload}</e:Body></e:Envelope>"
            );
            let limits = Limits::default();
            assert_eq!(read_request(again.as_bytes(), &limits), read_request(message.as_bytes(), &limits));
            assert!(read_request(again.as_bytes(), &limits).is_ok());
        }
    })
    .await;
}

#[tokio::test]
async fn the_caller_chooses_between_the_message_and_its_facts() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        gateway.create_published(&position("mensa-1", 1)).await;
        let mut receipt = samples::receipt("r1", 1, 10_000);
        receipt.transfers[0].iban = None;
        receipt.transfers[0].stamp = Some(b"<marca/>".to_vec());
        receipt.subject.payer = Some(SubjectCode::new("01234567890"));
        receipt.payment.transfer_date = Some("2026-11-24".parse().unwrap());
        book(&gateway, receipt).await;
        let iuv = iuv("02", 1);
        let facts = ask(&gateway, &format!("/{iuv}"), "application/json, application/xml;q=0.9").await;
        let expected = json!({
            "organizationFiscalCode": EC, "receiptId": "r1", "noticeNumber": nav(1), "iuv": iuv, "issuer": EC,
            "status": "PAID", "class": "matched", "amount": 10_000, "fee": 150,
            "description": "Mensa scolastica", "companyName": "Comune di Borgo",
            "debtor": "RSSMRA80A01H501U", "payer": "01234567890",
            "psp": { "id": "60000000001", "companyName": "PSP Uno", "channel": "60000000001_01" },
            "paymentMethod": "creditCard", "paymentDateTime": "2026-11-22T10:00:00Z",
            "transferDate": "2026-11-24", "standIn": false, "primitive": "paSendRTV2",
            "receivedAt": "2026-11-22T10:00:00Z",
            "transfers": [{
                "idTransfer": 1, "amount": 10_000, "organizationFiscalCode": EC, "stamp": "PG1hcmNhLz4=",
                "category": "9/0101002IM/", "remittanceInformation": "Mensa scolastica novembre",
            }],
        });
        assert_eq!((facts.status, &facts.body), (StatusCode::OK, &expected));
        assert_eq!(facts.headers["vary"], "accept");
        assert_eq!(facts.headers["cache-control"], "no-store");
        for accept in ["*/*", "application/xml", "application/json;q=0.1, */*"] {
            let message = ask(&gateway, &format!("/{iuv}"), accept).await;
            assert_eq!(message.headers["content-type"], "application/xml", "{accept}");
        }
    })
    .await;
}

#[tokio::test]
async fn of_several_receipts_the_one_that_settles_comes_unless_another_is_named() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        gateway.create_published(&position("mensa-1", 1)).await;
        let mut nothing = samples::receipt("a", 1, 10_000);
        nothing.outcome = ReceiptOutcome::NotExecuted;
        book(&gateway, nothing).await;
        let iuv = iuv("02", 1);
        let detail = async |query: &str| ask(&gateway, &format!("/{iuv}{query}"), "application/json").await;
        detail("").await.is_problem(422, "Unable to process the request", "notice_unpaid");
        for id in ["c", "b", "a"] {
            book(&gateway, samples::receipt(id, 1, 10_000)).await;
        }
        for (query, id, class) in [
            ("", "c", "matched"),
            ("?receiptId=b", "b", "over_payment"),
            ("?receiptId=a", "a", "over_payment"),
            ("?receiptId=c&segregationCodes=01,02", "c", "matched"),
        ] {
            let answer = detail(query).await;
            assert_eq!((&answer.body["receiptId"], &answer.body["class"]), (&json!(id), &json!(class)));
        }
        for query in ["?receiptId=d", "?receiptId=%00"] {
            detail(query).await.is_problem(404, "No receipt found", "unknown_receipt");
        }
        detail("?segregationCodes=x").await.is_problem(400, "BAD REQUEST", "query_parameter");
        assert_eq!(ids(&gateway, "?receiptId=a").await, ["a", "a"], "what was not paid, and what was");
    })
    .await;
}

#[tokio::test]
async fn without_a_receipt_the_answer_says_why() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        gateway.create_published(&position("unpaid", 1)).await;
        let elsewhere = with_options("elsewhere", &[payment_option(2)]);
        gateway.create_published(&elsewhere).await;
        assert_eq!(gateway.mark_paid(&nav(2), None).await.status, StatusCode::OK);
        let detail = async |iuv: &str| ask(&gateway, &format!("/{iuv}"), "*/*").await;
        detail(&iuv("02", 1)).await.is_problem(422, "Unable to process the request", "notice_unpaid");
        for none in [iuv("02", 2), iuv("02", 3), "x".into(), "%00%00".into(), "%C3%A0%C3%A0".into()] {
            detail(&none).await.is_problem(404, "No receipt found", "unknown_receipt");
        }
        detail("%FF").await.is_problem(404, "Not Found", "unknown_path");
    })
    .await;
}

#[tokio::test]
async fn every_filter_finds_what_it_names() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        for (n, base) in [("a", 1), ("b", 2), ("c", 3)] {
            book(&gateway, aged(n, base, 4 - i64::try_from(base).unwrap())).await;
        }
        let mut other = aged("d", 4, 0);
        other.subject.debtor = SubjectCode::new("VRDGPP85T10A562S");
        other.notice = NoticeNumber::new(&format!("3{}", iuv("01", 9))).unwrap();
        other.creditor_reference = iuv("01", 9);
        book(&gateway, other).await;
        let huge = "x".repeat(300);
        book(&gateway, aged(&huge, 5, -1)).await;
        let (second, ninth) = (iuv("02", 2), iuv("01", 9));
        let cases = [
            (String::new(), "a b c d huge"),
            ("?debtor=VRDGPP85T10A562S".into(), "d"),
            ("?debtor=vrdgpp85t10a562s".into(), "d"),
            ("?debtor=VRDGPP".into(), ""),
            ("?debtor=RSSMRA80A01H501U".into(), "a b c huge"),
            (format!("?iuv={second}"), "b"),
            (format!("?noticeNumber=3{second}"), "b"),
            ("?receiptId=c".into(), "c"),
            (format!("?receiptId={huge}"), "huge"),
            (format!("?receiptId=c&iuv={second}"), ""),
            (format!("?debtor=RSSMRA80A01H501U&service={}", &second[..15]), "b"),
            ("?service=01".into(), "d"),
            ("?segregationCodes=01".into(), "d"),
            ("?segregationCodes=02,01".into(), "a b c d huge"),
            ("?segregationCodes=20".into(), ""),
            ("?debtorOrIuv=vrd".into(), "d"),
            (format!("?debtorOrIuv={}", &ninth[..4]), "d"),
            ("?debtorOrIuv=%25".into(), "400"),
            ("?debtor=%27%20or%20%271%27%3D%271".into(), "400"),
            ("?debtor=%00".into(), "400"),
            ("?service=RSS".into(), "400"),
            ("?segregationCodes=1".into(), "400"),
            ("?noticeNumber=3".into(), "400"),
            ("?receiptId=%00".into(), "400"),
            ("?debtor=a&debtor=b".into(), "400"),
        ];
        for (query, expected) in cases {
            if expected == "400" {
                list(&gateway, &query).await.is_problem(400, "BAD REQUEST", "query_parameter");
            } else {
                let found = ids(&gateway, &query).await.join(" ").replace(&huge, "huge");
                assert_eq!(found, expected, "{query}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn three_months_are_shown_unless_dates_are_given() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        let at = |id: &str, base: u64, moment: &str| {
            let mut receipt = samples::receipt(id, base, 100);
            receipt.payment.paid_at = Some(moment.parse().unwrap());
            receipt
        };
        book(&gateway, at("old", 1, "2026-08-21T21:59:59Z")).await;
        book(&gateway, at("edge", 2, "2026-08-21T22:00:00Z")).await;
        book(&gateway, at("last", 3, "2026-10-31T22:59:59.9Z")).await;
        book(&gateway, at("first", 4, "2026-10-31T23:00:00Z")).await;
        let mut undated = samples::receipt("undated", 5, 100);
        undated.payment.paid_at = None;
        book(&gateway, undated).await;
        for (query, expected) in [
            ("", "edge last first undated"),
            ("?from=2026-08-01", "old edge last first undated"),
            ("?to=2026-10-31", "old edge last"),
            ("?from=2026-11-01", "first undated"),
            ("?from=2026-10-31&to=2026-10-31", "last"),
            ("?from=2026-11-01T00:00:00&to=2026-11-01T00:00:00", "first"),
            ("?from=2026-10-31T23:00:00Z&to=2026-10-31T23:00:00Z", "first"),
            ("?to=2026-08-21T23:59:59", "old"),
            ("?from=2030-01-01", ""),
        ] {
            assert_eq!(ids(&gateway, query).await.join(" "), expected, "{query}");
        }
        let named = format!("?iuv={}", iuv("02", 1));
        assert_eq!(
            ids(&gateway, &named).await,
            ["old"],
            "asked for by name, it is found whenever it was paid"
        );
        let backwards = list(&gateway, "?from=2026-11-02&to=2026-11-01").await;
        backwards.is_problem(400, "BAD REQUEST", "date_interval");
        for wrong in ["?from=01/11/2026", "?to=2026-02-30", "?from=2026-11-01T25:00"] {
            list(&gateway, wrong).await.is_problem(400, "BAD REQUEST", "query_parameter");
        }
    })
    .await;
}

#[tokio::test]
async fn pages_are_numbered_and_end() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        let none = list(&gateway, "").await;
        let empty = json!({ "currentPageNumber": 0, "length": 0, "totalPages": 0, "results": [] });
        assert_eq!((none.status, none.body), (StatusCode::OK, empty));
        for base in 1..=5 {
            book(&gateway, aged(&format!("r{base}"), base, 10 - i64::try_from(base).unwrap())).await;
        }
        for (page, expected) in [(0, vec!["r1", "r2"]), (1, vec!["r3", "r4"]), (2, vec!["r5"])] {
            let answer = list(&gateway, &format!("?pageSize=2&pageNum={page}")).await;
            assert_eq!(ids_of(&answer.body), expected);
            assert_eq!(
                (&answer.body["totalPages"], &answer.body["currentPageNumber"]),
                (&json!(3), &json!(page))
            );
            assert_eq!(answer.body["nextCursor"].is_string(), page < 2);
        }
        let beyond = list(&gateway, "?pageSize=2&pageNum=3").await;
        beyond.is_problem(400, "BAD REQUEST", "page_beyond_end");
        list(&gateway, "?pageNum=4294967295").await.is_problem(400, "BAD REQUEST", "page_beyond_end");
        for wrong in [
            "?pageSize=0",
            "?pageSize=101",
            "?pageNum=-1",
            "?pageNum=x",
            "?cursor=x",
            "?cursor=0.61&pageNum=1",
        ] {
            list(&gateway, wrong).await.is_problem(400, "BAD REQUEST", "query_parameter");
        }
        assert_eq!(ids(&gateway, "?pageSize=100").await.len(), 5);
    })
    .await;
}

#[tokio::test]
async fn a_walk_by_cursor_gives_each_receipt_once_while_others_arrive() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        let before: Vec<String> = (0..60).map(|n| format!("r{n:02}")).collect();
        for (base, id) in (1..).zip(&before) {
            // Several at the same instant: the id decides.
            book(&gateway, aged(id, base, i64::try_from(base % 7).unwrap())).await;
        }
        let mut seen = Vec::new();
        let mut cursor = String::new();
        for round in 0..100 {
            let answer = list(&gateway, &format!("?pageSize=7{cursor}")).await;
            assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
            assert_eq!(answer.body["totalPages"].is_null(), round > 0, "only the first page is counted");
            seen.append(&mut ids_of(&answer.body));
            for hours in 0..5 {
                let id = format!("z-{round}-{hours}");
                book(&gateway, aged(&id, 1000 + round * 7 + hours, i64::try_from(hours).unwrap())).await;
            }
            let Some(next) = answer.body["nextCursor"].as_str().filter(|_| round < 40) else { break };
            cursor = format!("&cursor={next}");
        }
        let total = seen.len();
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), total, "none comes twice");
        seen.retain(|id| id.starts_with('r'));
        assert_eq!(seen, before, "none is lost");
    })
    .await;
}

#[tokio::test]
async fn an_institution_sees_its_copies_and_no_others() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        book(&gateway, aged("shared", 1, 1)).await;
        let copy = Receipt { recipient: FiscalCode::new(OTHER_EC).unwrap(), ..aged("shared", 1, 1) };
        book(&gateway, copy).await;
        let path = format!("{OTHER_EC}/receipts");
        let others = ask_as(&gateway, MASTER_KEY, &path, "*/*").await;
        assert_eq!(ids_of(&others.body), ["shared"]);
        assert_eq!(others.body["results"][0]["class"], "secondary_beneficiary");
        assert_eq!(others.body["results"][0]["organizationFiscalCode"], OTHER_EC);
        let detail = format!("{OTHER_EC}/receipts/{}", iuv("02", 1));
        let facts = ask_as(&gateway, MASTER_KEY, &detail, "application/json").await;
        assert_eq!((&facts.body["issuer"], &facts.body["status"]), (&json!(EC), &json!("PAID")));
        assert_eq!(ids(&gateway, "").await, ["shared"]);
        for path in [path, detail] {
            ask_as(&gateway, KEY, &path, "*/*").await.is_problem(403, "Forbidden", "foreign_organization");
            ask_as(&gateway, "", &path, "*/*").await.is_problem(401, "Unauthorized", "missing_key");
        }
        let nobody = ask_as(&gateway, MASTER_KEY, "11111111111/receipts", "*/*").await;
        nobody.is_problem(404, "Not found the organization", "unknown_organization");
    })
    .await;
}

#[tokio::test]
async fn a_key_of_some_segregation_codes_reads_the_receipts_of_those() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        let codes = BTreeSet::from([TwoDigits::new("01").unwrap(), TwoDigits::new("03").unwrap()]);
        let institutions = ApiScope::Every;
        let segregation = Segregation::Only(codes);
        let key = ApiKey {
            id: "some".into(),
            label: "some".into(),
            institutions,
            segregation,
            rights: KeyRights::data(),
        };
        gateway.store.add_api_key(&key, &hash_key("some-codes")).await.unwrap();
        gateway.create_published(&position("unpaid", 7)).await;
        book(&gateway, aged("second", 1, 1)).await;
        let mut first = aged("first", 2, 1);
        first.notice = NoticeNumber::new(&format!("3{}", iuv("01", 2))).unwrap();
        first.creditor_reference = iuv("01", 2);
        book(&gateway, first.clone()).await;
        book(&gateway, Receipt { recipient: FiscalCode::new(OTHER_EC).unwrap(), ..first }).await;
        let found = async |path: &str| ask_as(&gateway, "some-codes", path, "application/json").await;
        for (query, expected) in [
            ("", vec!["first"]),
            ("?segregationCodes=01,02", vec!["first"]),
            ("?segregationCodes=02", vec![]),
        ] {
            assert_eq!(ids_of(&found(&format!("{EC}/receipts{query}")).await.body), expected, "{query}");
        }
        assert_eq!(found(&format!("{EC}/receipts/{}", iuv("01", 2))).await.status, StatusCode::OK);
        let copies = found(&format!("{OTHER_EC}/receipts")).await;
        assert_eq!(ids_of(&copies.body), [""; 0], "another's codes are not its own");
        for path in [
            format!("{EC}/receipts/{}", iuv("02", 1)),
            format!("{EC}/receipts/{}", iuv("02", 7)),
            format!("{EC}/receipts/{}?segregationCodes=03", iuv("01", 2)),
            format!("{OTHER_EC}/receipts/{}", iuv("01", 2)),
        ] {
            found(&path).await.is_problem(403, "The payment position is forbidden", "foreign_segregation");
        }
    })
    .await;
}

#[tokio::test]
async fn receipts_from_before_have_the_debtor_of_their_notice() {
    for database in [TestDatabase::sqlite(), TestDatabase::postgres().await] {
        let mut intruder = {
            let _schema = database.store().await;
            Intruder::enter(&database).await
        };
        let gateway = Gateway::start(database).await;
        gateway.create_published(&position("mensa-1", 1)).await;
        book(&gateway, samples::receipt("known", 1, 10_000)).await;
        book(&gateway, samples::receipt("unknown", 2, 10_000)).await;
        intruder.run("UPDATE receipt SET debtor_id = NULL, description = NULL").await;
        let migration = include_str!("../migrations/sqlite/0009_receipt_search.sql");
        let fill = migration.split(';').find(|part| part.contains("UPDATE receipt")).unwrap();
        intruder.run(fill).await;
        assert_eq!(ids(&gateway, "?debtor=RSSMRA80A01H501U").await, ["known"]);
        let all = list(&gateway, "").await;
        assert_eq!(
            all.body["results"].as_array().unwrap().iter().filter(|one| one["debtor"].is_null()).count(),
            1
        );
    }
}

#[tokio::test]
async fn a_message_that_was_damaged_is_told_as_a_failure_of_ours() {
    let gateway = Gateway::start(TestDatabase::sqlite()).await;
    let Paid { id, .. } = paid("r1", 1, 100);
    book_as(&gateway, samples::receipt(&id, 1, 100), "<x/>".into(), samples::now()).await;
    let path = format!("/{}", iuv("02", 1));
    ask(&gateway, &path, "*/*").await.is_problem(500, "INTERNAL SERVER ERROR", "internal_error");
    assert_eq!(ask(&gateway, &path, "application/json").await.status, StatusCode::OK, "the facts are there");
}

//! The whole gateway: what a payer at a counter and a channel get to see when a calculator fails, and that nothing
//! is left behind.

use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Request, StatusCode};
use serde_json::{Value, json};
use varco::domain::event::Feed;
use varco::store::StoredEvent;
use varco::wire::pa_for_node::Outcome;

use crate::setup::{option, says};
use crate::support::gateway::{TestGateway, code};
use crate::support::messages::{Question, about};
use crate::support::offers::{Asks, asks, car_tax, fill, offer, offering};
use crate::support::receiver::{Does, Receiver};
use crate::support::samples::{EC, IBAN};
use crate::support::world::OTHER_EC;
use crate::support::{TestDatabase, api};

const SETTINGS: [(&str, &str); 4] = [
    ("VARCO__VAULT__MASTER_KEY", "a master key of the tests, long enough"),
    ("VARCO__DELIVERY__ALLOW_NETWORKS", "127.0.0.1"),
    ("VARCO__CATALOGUE__PUBLIC", "true"),
    ("VARCO__CATALOGUE__CALCULATOR_DEADLINE", "400ms"),
];

/// When the node holds us to an answer.
const LEVEL: Duration = Duration::from_secs(2);

/// A gateway whose first creditor lets a program price the tax on cars.
async fn gateway(database: TestDatabase, receiver: &Receiver) -> TestGateway {
    let gateway = TestGateway::start(database).await;
    fill(gateway.store()).await;
    let mut offered = offering(EC, "00001", "00001");
    offered["price"] = json!({ "rule": "calculator", "url": receiver.url() });
    offer(gateway.store(), &offered).await;
    gateway.restart_with(&SETTINGS).await
}

fn asked() -> Asks {
    asks("00001", &car_tax("AB123CD"))
}

/// What a channel gets to see.
async fn pay(gateway: &TestGateway) -> (StatusCode, Value) {
    let uri = format!("/catalogue/v1/organizations/{EC}/services/00001/payments");
    let body = json!({ "inputs": { "vehicle_type": "1", "plate": "AB123CD" } }).to_string();
    let request = Request::post(uri).header("host", "localhost").header("content-type", "application/json");
    let answer = api::send(gateway.api_addr(), request.body(Full::new(Bytes::from(body))).unwrap()).await;
    (answer.status, answer.body)
}

/// Every position that was ever made left an event.
async fn events(gateway: &TestGateway) -> Vec<StoredEvent> {
    gateway.store().events_after(&Feed::new(EC).unwrap(), 0, 100).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_calculator_that_fails_is_a_clear_fault_in_time_and_nothing_is_created() {
    let own = |amount: i64, iban: &str| json!({ "idTransfer": "1", "amount": amount, "iban": iban });
    let one = |does: Does| move |_: usize, _: &_| does.clone();
    let said = |said: Value| says(200, said.to_string());
    let foreign = "IT33X0542811101000000123457";
    for database in [TestDatabase::sqlite(), TestDatabase::postgres().await] {
        let receiver = Receiver::start(one(Does::Hangs)).await;
        let gateway = gateway(database, &receiver).await;
        for (name, does, fault, status) in [
            ("slow", Does::Hangs, "PAA_SYSTEM_ERROR", 503),
            ("wrong sum", said(option(1250, json!([own(1249, IBAN)]))), "PAA_SYSTEM_ERROR", 502),
            ("down", Does::HangsUp, "PAA_SYSTEM_ERROR", 503),
            ("foreign IBAN", said(option(1250, json!([own(1250, foreign)]))), "PAA_SYSTEM_ERROR", 502),
            ("negative", said(option(-1250, json!([own(-1250, IBAN)]))), "PAA_SYSTEM_ERROR", 502),
            ("nothing", said(json!({})), "PAA_SYSTEM_ERROR", 502),
            ("refused", says(422, "{\"detail\":\"Il veicolo è esente.\"}"), "PAA_SEMANTICA", 422),
        ] {
            receiver.does(one(does));
            let begun = Instant::now();
            let answer = gateway.demand(&asked()).await;
            assert!(begun.elapsed() < LEVEL, "{name}: {:?}", begun.elapsed());
            assert_eq!(code(answer.outcome, &answer.fault), fault, "{name}");
            assert!(answer.qr_code.is_none() && answer.payment_list.is_none(), "{name}");
            let words = answer.fault.unwrap().description.map(|text| text.as_str().to_owned());
            let words = words.unwrap_or_default();
            assert_eq!(words.contains("Il veicolo è esente."), name == "refused", "{words}");
            let begun = Instant::now();
            let (shown, problem) = pay(&gateway).await;
            assert!(begun.elapsed() < LEVEL, "{name}: {:?}", begun.elapsed());
            assert_eq!(shown.as_u16(), status, "{name}: {problem}");
        }
        assert_eq!(events(&gateway).await, [], "{}", gateway.engine);
        let (_, metrics) = gateway.api("/metrics").await;
        for line in [
            "varco_calculator_questions_total{outcome=\"slow\"} 2",
            "varco_calculator_questions_total{outcome=\"down\"} 2",
            "varco_calculator_questions_total{outcome=\"wrong\"} 8",
            "varco_calculator_questions_total{outcome=\"refused\"} 2",
            "varco_calculators_broken{state=\"open\"} 0",
        ] {
            assert!(metrics.contains(line), "{line} in {metrics}");
        }
        gateway.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_calculator_shares_out_is_what_the_node_gets() {
    let transfers = json!([
        { "idTransfer": "1", "amount": 2500, "organizationFiscalCode": OTHER_EC, "companyName": "Comune di Colle",
          "stamp": { "hashDocument": "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", "stampType": "01",
          "provincialResidence": "RM" } },
        { "idTransfer": "2", "amount": 10_000 },
    ]);
    let said = option(12_500, transfers).to_string();
    let receiver = Receiver::start(move |_, _| says(200, said.clone())).await;
    let gateway = gateway(TestDatabase::sqlite(), &receiver).await;
    let answer = gateway.demand(&asked()).await;
    assert_eq!((answer.outcome, &answer.fault), (Outcome::Ok, &None));
    assert_eq!(answer.payment_description.unwrap().as_str(), "Tariffa 2026");
    let notice = answer.qr_code.unwrap().notice_number.as_str().to_owned();
    let question = Question { notice: notice.clone(), ..about(1) };
    let got = gateway.post(&question.get_v2()).await.unwrap();
    let got = String::from_utf8(got.body.to_vec()).unwrap();
    for written in [
        OTHER_EC,
        "Comune di Colle",
        "<transferAmount>25.00</",
        "<transferAmount>100.00</",
        "richiestaMarcaDaBollo",
    ] {
        assert!(got.contains(written), "{written} in {got}");
    }
    let again = gateway.demand(&asked()).await;
    assert_eq!(again.qr_code.unwrap().notice_number.as_str(), notice);
    assert_eq!(receiver.seen().len(), 1, "who asks the same again lets nobody be asked");
    gateway.end().await;
}

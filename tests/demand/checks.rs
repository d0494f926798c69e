//! What is refused, in the order of the checks; nothing of it leaves a position behind.

use serde_json::json;
use varco::wire::pa_for_node::DemandAnswer;

use crate::asked::donation;
use crate::on_both_desks;
use crate::once::demands;
use crate::support::gateway::{TestGateway, code};
use crate::support::offers::{Asks, asks, car_tax, offer, offering};
use crate::support::samples::EC;
use crate::support::trouble::Intruder;
use crate::support::world::{OTHER_BROKER, OTHER_EC, OTHER_STATION, SECOND_STATION};

const SCONOSCIUTO: &str = "PAA_PAGAMENTO_SCONOSCIUTO";

/// It is refused by that code, in the name of the institution of the request.
pub async fn refused(gateway: &TestGateway, asks: &Asks, expected: &str) -> DemandAnswer {
    let answer = gateway.demand(asks).await;
    let found = code(answer.outcome, &answer.fault);
    let Some(fault) = answer.fault.as_ref() else { panic!("accepted: {asks:?}") };
    assert_eq!(found, expected, "{} {:?} {asks:?}", gateway.engine, fault.description);
    assert_eq!(fault.id.as_str(), asks.ec);
    assert_eq!((&answer.qr_code, &answer.payment_list), (&None, &None));
    answer
}

/// Why it was refused.
pub fn reason(answer: &DemandAnswer) -> &str {
    answer.fault.as_ref().unwrap().description.as_ref().unwrap().as_str()
}

/// Nothing was made of anything.
pub async fn nothing_is_left(gateway: &TestGateway) {
    assert_eq!(demands(gateway.store()).await, [], "{}", gateway.engine);
    let mut intruder = Intruder::enter(&gateway.database).await;
    let counted = intruder.read("SELECT 'position' AS name, COUNT(*) AS number FROM position").await;
    assert_eq!(counted, [("position".to_owned(), 0)], "{}", gateway.engine);
}

/// Everything is wrong at first; put right one by one, each mistake shows the code of the next check.
#[tokio::test(flavor = "multi_thread")]
async fn the_checks_come_in_the_order_of_the_specification() {
    on_both_desks(async |gateway| {
        let mut asked = Asks {
            ec: "11111111111".to_owned(),
            broker: "99999999999".to_owned(),
            station: "99999999999_01".to_owned(),
            subject: "99999".to_owned(),
            ..asks("99999", "<wrong/>")
        };
        refused(&gateway, &asked, "PAA_ID_INTERMEDIARIO_ERRATO").await;
        asked.broker = asks("00001", "").broker;
        refused(&gateway, &asked, "PAA_STAZIONE_INT_ERRATA").await;
        asked.station = OTHER_STATION.to_owned();
        refused(&gateway, &asked, "PAA_STAZIONE_INT_ERRATA").await;
        asked.station = asks("00001", "").station;
        refused(&gateway, &asked, "PAA_ID_DOMINIO_ERRATO").await;
        asked.ec = EC.to_owned();
        refused(&gateway, &asked, SCONOSCIUTO).await;
        asked.subject = "00001".to_owned();
        refused(&gateway, &asked, SCONOSCIUTO).await;
        asked.service = "00001".to_owned();
        refused(&gateway, &asked, "PAA_SINTASSI_XSD").await;
        asked.data = asks("00001", &car_tax("1234567")).data;
        refused(&gateway, &asked, "PAA_SEMANTICA").await;
        nothing_is_left(&gateway).await;
        asked.data = asks("00001", &car_tax("AB123CD")).data;
        let answer = gateway.demand(&asked).await;
        assert_eq!(code(answer.outcome, &answer.fault), "OK");
        gateway
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_known_in_the_wrong_place_is_refused() {
    on_both_desks(async |gateway| {
        let right = asks("00003", &donation("1.00"));
        let other_broker = Asks { broker: OTHER_BROKER.to_owned(), ..right.clone() };
        refused(&gateway, &other_broker, "PAA_STAZIONE_INT_ERRATA").await;
        let not_linked = Asks { ec: OTHER_EC.to_owned(), ..right.clone() };
        refused(&gateway, &not_linked, "PAA_ID_DOMINIO_ERRATO").await;
        let of_another = Asks { subject: "00013".to_owned(), ..right.clone() };
        refused(&gateway, &of_another, "PAA_ID_DOMINIO_ERRATO").await;
        let other_service = Asks { subject: "00001".to_owned(), ..right.clone() };
        refused(&gateway, &other_service, SCONOSCIUTO).await;
        for (broken, part) in [
            (Asks { subject: "0003".to_owned(), ..right.clone() }, "idSoggettoServizio"),
            (Asks { service: "000003".to_owned(), ..right.clone() }, "idServizio"),
            (Asks { data: "%%%".to_owned(), ..right.clone() }, "datiSpecificiServizioRequest"),
        ] {
            let answer = refused(&gateway, &broken, "PAA_SINTASSI_XSD").await;
            assert!(reason(&answer).contains(part), "{}", reason(&answer));
        }
        let empty = Asks { data: String::new(), ..right.clone() };
        refused(&gateway, &empty, "PAA_SINTASSI_XSD").await;
        let missing = right
            .message()
            .replace("<datiSpecificiServizioRequest>", "<!--")
            .replace("</datiSpecificiServizioRequest>", "-->");
        let reply = gateway.post(&missing).await.unwrap();
        assert!(String::from_utf8_lossy(&reply.body).contains("PAA_SINTASSI_XSD"));
        nothing_is_left(&gateway).await;
        gateway
    })
    .await;
}

/// The service of the first creditor under another definition of its offering, which the gateway reads anew.
async fn offered_as(gateway: TestGateway, change: serde_json::Value) -> TestGateway {
    let mut changed = offering(EC, "00003", "00003");
    for (member, value) in change.as_object().unwrap() {
        changed[member] = value.clone();
    }
    offer(gateway.store(), &changed).await;
    gateway.restart().await
}

#[tokio::test(flavor = "multi_thread")]
async fn states_and_days_decide() {
    on_both_desks(async |gateway| {
        let asked = asks("00003", &donation("1.00"));
        let (published, later) = ("2026-11-21T10:00:00Z", "2026-11-22T09:00:00Z");
        let mut gateway = gateway;
        for (change, expected) in [
            (json!({ "stage": {} }), SCONOSCIUTO),
            (json!({ "stage": { "publishedAt": published, "suspendedAt": later } }), SCONOSCIUTO),
            (json!({ "stage": { "publishedAt": published, "endedAt": later } }), "PAA_PAGAMENTO_SCADUTO"),
            (json!({ "from": "2026-11-23" }), SCONOSCIUTO),
            (json!({ "from": "2026-11-01", "until": "2026-11-21" }), "PAA_PAGAMENTO_SCADUTO"),
            // Codes of another station, and of none.
            (json!({ "segregationCode": "01" }), "PAA_STAZIONE_INT_ERRATA"),
            (json!({ "segregationCode": "44" }), "PAA_SYSTEM_ERROR"),
            // An account that the institution does not have.
            (json!({ "iban": "IT80Z0599903600000000001001" }), "PAA_SYSTEM_ERROR"),
        ] {
            gateway = offered_as(gateway, change).await;
            refused(&gateway, &asked, expected).await;
        }
        nothing_is_left(&gateway).await;
        gateway = offered_as(gateway, json!({ "segregationCode": "01" })).await;
        let through_the_other = Asks { station: SECOND_STATION.to_owned(), ..asked };
        let answer = gateway.demand(&through_the_other).await;
        assert!(answer.qr_code.unwrap().notice_number.as_str().starts_with("301"));
        gateway
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_without_a_price_is_told_to_the_payer() {
    on_both_desks(async |gateway| {
        let price = json!({ "rule": "table", "fields": ["vehicle_type"], "rows": [{ "values": ["4"], "amount": 1 }] });
        let mut changed = offering(EC, "00001", "00001");
        changed["price"] = price;
        offer(gateway.store(), &changed).await;
        let gateway = gateway.restart().await;
        let answer = refused(&gateway, &asks("00001", &car_tax("AB123CD")), "PAA_SEMANTICA").await;
        assert_eq!(reason(&answer), "there is no price for what was filled in");
        nothing_is_left(&gateway).await;
        gateway
    })
    .await;
}

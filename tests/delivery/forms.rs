//! What is sent, and to whom: events, the node's messages as received, receipts as JSON.

use jiff::SignedDuration;
use varco::domain::ids::{BrokerCode, StationCode};
use varco::domain::party::{Broker, PrimitiveVersion, Station};
use varco::domain::subscription::{SubscriptionForm, SubscriptionOwner};

use super::receiver::{Does, Receiver};
use super::setup::{Setup, came, taken};
use super::support::{messages, on_both, samples};

fn acknowledgement(inside: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?><s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>\
         <p:paSendRTV2Response xmlns:p=\"http://pagopa-api.pagopa.gov.it/pa/paForNode.xsd\">{inside}\
         </p:paSendRTV2Response></s:Body></s:Envelope>"
    )
}

fn refusal(code: &str) -> String {
    acknowledgement(&format!(
        "<outcome>KO</outcome><fault><faultCode>{code}</faultCode><faultString>x</faultString><id>1</id></fault>"
    ))
}

#[tokio::test]
async fn a_message_of_the_node_is_handed_on_as_it_came_until_the_system_has_it() {
    on_both(async |database| {
        let setup = Setup::new(database).await;
        let receiver = Receiver::start(|number, _| {
            let says = |body| Does::Says(200, "content-type: text/xml", body);
            match number {
                0 => says(refusal("PAA_SYSTEM_ERROR")),
                1 => says("<html>Service</html>".to_owned()),
                2 => says(acknowledgement("<outcome>OK</outcome>")),
                _ => says(refusal("PAA_RECEIPT_DUPLICATA")),
            }
        })
        .await;
        let owner = SubscriptionOwner::Organization(samples::ec());
        let subscription = setup.subscribe_as(owner, SubscriptionForm::ReceiptSoap, &receiver.url()).await;
        let outbox = setup.start().await;
        setup.create(1).await;
        let raw = messages::paid("receipt-1", 1, 10_000).v2();
        setup.pay(1, &raw).await;
        for count in 1..=3 {
            came(&receiver, count).await;
            let tally = std::sync::Arc::clone(&outbox.tally);
            super::setup::soon("it is written")(&mut || {
                tally.counts().failed + tally.counts().delivered == count as u64
            })
            .await;
            setup.pass(SignedDuration::from_mins(10));
        }
        setup.pay(2, &raw).await;
        came(&receiver, 4).await;
        outbox.stop().await;
        let seen = receiver.seen();
        assert_eq!(seen.len(), 4, "{}", setup.engine);
        for one in &seen {
            assert_eq!(one.body, raw);
            assert_eq!(one.header("content-type"), "text/xml; charset=utf-8");
            assert_eq!(one.header("soapaction"), "\"paSendRTV2\"");
            assert!(one.header("webhook-signature").starts_with("v1,"));
        }
        assert!(seen[..3].iter().all(|one| one.id() == seen[0].id()) && seen[3].id() != seen[0].id());
        let log = setup.log(&subscription).await;
        assert_eq!(
            log.iter().map(|one| (one.state.word(), one.attempts.len())).collect::<Vec<_>>(),
            [("delivered", 3), ("delivered", 1)]
        );
        assert!(log[0].attempts[0].error.is_some() && log[0].attempts[2].error.is_none());
    })
    .await;
}

#[tokio::test]
async fn a_receipt_is_sent_as_json_with_whom_it_concerns() {
    on_both(async |database| {
        let setup = Setup::new(database).await;
        let receiver = Receiver::willing().await;
        let owner = SubscriptionOwner::Organization(samples::ec());
        setup.subscribe_as(owner, SubscriptionForm::ReceiptJson, &receiver.url()).await;
        let outbox = setup.start().await;
        setup.create(1).await;
        setup.pay(1, "<x/>").await;
        taken(&receiver, 1).await;
        outbox.stop().await;
        let seen = receiver.taken();
        assert_eq!(seen.len(), 1, "nothing but receipts");
        assert_eq!(seen[0].header("content-type"), "application/json");
        let receipt = seen[0].event();
        for (name, value) in [
            ("receiptId", "receipt-1".into()),
            ("amount", 10_000.into()),
            ("fee", 150.into()),
            ("debtor", "RSSMRA80A01H501U".into()),
            ("noticeNumber", samples::notice_number(1).to_string().into()),
            ("paymentDateTime", "2026-11-22T10:00:00Z".into()),
            ("class", serde_json::Value::from("matched")),
        ] {
            assert_eq!(receipt[name], value, "{name}");
        }
        assert_eq!(receipt["transfers"][0]["iban"], samples::IBAN);
    })
    .await;
}

#[tokio::test]
async fn a_broker_gets_the_events_of_those_that_it_serves_and_the_gateway_all() {
    on_both(async |database| {
        let setup = Setup::new(database).await;
        let (broker, all, other) =
            (Receiver::willing().await, Receiver::willing().await, Receiver::willing().await);
        let as_broker = |code| SubscriptionOwner::Broker(BrokerCode::new(code).unwrap());
        for (owner, receiver) in [
            (as_broker(samples::BROKER), &broker),
            (as_broker("55555555555"), &other),
            (SubscriptionOwner::Gateway, &all),
        ] {
            setup.subscribe_as(owner, SubscriptionForm::Event, &receiver.url()).await;
        }
        let outbox = setup.start().await;
        setup.create(1).await;
        taken(&broker, 1).await;
        taken(&all, 1).await;
        outbox.stop().await;
        assert_eq!(
            (broker.seen().len(), all.seen().len(), other.seen().len()),
            (1, 1, 0),
            "{}",
            setup.engine
        );
    })
    .await;
}

/// Gives the stations that serve the institution to a broker.
async fn served_by(setup: &Setup, broker: &str) {
    let broker = BrokerCode::new(broker).unwrap();
    let known = Broker { code: broker.clone(), name: samples::text("Intermediario") };
    setup.store.put_broker(&known).await.unwrap();
    for station in ["88888888888_01", "88888888888_02"] {
        let (code, primitives) = (StationCode::new(station).unwrap(), PrimitiveVersion::V2);
        setup.store.put_station(&Station { code, broker: broker.clone(), primitives }).await.unwrap();
    }
}

#[tokio::test]
async fn a_broker_gets_nothing_of_what_happened_at_an_institution_while_another_served_it() {
    on_both(async |database| {
        let setup = Setup::new(database).await;
        let receiver = Receiver::willing().await;
        let owner = SubscriptionOwner::Broker(BrokerCode::new(samples::BROKER).unwrap());
        setup.subscribe_as(owner, SubscriptionForm::Event, &receiver.url()).await;
        let outbox = setup.start().await;
        setup.create(1).await;
        taken(&receiver, 1).await;
        served_by(&setup, "55555555555").await;
        setup.create(2).await;
        let begun = std::time::Instant::now();
        while !setup.store.places_behind().await.unwrap().is_empty() {
            assert!(begun.elapsed().as_secs() < 10, "{}: the event is looked at", setup.engine);
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        served_by(&setup, samples::BROKER).await;
        setup.create(3).await;
        taken(&receiver, 2).await;
        outbox.stop().await;
        let told: Vec<bool> = receiver
            .seen()
            .iter()
            .map(|seen| {
                ["positions/p1\"", "positions/p3\""].iter().any(|subject| seen.body.contains(subject))
            })
            .collect();
        assert_eq!(told, [true, true], "{}", setup.engine);
    })
    .await;
}

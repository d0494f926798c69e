//! A broker's key opens what is delegated now, and nothing else.

use std::time::Duration;

use http_body_util::BodyExt;
use hyper::{Method, StatusCode};
use hyper_util::rt::TokioIo;
use jiff::SignedDuration;
use serde_json::json;
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::desk::{BROKER_SYSTEM, on_both_desks};
use crate::support::api::{EC, OTHER_EC, position};

const POSITIONS: &str = "/gpd/debt-positions-service/v1/organizations/77777777777/debtpositions";
const RECEIPTS: &str = "/gpd/payments-receipts-service/v1/payments/77777777777/receipts";

#[tokio::test]
async fn a_key_opens_the_products_that_are_delegated_and_no_others() {
    on_both_desks(async |desk| {
        assert!(POSITIONS.contains(EC) && RECEIPTS.contains(EC));
        let events = format!("/events?organization={EC}");
        for (products, opened) in [
            (json!(["stations"]), [false, false, false]),
            (json!(["positions"]), [true, false, false]),
            (json!(["receipts"]), [false, true, false]),
            (json!(["positions", "receipts"]), [true, true, true]),
        ] {
            let id = desk.delegate(products.clone(), json!({})).await;
            let list = format!("{POSITIONS}?page=0");
            for (path, opened) in [list.as_str(), RECEIPTS, &events].into_iter().zip(opened) {
                let answer = desk.get(BROKER_SYSTEM, path).await;
                if opened {
                    assert_eq!(answer.status, StatusCode::OK, "{products} {path}: {}", answer.body);
                } else {
                    answer.is_problem(403, "Forbidden", "foreign_organization");
                }
            }
            let other = list.replace(EC, OTHER_EC);
            desk.get(BROKER_SYSTEM, &other).await.is_problem(403, "Forbidden", "foreign_organization");
            desk.revoke(&id).await;
            // At once.
            desk.get(BROKER_SYSTEM, &list).await.is_problem(403, "Forbidden", "foreign_organization");
        }
    })
    .await;
}

#[tokio::test]
async fn a_key_sees_the_notices_of_the_delegated_codes_alone() {
    on_both_desks(async |desk| {
        desk.gateway.create(&position("mine", 1)).await;
        desk.delegate(json!(["positions"]), json!({ "segregationCodes": ["01"] })).await;
        let read = desk.get(BROKER_SYSTEM, &format!("{POSITIONS}/mine")).await;
        read.is_problem(403, "The payment position is forbidden", "foreign_segregation");
        let list = desk.get(BROKER_SYSTEM, &format!("{POSITIONS}?page=0")).await;
        assert_eq!(list.body["page_info"]["items_found"], 0, "{}", list.body);
    })
    .await;
}

#[tokio::test]
async fn a_key_works_with_positions_of_the_delegated_services_alone() {
    on_both_desks(async |desk| {
        // Their transfers are for 9/0101002IM/.
        desk.gateway.create(&position("schools", 1)).await;
        let list = format!("{POSITIONS}?page=0");
        for (part, mine) in [("0101", true), ("0301", false)] {
            let id = desk.delegate(json!(["positions"]), json!({ "domains": [part] })).await;
            let read = desk.get(BROKER_SYSTEM, &format!("{POSITIONS}/schools")).await;
            let found = desk.get(BROKER_SYSTEM, &list).await.body["page_info"]["items_found"].clone();
            let body = position(&format!("new-{part}"), if mine { 2 } else { 3 });
            let made = desk.ask(BROKER_SYSTEM, Method::POST, POSITIONS, Some(&body)).await;
            if mine {
                assert_eq!((read.status, found), (StatusCode::OK, json!(1)), "{}", read.body);
                assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
            } else {
                let title = "The payment position is forbidden";
                read.is_problem(403, title, "foreign_segregation");
                made.is_problem(403, title, "foreign_segregation");
                assert_eq!(found, 0);
            }
            desk.get(BROKER_SYSTEM, RECEIPTS).await.is_problem(403, "Forbidden", "foreign_organization");
            desk.revoke(&id).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_key_opens_nothing_before_its_delegation_begins_or_after_it_ends() {
    on_both_desks(async |desk| {
        let times = json!({ "validFrom": "2026-11-22T11:00:00Z", "validUntil": "2026-11-22T12:00:00Z" });
        desk.delegate(json!(["positions"]), times).await;
        let list = format!("{POSITIONS}?page=0");
        for (status, minutes) in [(403, 59), (200, 1), (200, 59), (403, 1)] {
            desk.gateway.clock.advance(SignedDuration::from_mins(minutes));
            assert_eq!(desk.get(BROKER_SYSTEM, &list).await.status.as_u16(), status);
        }
    })
    .await;
}

#[tokio::test]
async fn an_open_stream_ends_with_the_delegation() {
    on_both_desks(async |desk| {
        let id = desk.delegate(json!(["positions", "receipts"]), json!({})).await;
        let stream = TcpStream::connect(desk.gateway.address).await.unwrap();
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        let request = hyper::Request::get(format!("/events?organization={EC}"))
            .header("host", "localhost")
            .header("accept", "text/event-stream")
            .header("ocp-apim-subscription-key", BROKER_SYSTEM);
        let request = request.body(http_body_util::Empty::<bytes::Bytes>::new()).unwrap();
        let mut body = sender.send_request(request).await.unwrap().into_body();
        desk.gateway.create(&position("one", 1)).await;
        let mut told = String::new();
        while !told.contains("varco.position.created") {
            let frame = timeout(Duration::from_secs(10), body.frame()).await.expect("soon").unwrap().unwrap();
            told.push_str(std::str::from_utf8(frame.data_ref().unwrap()).unwrap());
        }
        desk.revoke(&id).await;
        desk.gateway.create(&position("two", 2)).await;
        let rest =
            timeout(Duration::from_secs(10), body.collect()).await.expect("it ends").unwrap().to_bytes();
        assert!(!String::from_utf8_lossy(&rest).contains("positions/two"), "nothing of what came after");
    })
    .await;
}

#[tokio::test]
async fn a_brokers_key_makes_no_subscription_of_an_institution() {
    on_both_desks(async |desk| {
        desk.delegate(json!(["positions", "receipts"]), json!({})).await;
        let body = json!({ "label": "x", "url": "https://broker.example.it/" });
        let path = format!("/subscriptions/v1/organizations/{EC}/subscriptions");
        let refused = desk.ask(BROKER_SYSTEM, Method::POST, &path, Some(&body)).await;
        refused.is_problem(403, "Forbidden", "key_of_a_broker");
        let other = "/subscriptions/v1/brokers/55555555555/subscriptions";
        let refused = desk.ask(BROKER_SYSTEM, Method::POST, other, Some(&body)).await;
        refused.is_problem(403, "Forbidden", "key_of_some_organizations");
    })
    .await;
}

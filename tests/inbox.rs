//! The inbox: every receipt with its class, and what did not fit, from the message to the person who sees to
//! it; on both databases.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

mod support;

#[path = "inbox/before.rs"]
mod before;
#[path = "inbox/classes.rs"]
mod classes;
#[path = "inbox/desk.rs"]
mod desk;
#[path = "inbox/late.rs"]
mod late;
#[path = "inbox/messages.rs"]
mod messages;
#[path = "inbox/page.rs"]
mod page;
#[path = "inbox/scopes.rs"]
mod scopes;
#[path = "inbox/search.rs"]
mod search;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::header::HeaderMap;
use hyper::{Method, Request, StatusCode};
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use serde_json::Value;
use support::api::{Answer, EC, Gateway, KEY};
use support::samples;
use tokio::net::TcpStream;
use varco::domain::event::Feed;
use varco::domain::receipt::{Receipt, ReceiptClass};
use varco::store::{BookReceipt, Booked, Store};

const BASE: &str = "/inbox/v1";

/// Asks below the path of the first institution, with its key.
async fn ask(gateway: &Gateway, method: Method, path: &str, body: Option<&Value>) -> Answer {
    ask_as(gateway, KEY, method, (&format!("organizations/{EC}/{path}"), body)).await
}

async fn ask_as(
    gateway: &Gateway,
    key: &str,
    method: Method,
    (path, body): (&str, Option<&Value>),
) -> Answer {
    let request = Request::builder()
        .method(method)
        .uri(format!("{BASE}/{path}"))
        .header("host", "localhost")
        .header("content-type", "application/json")
        .header("ocp-apim-subscription-key", key);
    let body = body.map(Value::to_string).unwrap_or_default();
    gateway.send(request.body(Full::from(body)).unwrap()).await
}

async fn get(gateway: &Gateway, path: &str) -> Value {
    let answer = ask(gateway, Method::GET, path, None).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.body);
    assert_eq!(answer.headers["cache-control"], "no-store");
    answer.body
}

/// What is answered to a GET below the path of the first institution, byte for byte.
async fn bytes(gateway: &Gateway, path: &str, accept: &str) -> (StatusCode, HeaderMap, Bytes) {
    let stream = TcpStream::connect(gateway.address).await.unwrap();
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let request = Request::get(format!("{BASE}/organizations/{EC}/{path}"))
        .header("host", "localhost")
        .header("accept", accept)
        .header("ocp-apim-subscription-key", KEY)
        .body(Full::<Bytes>::default());
    let (parts, body) = sender.send_request(request.unwrap()).await.unwrap().into_parts();
    (parts.status, parts.headers, body.collect().await.unwrap().to_bytes())
}

/// Books a receipt whose message holds its id.
async fn book(store: &Store, receipt: Receipt) -> Booked {
    let raw = format!("<message>{}</message>", receipt.id.as_str());
    book_as(store, receipt, raw, samples::now()).await
}

async fn book_as(store: &Store, receipt: Receipt, raw: String, received_at: Timestamp) -> Booked {
    let booking = BookReceipt {
        receipt,
        primitive: "paSendRTV2",
        raw: Bytes::from(raw),
        received_at,
        deliver_to: None,
    };
    store.book_receipt(booking).await.unwrap()
}

/// Books a receipt that is of that class.
async fn book_of(store: &Store, class: ReceiptClass, receipt: Receipt) {
    let id = receipt.id.clone();
    assert_eq!(book(store, receipt).await.class, class, "{id:?}");
}

/// One field of each element of a list, in their order.
fn each(list: &Value, field: &str) -> Vec<String> {
    let text = |one: &Value| one[field].as_str().unwrap_or_default().to_owned();
    list.as_array().unwrap().iter().map(text).collect()
}

/// Types and bodies of the events about anomalies of the first institution.
async fn told(store: &Store) -> Vec<(String, Value)> {
    told_of(store, &Feed::Institution(samples::ec())).await
}

async fn told_of(store: &Store, feed: &Feed) -> Vec<(String, Value)> {
    let events = store.events_after(feed, 0, 1000).await.unwrap();
    let of_anomaly = events.iter().filter_map(|event| {
        let kind = event.kind.strip_prefix("varco.anomaly.")?;
        Some((kind.to_owned(), serde_json::from_str(&event.body).unwrap()))
    });
    of_anomaly.collect()
}

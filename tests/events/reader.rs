//! Somebody who reads events.

use std::collections::BTreeSet;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use varco::api::auth::hash_key;
use varco::domain::event::Feed;
use varco::domain::fiscal_code::FiscalCode;
use varco::domain::ids::StationCode;
use varco::domain::notice_number::{AuxDigit, TwoDigits};
use varco::domain::party::StationLink;
use varco::domain::segregation::Segregation;
use varco::store::{ApiKey, ApiScope, KeyRights, Store};

use crate::support::api::{EC, Gateway, KEY, MASTER_KEY, OTHER_EC, position};

/// How soon a reader learns of an event.
pub const SOON: Duration = Duration::from_secs(1);

/// A page as it was answered.
pub struct Page {
    pub text: String,
    pub events: Vec<Value>,
    pub next: String,
}

impl Page {
    /// The ids of its events.
    pub fn ids(&self) -> Vec<String> {
        self.events.iter().map(|event| event["id"].as_str().unwrap().to_owned()).collect()
    }

    /// The types of its events, without what all begin with.
    pub fn types(&self) -> Vec<&str> {
        let types = self.events.iter().map(|event| event["type"].as_str().unwrap());
        types.map(|kind| kind.strip_prefix("varco.").unwrap()).collect()
    }
}

/// Sends a question and hands over the answer while it comes.
pub async fn open(gateway: &Gateway, key: &str, query: &str, headers: &[(&str, &str)]) -> Response<Incoming> {
    let stream = TcpStream::connect(gateway.address).await.unwrap();
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let mut request = Request::get(format!("/events?{query}"))
        .header("host", "localhost")
        .header("ocp-apim-subscription-key", key);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    sender.send_request(request.body(Empty::<Bytes>::new()).unwrap()).await.unwrap()
}

/// Fetches a page.
pub async fn fetch(gateway: &Gateway, key: &str, query: &str) -> Page {
    let response = open(gateway, key, query, &[]).await;
    let status = response.status();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    assert_eq!(status, StatusCode::OK, "{query}: {text}");
    let body: Value = serde_json::from_str(&text).unwrap();
    let next = body["next"].as_str().unwrap().to_owned();
    Page { events: body["events"].as_array().unwrap().clone(), next, text }
}

/// Fetches page after page until one is empty: the ids of all events, and the last cursor.
pub async fn fetch_all(gateway: &Gateway, key: &str, query: &str) -> (Vec<String>, String) {
    let (mut ids, mut after) = (Vec::new(), "0".to_owned());
    loop {
        let page = fetch(gateway, key, &format!("{query}&after={after}")).await;
        after = page.next.clone();
        if page.events.is_empty() {
            return (ids, after);
        }
        ids.extend(page.ids());
    }
}

/// Checks that a question is refused: status, code, and the parameters that are named.
pub async fn refused(gateway: &Gateway, query: &str, headers: &[(&str, &str)]) -> (u16, String, Vec<String>) {
    let response = open(gateway, KEY, query, headers).await;
    let status = response.status().as_u16();
    assert_eq!(response.headers()["content-type"], "application/problem+json", "{query}");
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    let body: Value = serde_json::from_slice(&bytes).unwrap();
    let violations = body["violations"].as_array().cloned().unwrap_or_default();
    let pointers = violations.iter().map(|one| one["pointer"].as_str().unwrap().to_owned()).collect();
    (status, body["code"].as_str().unwrap().to_owned(), pointers)
}

/// A position of the other institution, which only the key of all opens.
pub async fn create_elsewhere(gateway: &Gateway, iupd: &str, base: u64) {
    let link = StationLink {
        ec: FiscalCode::new(OTHER_EC).unwrap(),
        station: StationCode::new("88888888888_01").unwrap(),
        aux_digit: AuxDigit::Three,
        code: Some(TwoDigits::new("02").unwrap()),
    };
    gateway.store.put_link(&link).await.unwrap();
    gateway.refresh().await;
    let path = format!("v1/organizations/{OTHER_EC}/debtpositions");
    let body = position(iupd, base);
    let created = gateway.ask_as(MASTER_KEY, hyper::Method::POST, &path, (Some(&body), None)).await;
    assert_eq!(created.status, StatusCode::CREATED, "{}", created.body);
}

/// A position of the institution whose notice is of that segregation code.
pub async fn create_of_code(gateway: &Gateway, iupd: &str, code: &str, base: u64) {
    let mut body = position(iupd, base);
    body["paymentOption"][0]["iuv"] = json!(crate::support::api::iuv(code, base));
    let created = gateway.create(&body).await;
    assert_eq!(created.status, StatusCode::CREATED, "{}", created.body);
}

/// The bodies of a feed as they are kept.
pub async fn kept(store: &Store, feed: &str) -> Vec<String> {
    let events = store.events_after(&Feed::new(feed).unwrap(), 0, 10_000).await.unwrap();
    events.into_iter().map(|event| event.body).collect()
}

/// A key of the institution for these segregation codes.
pub async fn add_key(gateway: &Gateway, secret: &str, codes: &[&str]) {
    let codes = codes.iter().map(|code| TwoDigits::new(code).unwrap());
    let institutions = ApiScope::Only(BTreeSet::from([FiscalCode::new(EC).unwrap()]));
    let segregation = Segregation::Only(codes.collect());
    let key = ApiKey {
        id: "of-codes".into(),
        label: "of codes".into(),
        institutions,
        segregation,
        rights: KeyRights::data(),
    };
    gateway.store.add_api_key(&key, &hash_key(secret)).await.unwrap();
}

/// A stream of Server-Sent Events.
pub struct Stream {
    body: Incoming,
    text: String,
}

/// One event of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    pub id: String,
    pub kind: String,
    pub data: String,
}

impl Stream {
    pub async fn open(gateway: &Gateway, key: &str, query: &str, headers: &[(&str, &str)]) -> Stream {
        let accept = [("accept", "text/event-stream")];
        let response = open(gateway, key, query, &[&accept[..], headers].concat()).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert_eq!(response.headers()["cache-control"], "no-store");
        Stream { body: response.into_body(), text: String::new() }
    }

    /// The next block of lines; none at the end.
    pub async fn block(&mut self) -> Option<String> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let block = block.to_owned();
                self.text = rest.to_owned();
                return Some(block);
            }
            let frame = self.body.frame().await?.expect("the stream ends softly");
            let data = frame.into_data().unwrap();
            self.text.push_str(std::str::from_utf8(&data).unwrap());
        }
    }

    /// The next event, signs of life passed over; none at the end.
    pub async fn event(&mut self) -> Option<Sent> {
        loop {
            let block = self.block().await?;
            let field =
                |name: &str| block.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
            if let (Some(id), Some(kind), Some(data)) = (field("id: "), field("event: "), field("data: ")) {
                assert_eq!(block.lines().count(), 3, "{block}");
                return Some(Sent { id, kind, data });
            }
        }
    }

    pub async fn events(&mut self, count: usize) -> Vec<Sent> {
        let mut events = Vec::new();
        for _ in 0..count {
            events.push(
                tokio::time::timeout(5 * SOON, self.event()).await.expect("in time").expect("an event"),
            );
        }
        events
    }
}

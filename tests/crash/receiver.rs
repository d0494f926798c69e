//! An endpoint that outlives the gateway, and keeps what it was told, by the id of each delivery.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use varco::store::StoredEvent;

use super::client::ask;
use crate::support::samples::EC;

/// What a gateway needs to deliver to an endpoint on this machine, and to soon take up what a dead one held.
pub const DELIVERY: [(&str, &str); 3] = [
    ("VARCO__DELIVERY__TIMEOUT", "1s"),
    ("VARCO__DELIVERY__MASTER_KEY", "0123456789abcdef0123456789abcdef"),
    ("VARCO__DELIVERY__ALLOW_NETWORKS", "127.0.0.0/8"),
];

/// How long deliveries may take that somebody held who is dead.
const PATIENCE: Duration = Duration::from_secs(150);

/// What came, in the order in which each id came first.
#[derive(Debug, Default)]
struct Told {
    places: BTreeMap<String, usize>,
    bodies: Vec<(String, Bytes)>,
    /// How many deliveries were of an id that had come before.
    again: usize,
    /// Ids that came again with another body.
    changed: Vec<String>,
}

impl Told {
    fn note(&mut self, id: String, body: Bytes) {
        match self.places.get(&id) {
            Some(&place) => {
                self.again += 1;
                if self.bodies[place].1 != body {
                    self.changed.push(id);
                }
            }
            None => {
                self.places.insert(id.clone(), self.bodies.len());
                self.bodies.push((id, body));
            }
        }
    }
}

/// An endpoint on a socket of its own.
#[derive(Clone)]
pub struct Receiver {
    address: SocketAddr,
    told: Arc<Mutex<Told>>,
}

/// What an endpoint was told, held against the feed.
#[derive(Debug, PartialEq, Eq)]
pub struct Deliveries {
    /// How many came, with those that came again.
    pub came: usize,
    /// How many of them were of an event that had come before.
    pub again: usize,
    /// Events that did not come.
    pub missing: usize,
    /// Ids that are of no event, or that came with another body.
    pub wrong: usize,
    /// Events that came before an earlier one of their subject.
    pub disorder: usize,
}

impl Receiver {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let receiver = Receiver { address: listener.local_addr().unwrap(), told: Arc::default() };
        let told = Arc::clone(&receiver.told);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let told = Arc::clone(&told);
                let service = service_fn(move |request| take(request, Arc::clone(&told)));
                let server = hyper::server::conn::http1::Builder::new();
                tokio::spawn(server.serve_connection(TokioIo::new(stream), service));
            }
        });
        receiver
    }

    /// Asks to be told everything from the beginning.
    pub async fn subscribe(&self, api: SocketAddr) {
        let path = format!("/subscriptions/v1/organizations/{EC}/subscriptions");
        let body = json!({
            "label": "ordeal", "url": format!("http://{}/hook", self.address), "from": "beginning",
        });
        let json = [("content-type", "application/json")];
        let answer = ask(api, (Method::POST, &path), &json, body.to_string()).await.unwrap();
        assert_eq!(answer.status, 201, "{}", String::from_utf8_lossy(&answer.body));
    }

    /// Waits until so many different events came.
    pub async fn wait_for(&self, events: usize) {
        let begun = Instant::now();
        while self.told.lock().unwrap().bodies.len() < events && begun.elapsed() < PATIENCE {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub fn judge(&self, feed: &[StoredEvent]) -> Deliveries {
        let told = self.told.lock().unwrap();
        let by_id: BTreeMap<String, &StoredEvent> = feed.iter().map(|event| (event.id(), event)).collect();
        let mut found = Deliveries {
            came: told.bodies.len() + told.again,
            again: told.again,
            missing: by_id.keys().filter(|id| !told.places.contains_key(*id)).count(),
            wrong: told.changed.len(),
            disorder: 0,
        };
        let mut last: BTreeMap<&str, i64> = BTreeMap::new();
        for (id, body) in &told.bodies {
            let Some(event) = by_id.get(id).filter(|event| event.body.as_bytes() == body) else {
                found.wrong += 1;
                continue;
            };
            let before = last.insert(&event.subject, event.seq).unwrap_or(0);
            found.disorder += usize::from(event.seq < before);
        }
        found
    }
}

async fn take(
    request: Request<Incoming>,
    told: Arc<Mutex<Told>>,
) -> Result<Response<Empty<Bytes>>, Infallible> {
    let (parts, body) = request.into_parts();
    // What does not arrive whole is not taken.
    let Ok(body) = body.collect().await else { return Ok(answer(StatusCode::BAD_REQUEST)) };
    let id = parts.headers["webhook-id"].to_str().unwrap().to_owned();
    let body = body.to_bytes();
    let event: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(event["id"], id, "a delivery is known by the id of its event");
    told.lock().unwrap().note(id, body);
    Ok(answer(StatusCode::NO_CONTENT))
}

fn answer(status: StatusCode) -> Response<Empty<Bytes>> {
    let mut response = Response::new(Empty::new());
    *response.status_mut() = status;
    response
}

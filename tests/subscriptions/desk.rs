//! A gateway with something in the place of what sends, and the subscriptions of one owner.

use std::sync::{Arc, Mutex};

use http_body_util::Full;
use hyper::{Method, Request, StatusCode};
use jiff::SignedDuration;
use serde_json::{Value, json};
use varco::api::{Sent, TestEvent, Webhooks};
use varco::domain::event::Feed;
use varco::domain::subscription::{Subscription, SubscriptionId};
use varco::store::StoredEvent;

use crate::support::TestDatabase;
use crate::support::api::{Answer, EC, Gateway, KEY};
use crate::support::trouble::Intruder;

pub const URL: &str = "https://hooks.example.org/varco?key=1";

/// The only host that the stand-in for the guard refuses.
pub const FORBIDDEN_URL: &str = "https://forbidden.example.org/";

pub struct Desk {
    pub gateway: Gateway,
    url: TestDatabase,
    sent: Arc<Mutex<Vec<(Subscription, TestEvent)>>>,
    refuse: Arc<Mutex<bool>>,
}

/// A subscription as its maker knows it.
pub struct Made {
    pub id: String,
    pub secret: String,
}

/// The body of a creation.
pub fn wanted(label: &str) -> Value {
    json!({ "label": label, "url": URL })
}

/// Runs a test on each engine.
pub async fn on_both_desks(test: impl AsyncFn(&Desk)) {
    for database in [TestDatabase::sqlite(), TestDatabase::postgres().await] {
        test(&Desk::open(database, true).await).await;
    }
}

impl Desk {
    pub async fn open(database: TestDatabase, has_master_key: bool) -> Desk {
        let (sent, refuse) = (Arc::<Mutex<Vec<_>>>::default(), Arc::<Mutex<bool>>::default());
        let (noted, refuses) = (Arc::clone(&sent), Arc::clone(&refuse));
        let mut webhooks = Webhooks {
            secret: Some(Arc::new(|id, number| format!("whsec_{}_{number}", id.as_str()))),
            check: Arc::new(|url| match url.as_str() {
                FORBIDDEN_URL => Err("leads to an address that may not be reached".to_owned()),
                _ => Ok(()),
            }),
            send: Arc::new(move |subscription, event| {
                noted.lock().unwrap().push((subscription, event));
                let took = SignedDuration::from_micros(52_900);
                let sent = if *refuses.lock().unwrap() {
                    let (error, response) = (Some("the endpoint answered 500".into()), Some("no".into()));
                    Sent { delivered: false, status: Some(500), took, error, response }
                } else {
                    Sent { delivered: true, status: Some(204), took, error: None, response: None }
                };
                Box::pin(std::future::ready(sent))
            }),
        };
        if !has_master_key {
            webhooks.secret = None;
        }
        let url = TestDatabase::of(database.engine, database.url.clone());
        Desk { gateway: Gateway::start_with(database, webhooks).await, url, sent, refuse }
    }

    /// What was sent for a test.
    pub fn sent(&self) -> Vec<(Subscription, TestEvent)> {
        self.sent.lock().unwrap().clone()
    }

    /// From now on tests end badly.
    pub fn refuse_tests(&self) {
        *self.refuse.lock().unwrap() = true;
    }

    /// Asks for a path below the subscriptions of the institution, with its key.
    pub async fn ask(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        self.ask_as(KEY, method, &format!("organizations/{EC}/subscriptions{path}"), body).await
    }

    /// Asks for any path of the service with any key.
    pub async fn ask_as(&self, key: &str, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(format!("/subscriptions/v1/{path}"))
            .header("host", "localhost")
            .header("content-type", "application/json")
            .header("ocp-apim-subscription-key", key);
        let body = body.map(Value::to_string).unwrap_or_default();
        self.gateway.send(request.body(Full::from(body)).unwrap()).await
    }

    pub async fn make(&self, body: &Value) -> Made {
        made(&self.ask(Method::POST, "", Some(body)).await)
    }

    pub async fn make_as(&self, key: &str, owner: &str, body: &Value) -> Made {
        made(&self.ask_as(key, Method::POST, &format!("{owner}/subscriptions"), Some(body)).await)
    }

    pub async fn read(&self, id: &str) -> Value {
        let found = self.ask(Method::GET, &format!("/{id}"), None).await;
        assert_eq!(found.status, StatusCode::OK, "{}", found.body);
        found.body
    }

    pub async fn change(&self, id: &str, body: &Value) -> Value {
        let changed = self.ask(Method::PATCH, &format!("/{id}"), Some(body)).await;
        assert_eq!(changed.status, StatusCode::OK, "{}", changed.body);
        changed.body
    }

    pub async fn deliveries(&self, id: &str, query: &str) -> Vec<Value> {
        let page = self.ask(Method::GET, &format!("/{id}/deliveries{query}"), None).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        assert_eq!(page.headers["cache-control"], "no-store");
        page.body["deliveries"].as_array().unwrap().clone()
    }

    pub async fn stored(&self, id: &str) -> Subscription {
        let id = SubscriptionId::new(id).unwrap();
        self.gateway.store.subscription(&id).await.unwrap().unwrap()
    }

    /// All events of a feed.
    pub async fn events(&self, feed: &str) -> Vec<StoredEvent> {
        self.gateway.store.events_after(&Feed::new(feed).unwrap(), 0, 1_000).await.unwrap()
    }

    /// Does something to the database that only what sends would do.
    pub async fn run(&self, statement: &str) {
        Intruder::enter(&self.url).await.run(statement).await;
    }

    /// A delivery of an event of the institution.
    pub async fn put_delivery(&self, id: &str, seq: i64, (state, next_at): (&str, i64)) {
        self.run(&format!(
            "INSERT INTO delivery (subscription, feed, seq, subject, state, attempts, logged, next_at) \
             VALUES ('{id}', '{EC}', {seq}, 'positions/a', '{state}', 0, 0, {next_at})"
        ))
        .await;
    }

    pub async fn count(&self, table: &str) -> i64 {
        let count = self.numbers(&format!("SELECT '' AS name, COUNT(*) AS number FROM {table}")).await;
        count[0].1
    }

    /// Up to which event of each feed a subscription passes over what was there before it.
    pub async fn passed_over(&self, id: &str) -> Vec<(String, i64)> {
        let fanned = "SELECT feed AS name, fanned AS number FROM subscription_feed WHERE subscription";
        self.numbers(&format!("{fanned} = '{id}' ORDER BY feed")).await
    }

    async fn numbers(&self, statement: &str) -> Vec<(String, i64)> {
        Intruder::enter(&self.url).await.read(statement).await
    }
}

fn made(answer: &Answer) -> Made {
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    Made { id: text(&answer.body["subscription"]["id"]), secret: text(&answer.body["secret"]) }
}

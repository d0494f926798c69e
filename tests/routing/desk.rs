//! What the tests of routing work with: a gateway, and a key for each who manages something.

use std::sync::atomic::{AtomicI64, Ordering};

use hyper::{Method, StatusCode};
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use serde_json::{Value, json};
use varco::admin::{KeyHasher, Vault};
use varco::api::Admin;
use varco::domain::access::Role;
use varco::domain::governance::{Approval, Kind};
use varco::domain::ids::StationCode;
use varco::domain::notice_number::NoticeNumber;
use varco::domain::routing::{Handler, PartnerId, Standing};

use crate::support::admin::{administrator, ask};
use crate::support::api::{Answer, EC, Gateway, OTHER_EC};
use crate::support::samples::{self, BROKER, STATION};
use crate::support::{TestDatabase, on_both};

/// Who administers: everything, [`EC`], [`OTHER_EC`] and [`BROKER`].
pub const OPERATOR: &str = "key-of-the-operator";
pub const EC_DESK: &str = "key-of-the-technical-referent";
pub const OTHER_DESK: &str = "key-of-another-technical-referent";
pub const BROKER_DESK: &str = "key-of-the-partners-referent";

/// Serves the notices of code 01 of [`EC`].
pub const SECOND_STATION: &str = "88888888888_02";

pub const PARTNERS: &str = "/routing/partners";
pub const ROUTES: &str = "/routing/routes";

pub struct Desk {
    pub gateway: Gateway,
    /// The seconds by which its clock was put forward.
    passed: AtomicI64,
}

/// Runs a test at a desk of each engine, where nobody else has to agree.
pub async fn on_both_desks(test: impl AsyncFn(&Desk)) {
    for database in [TestDatabase::sqlite(), TestDatabase::postgres().await] {
        test(&Desk::open(database, &[]).await).await;
    }
}

/// The same where changes of these kinds wait for a second person.
pub async fn on_both_waiting(kinds: &[Kind], test: impl AsyncFn(&Desk)) {
    on_both(|database| async {
        test(&Desk::open(database, kinds).await).await;
    })
    .await;
}

pub fn vault() -> Vault {
    Vault::new(SecretString::from("a master key of thirty-two letters"))
}

pub fn hasher() -> KeyHasher {
    KeyHasher::new(Some(&vault())).unwrap()
}

impl Desk {
    pub async fn open(database: TestDatabase, waiting: &[Kind]) -> Desk {
        let approval = Approval::of(waiting.iter().copied());
        let admin = Admin { vault: Some(vault()), approval, ..Admin::default() };
        let gateway = Gateway::start_admin(database, admin).await;
        for (secret, tenant, role) in [
            (OPERATOR, "gateway".to_owned(), Role::Operator),
            (EC_DESK, format!("ec:{EC}"), Role::TechnicalReferent),
            (OTHER_DESK, format!("ec:{OTHER_EC}"), Role::TechnicalReferent),
            (BROKER_DESK, format!("broker:{BROKER}"), Role::PartnerReferent),
        ] {
            administrator(&gateway.store, secret, &tenant, role).await;
        }
        Desk { gateway, passed: AtomicI64::new(0) }
    }

    pub async fn ask(&self, key: &str, method: Method, path: &str, body: Option<&Value>) -> Answer {
        ask(self.gateway.address, key, (method, path), body).await
    }

    pub async fn get(&self, key: &str, path: &str) -> Answer {
        self.ask(key, Method::GET, path, None).await
    }

    pub async fn put_partner(&self, key: &str, id: &str, body: &Value) -> Answer {
        self.ask(key, Method::PUT, &format!("{PARTNERS}/{id}"), Some(body)).await
    }

    pub async fn post_route(&self, key: &str, body: &Value) -> Answer {
        self.ask(key, Method::POST, ROUTES, Some(body)).await
    }

    /// Adds a partner of [`EC`] that speaks that language.
    pub async fn partner(&self, id: &str, speaks: &str) {
        let added = self.put_partner(EC_DESK, id, &partner(speaks)).await;
        assert_eq!(added.status, StatusCode::CREATED, "{}", added.body);
    }

    /// Adds a route of [`EC`]; returns its name.
    pub async fn route(&self, body: &Value) -> String {
        let added = self.post_route(EC_DESK, body).await;
        assert_eq!(added.status, StatusCode::CREATED, "{}", added.body);
        added.body["id"].as_str().unwrap().to_owned()
    }

    /// The state of a route as it is told.
    pub async fn state(&self, id: &str) -> Value {
        let read = self.get(EC_DESK, &format!("{ROUTES}/{id}")).await;
        assert_eq!(read.status, StatusCode::OK, "{}", read.body);
        read.body["state"].clone()
    }

    /// Who answers now for a notice of code 02, as the hot path sees it: who is asked first, and who besides.
    pub fn answering(&self, station: &str) -> (String, Option<String>) {
        let registry = self.gateway.registry.current();
        let (station, notice) = (StationCode::new(station).unwrap(), notice());
        let routes = registry.routes(&samples::ec());
        let standing = routes.map_or(Standing::MANAGED, |routes| routes.at(&station, &notice, self.now()));
        let told = |handler: &Handler| match handler.partner() {
            Some(partner) => format!("{} {partner}", handler.word()),
            None => handler.word().to_owned(),
        };
        (told(standing.handler), standing.also.map(told))
    }

    /// Whether a notice of code 02 comes through a station that no relation says.
    pub fn comes_through(&self, station: &str) -> bool {
        let registry = self.gateway.registry.current();
        let station = StationCode::new(station).unwrap();
        let routes = registry.routes(&samples::ec());
        routes.is_some_and(|routes| routes.still_comes_through(&station, &notice(), self.now()))
    }

    pub fn later(&self, hours: i64) {
        self.seconds_later(hours * 3600);
    }

    pub fn seconds_later(&self, seconds: i64) {
        self.passed.fetch_add(seconds, Ordering::SeqCst);
        self.gateway.clock.advance(SignedDuration::from_secs(seconds));
    }

    /// What its clock shows.
    pub fn now(&self) -> Timestamp {
        samples::now() + SignedDuration::from_secs(self.passed.load(Ordering::SeqCst))
    }

    /// What was done to a thing, and by whom, the oldest first.
    pub async fn audited(&self, target: &str) -> Vec<(String, String)> {
        let found = self.get(OPERATOR, &format!("/audit?target={target}")).await;
        assert_eq!(found.status, StatusCode::OK, "{}", found.body);
        let entries = found.body["entries"].as_array().unwrap().iter().rev();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        entries.map(|one| (text(&one["action"]), text(&one["actor"]["id"]))).collect()
    }

    /// The partner of that name as the hot path sees it.
    pub fn seen(&self, id: &str) -> Option<std::sync::Arc<varco::domain::routing::Partner>> {
        self.gateway.registry.current().partner(&PartnerId::new(id).unwrap()).cloned()
    }
}

pub fn notice() -> NoticeNumber {
    samples::notice_number(1)
}

/// A partner of [`EC`].
pub fn partner(speaks: &str) -> Value {
    json!({
        "owner": format!("ec:{EC}"), "name": "Gestionale", "speaks": speaks,
        "url": "https://gestionale.example/pagamenti",
    })
}

/// A route of the notices of code 02 of [`EC`], which a partner answers for from that instant on.
pub fn route(handler: &str, partner: Option<&str>, from: Option<&str>) -> Value {
    json!({
        "organization": EC, "station": STATION, "auxDigit": 3, "code": "02", "handler": handler,
        "partner": partner, "from": from,
    })
}

//! A gateway, and those who manage accounts and maintenance through it.

#![allow(dead_code, reason = "each test target uses its part")]

use std::collections::BTreeSet;

use http_body_util::Full;
use hyper::{Method, Request};
use serde_json::{Value, json};
use varco::api::auth::hash_key;
use varco::domain::access::{KeyScope, Role, Tenant};
use varco::domain::segregation::Segregation;
use varco::store::{ApiKey, ApiScope, KeyRights};

use crate::support::TestDatabase;
use crate::support::api::{Answer, EC, Gateway, OTHER_EC};
use crate::support::samples;

/// An account that nobody has yet.
pub const FREE_IBAN: &str = "DE89370400440532013000";
/// An account at the post office that nobody has yet; its slips carry the last twelve digits.
pub const POSTAL_IBAN: &str = "IT52Z0760103600000001002003";
/// The contract, and our own.
pub const PUBLISHED: &str = "/apiconfig/auth/api/v1";
pub const OURS: &str = "/admin/v1";

/// Who asks, each with a key of that name.
pub const OPERATOR: &str = "the-operator";
pub const PAYMENTS: &str = "payments-of-the-one";
pub const OTHER_PAYMENTS: &str = "payments-of-the-other";
pub const TECHNICAL: &str = "technical-of-the-one";
pub const PARTNER: &str = "partner";

pub struct Desk {
    pub gateway: Gateway,
}

/// Runs a test on each engine.
pub async fn on_both_desks(test: impl AsyncFn(&Desk)) {
    for database in [TestDatabase::sqlite(), TestDatabase::postgres().await] {
        test(&Desk::open(database).await).await;
    }
}

impl Desk {
    pub async fn open(database: TestDatabase) -> Desk {
        let desk = Desk { gateway: Gateway::start(database).await };
        let (one, other) = (format!("ec:{EC}"), format!("ec:{OTHER_EC}"));
        let broker = format!("broker:{}", samples::BROKER);
        for (key, tenant, role) in [
            (OPERATOR, "gateway", Role::Operator),
            (PAYMENTS, &one, Role::PaymentsReferent),
            (OTHER_PAYMENTS, &other, Role::PaymentsReferent),
            (TECHNICAL, &one, Role::TechnicalReferent),
            (PARTNER, &broker, Role::PartnerReferent),
        ] {
            desk.hand_out(key, tenant, role).await;
        }
        desk
    }

    async fn hand_out(&self, key: &str, tenant: &str, role: Role) {
        let rights = KeyRights {
            owner: Tenant::parse(tenant).unwrap(),
            scopes: BTreeSet::from([KeyScope::Administration]),
            role: Some(role),
        };
        let known = ApiKey {
            id: key.into(),
            label: key.into(),
            institutions: ApiScope::Only(BTreeSet::new()),
            segregation: Segregation::Every,
            rights,
        };
        self.gateway.store.add_api_key(&known, &hash_key(key)).await.unwrap();
    }

    /// Asks with a key.
    pub async fn ask(&self, key: &str, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "localhost")
            .header("content-type", "application/json")
            .header("ocp-apim-subscription-key", key);
        let body = body.map(Value::to_string).unwrap_or_default();
        self.gateway.send(request.body(Full::from(body)).unwrap()).await
    }

    pub async fn get(&self, key: &str, path: &str) -> Value {
        let answer = self.ask(key, Method::GET, path, None).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        answer.body
    }

    /// Registers an account of a creditor institution by the contract.
    pub async fn register(&self, key: &str, ec: &str, body: &Value) -> Answer {
        self.ask(key, Method::POST, &all_of(ec), Some(body)).await
    }

    pub async fn change(&self, key: &str, ec: &str, body: &Value) -> Answer {
        let path = format!("{}/{}", all_of(ec), body["iban"].as_str().unwrap());
        self.ask(key, Method::PUT, &path, Some(body)).await
    }

    pub async fn remove(&self, key: &str, ec: &str, iban: &str) -> Answer {
        self.ask(key, Method::DELETE, &format!("{}/{iban}", all_of(ec)), None).await
    }

    /// The accounts of a creditor institution, whole, by the contract.
    pub async fn listed(&self, ec: &str) -> Vec<Value> {
        let found = self.get(OPERATOR, &format!("{}/list?page=0", all_of(ec))).await;
        found["ibans_enhanced"].as_array().unwrap().clone()
    }

    /// An account in our own words.
    pub async fn own(&self, ec: &str, iban: &str) -> Value {
        self.get(OPERATOR, &format!("{OURS}/creditor-institutions/{ec}/ibans/{iban}")).await
    }

    /// Moves the clock to an instant.
    pub fn set(&self, instant: &str) {
        self.gateway.clock.set(instant.parse().unwrap());
    }
}

/// The path of the accounts of a creditor institution in the contract.
pub fn all_of(ec: &str) -> String {
    format!("{PUBLISHED}/creditorinstitutions/{ec}/ibans")
}

/// An account that begins in nine days and lasts a year, as the contract has it.
pub fn account(iban: &str) -> Value {
    json!({
        "iban": iban, "description": "Tributi", "is_active": true, "validity_date": "2026-12-01",
        "due_date": "2027-12-01",
    })
}

/// The same with a label.
pub fn labelled(iban: &str, label: &str) -> Value {
    let mut account = account(iban);
    account["labels"] = json!([{ "name": label, "description": "x" }]);
    account
}

/// The names of the labels of an account.
pub fn labels(account: &Value) -> Vec<&str> {
    account["labels"].as_array().unwrap().iter().map(|label| label["name"].as_str().unwrap()).collect()
}

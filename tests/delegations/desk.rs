//! What the tests of delegations work with: a gateway, and a key for each who takes part.

use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Method, Request, StatusCode};
use serde_json::Value;
use varco::api::Webhooks;
use varco::api::auth::hash_key;
use varco::domain::access::{KeyScope, Role, Tenant};
use varco::domain::fiscal_code::FiscalCode;
use varco::domain::ids::BrokerCode;
use varco::domain::segregation::Segregation;
use varco::store::{ApiKey, ApiScope, KeyRights};

use crate::support::TestDatabase;
use crate::support::api::{Answer, EC, Gateway, OTHER_EC};
use crate::support::samples::BROKER;

/// Who administers for [`EC`], for [`OTHER_EC`] and for [`BROKER`].
pub const EC_DESK: &str = "key-of-the-payments-referent";
pub const OTHER_EC_DESK: &str = "key-of-another-payments-referent";
pub const BROKER_DESK: &str = "key-of-the-partners-referent";
/// The broker's system.
pub const BROKER_SYSTEM: &str = "key-of-the-brokers-system";

pub struct Desk {
    pub gateway: Gateway,
}

/// Runs a test at a desk of each engine.
pub async fn on_both_desks(test: impl AsyncFn(&Desk)) {
    for database in [TestDatabase::sqlite(), TestDatabase::postgres().await] {
        test(&Desk::at(database).await).await;
    }
}

impl Desk {
    pub async fn at(database: TestDatabase) -> Desk {
        let secret: Arc<varco::api::SecretOf> = Arc::new(|_, _| "whsec_x".to_owned());
        let webhooks = Webhooks { secret: Some(secret), ..Webhooks::default() };
        let desk = Desk { gateway: Gateway::start_with(database, webhooks).await };
        let institution = |code| Tenant::Institution(FiscalCode::new(code).unwrap());
        let broker = Tenant::Broker(BrokerCode::new(BROKER).unwrap());
        let administers = BTreeSet::from([KeyScope::Administration]);
        for (id, secret, owner, role) in [
            ("ec", EC_DESK, institution(EC), Role::PaymentsReferent),
            ("other", OTHER_EC_DESK, institution(OTHER_EC), Role::PaymentsReferent),
            ("broker", BROKER_DESK, broker.clone(), Role::PartnerReferent),
        ] {
            let rights = KeyRights { owner, scopes: administers.clone(), role: Some(role) };
            desk.add(id, secret, rights).await;
        }
        let rights = KeyRights { owner: broker, ..KeyRights::data() };
        desk.add("system", BROKER_SYSTEM, rights).await;
        desk
    }

    async fn add(&self, id: &str, secret: &str, rights: KeyRights) {
        let (institutions, segregation) = (ApiScope::Every, Segregation::Every);
        let key = ApiKey { id: id.into(), label: id.into(), institutions, segregation, rights };
        self.gateway.store.add_api_key(&key, &hash_key(secret)).await.unwrap();
    }

    /// The delegations of [`EC`], and what is below.
    pub fn of_ec(&self, below: &str) -> String {
        format!("/admin/v1/creditor-institutions/{EC}/delegations{below}")
    }

    /// Those of [`BROKER`].
    pub fn of_broker(&self, below: &str) -> String {
        format!("/admin/v1/brokers/{BROKER}/delegations{below}")
    }

    pub async fn ask(&self, key: &str, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "localhost")
            .header("content-type", "application/json")
            .header("ocp-apim-subscription-key", key);
        let body = body.map(Value::to_string).unwrap_or_default();
        self.gateway.send(request.body(Full::<Bytes>::from(body)).unwrap()).await
    }

    pub async fn get(&self, key: &str, path: &str) -> Answer {
        self.ask(key, Method::GET, path, None).await
    }

    pub async fn act(&self, key: &str, path: &str) -> Answer {
        self.ask(key, Method::POST, path, None).await
    }

    /// Offers these products to the broker; returns the id of the delegation.
    pub async fn offer(&self, products: Value, mut terms: Value) -> String {
        (terms["broker"], terms["products"]) = (BROKER.into(), products);
        let offered = self.ask(EC_DESK, Method::POST, &self.of_ec(""), Some(&terms)).await;
        assert_eq!(offered.status, StatusCode::CREATED, "{}", offered.body);
        offered.body["id"].as_str().unwrap().to_owned()
    }

    /// The same, and the broker accepts.
    pub async fn delegate(&self, products: Value, terms: Value) -> String {
        let id = self.offer(products, terms).await;
        let accepted = self.act(BROKER_DESK, &self.of_broker(&format!("/{id}/accept"))).await;
        assert_eq!(accepted.status, StatusCode::OK, "{}", accepted.body);
        id
    }

    pub async fn revoke(&self, id: &str) {
        let revoked = self.act(EC_DESK, &self.of_ec(&format!("/{id}/revoke"))).await;
        assert_eq!(revoked.status, StatusCode::OK, "{}", revoked.body);
    }
}

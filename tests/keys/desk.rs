//! What the tests of keys work with: a gateway with a vault and an operator's key.

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Method, Request, StatusCode};
use secrecy::SecretString;
use serde_json::Value;
use varco::admin::Vault;
use varco::api::Admin;
use varco::api::auth::hash_key;
use varco::domain::segregation::Segregation;
use varco::store::{ApiKey, ApiScope, KeyRights};

use crate::support::TestDatabase;
use crate::support::api::{Answer, Gateway};
use crate::support::trouble::Intruder;

/// The secret of an operator's key.
pub const OPERATOR: &str = "key-of-the-operator";

/// A path of each family of the API, and the scope that opens it.
pub const FAMILIES: [(&str, &str); 7] = [
    ("positions", "/gpd/debt-positions-service/v1/organizations/{ec}/debtpositions?page=0"),
    ("positions", "/gpd/debt-positions-service/v3/organizations/{ec}/debtpositions?page=0"),
    ("receipts", "/gpd/payments-receipts-service/v1/payments/{ec}/receipts"),
    ("receipts", "/inbox/v1/organizations/{ec}/anomalies"),
    ("events", "/events"),
    ("events", "/subscriptions/v1/organizations/{ec}/subscriptions"),
    ("administration", "/admin/v1/keys"),
];

/// A gateway, and who works at it.
pub struct Desk {
    pub gateway: Gateway,
}

/// A key that was made.
#[derive(Debug)]
pub struct Made {
    pub id: String,
    pub primary: String,
    pub secondary: String,
}

/// Where the positions of a creditor institution are.
pub fn positions(ec: &str) -> String {
    FAMILIES[0].1.replace("{ec}", ec)
}

pub fn vault() -> Vault {
    Vault::new(SecretString::from("a master key of thirty-two letters"))
}

/// Runs a test at a desk of each engine.
pub async fn on_both_desks(test: impl AsyncFn(&Desk)) {
    test(&Desk::sqlite().await).await;
    test(&Desk::at(TestDatabase::postgres().await).await).await;
}

impl Desk {
    pub async fn sqlite() -> Desk {
        Desk::at(TestDatabase::sqlite()).await
    }

    pub async fn at(database: TestDatabase) -> Desk {
        let admin = Admin { vault: Some(vault()), ..Admin::default() };
        let gateway = Gateway::start_admin(database, admin).await;
        let desk = Desk { gateway };
        desk.add("operator", OPERATOR, KeyRights::operator()).await;
        desk
    }

    /// Adds a key as those of before.
    pub async fn add(&self, id: &str, secret: &str, rights: KeyRights) {
        let (institutions, segregation) = (ApiScope::Every, Segregation::Every);
        let key = ApiKey { id: id.into(), label: id.into(), institutions, segregation, rights };
        self.gateway.store.add_api_key(&key, &hash_key(secret)).await.unwrap();
    }

    /// Asks for something of the admin surface, as the operator.
    pub async fn admin(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        self.ask(OPERATOR, method, &format!("/admin/v1{path}"), body).await
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

    /// Makes a key.
    pub async fn make(&self, body: &Value) -> Made {
        let made = self.admin(Method::POST, "/keys", Some(body)).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
        let text = |name: &str| made.body[name].as_str().unwrap().to_owned();
        Made { id: text("id"), primary: text("primary"), secondary: text("secondary") }
    }

    /// Nothing of the database holds a secret.
    pub async fn holds_none_of(&self, secrets: &[String]) {
        let database = self.gateway.database();
        let mut intruder = Intruder::enter(database).await;
        let told = "SELECT COALESCE(before, '') || COALESCE(after, '') AS name, seq AS number FROM audit";
        for (text, _) in intruder.read(told).await {
            assert!(secrets.iter().all(|secret| !text.contains(secret.as_str())), "{text}");
        }
        let Some(file) = database.url.strip_prefix("sqlite://") else { return };
        for file in [file.to_owned(), format!("{file}-wal")] {
            let bytes = std::fs::read(&file).unwrap();
            for secret in secrets {
                let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
                assert!(!found, "{file} holds a secret");
            }
        }
    }
}

//! A gateway with keys of several roles, and the registry's paths.

use std::collections::BTreeSet;

use http_body_util::Full;
use hyper::{Method, Request, StatusCode};
use serde_json::{Value, json};
use varco::api::auth::hash_key;
use varco::domain::access::{KeyScope, Role, Tenant};
use varco::domain::fiscal_code::FiscalCode;
use varco::domain::ids::BrokerCode;
use varco::domain::segregation::Segregation;
use varco::store::{ApiKey, ApiScope, KeyRights, Store};

use crate::support::TestDatabase;
use crate::support::api::{Answer, EC, Gateway};
use crate::support::samples::BROKER;

/// May everything.
pub const OPERATOR: &str = "key-of-the-operator";
/// Of [`EC`].
pub const PAYMENTS: &str = "key-of-the-payments-referent";
/// Of [`EC`].
pub const TECHNICAL: &str = "key-of-the-technical-referent";
/// Of [`BROKER`].
pub const PARTNER: &str = "key-of-the-partner";

/// An institution, broker and station that no test begins with.
pub const NEW_EC: &str = "12345678903";
pub const NEW_BROKER: &str = "10987654321";
pub const NEW_STATION: &str = "10987654321_01";

pub struct Desk {
    pub gateway: Gateway,
}

/// Runs a test on each engine.
pub async fn on_both_desks(test: impl AsyncFn(&Desk)) {
    for database in [TestDatabase::sqlite(), TestDatabase::postgres().await] {
        test(&Desk::open(database).await).await;
    }
}

/// Adds the keys of the roles.
pub async fn add_keys(store: &Store) {
    let ec = Tenant::Institution(FiscalCode::new(EC).unwrap());
    let broker = Tenant::Broker(BrokerCode::new(BROKER).unwrap());
    let keys = [
        (OPERATOR, Tenant::Gateway, Role::Operator),
        (PAYMENTS, ec.clone(), Role::PaymentsReferent),
        (TECHNICAL, ec, Role::TechnicalReferent),
        (PARTNER, broker, Role::PartnerReferent),
    ];
    for (secret, owner, role) in keys {
        let scopes = BTreeSet::from([KeyScope::Administration]);
        let rights = KeyRights { owner, scopes, role: Some(role) };
        let institutions = ApiScope::Only(BTreeSet::new());
        let (id, label) = (secret.to_owned(), secret.to_owned());
        let key = ApiKey { id, label, institutions, segregation: Segregation::Every, rights };
        store.add_api_key(&key, &hash_key(secret)).await.unwrap();
    }
}

impl Desk {
    pub async fn open(database: TestDatabase) -> Desk {
        let gateway = Gateway::start(database).await;
        add_keys(&gateway.store).await;
        Desk { gateway }
    }

    /// Asks for any path with the key of a role.
    pub async fn ask_as(&self, key: &str, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "localhost")
            .header("content-type", "application/json")
            .header("ocp-apim-subscription-key", key);
        let body = body.map(Value::to_string).unwrap_or_default();
        self.gateway.send(request.body(Full::from(body)).unwrap()).await
    }

    /// Asks the contract's service as the operator.
    pub async fn ask(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        self.ask_as(OPERATOR, method, &format!("/apiconfig/auth/api/v1{path}"), body).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, None).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.ask(Method::POST, path, Some(body)).await
    }

    pub async fn put(&self, path: &str, body: &Value) -> Answer {
        self.ask(Method::PUT, path, Some(body)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.ask(Method::DELETE, path, None).await
    }

    /// Makes something that must succeed.
    #[track_caller]
    pub fn made(answer: Answer) -> Value {
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
        answer.body
    }

    /// Registers the new broker with its station, and the new institution.
    pub async fn settle(&self) {
        Desk::made(self.post("/brokers", &broker(NEW_BROKER)).await);
        Desk::made(self.post("/stations", &station(NEW_STATION)).await);
        Desk::made(self.post("/creditorinstitutions", &institution(NEW_EC)).await);
    }
}

pub fn broker(code: &str) -> Value {
    json!({
        "broker_code": code, "enabled": true, "description": "Intermediario di prova",
        "extended_fault_bean": false,
    })
}

pub fn institution(ec: &str) -> Value {
    json!({
        "creditor_institution_code": ec, "enabled": true, "business_name": "Comune di Prova",
        "description": "Comune", "cbill_code": "A1B2C",
        "address": {
            "location": "Via Roma 1", "city": "Prova", "zip_code": "00187", "country_code": "RM",
            "tax_domicile": "Prova",
        },
        "psp_payment": true, "reporting_ftp": false, "reporting_zip": true,
    })
}

/// A station of the broker that its code begins with, all of its fields said.
pub fn station(code: &str) -> Value {
    json!({
        "station_code": code, "broker_code": code.split('_').next().unwrap(), "enabled": true, "version": 2,
        "primitive_version": 2, "protocol": "HTTPS", "ip": "ente.example.it", "port": 443, "service": "rt",
        "pof_service": "/pof", "target_host": "https://ente.example.it", "target_port": 8443,
        "target_path": "/rt", "target_host_pof": "https://ente.example.it", "target_port_pof": 8444,
        "target_path_pof": "/pof", "redirect_protocol": "HTTPS", "redirect_ip": "www.ente.example.it",
        "redirect_port": 443, "redirect_path": "/back", "redirect_query_string": "a=1",
        "protocol_4mod": "HTTP", "ip_4mod": "10.0.0.1", "port_4mod": 80, "service_4mod": "/4",
        "proxy_enabled": true, "proxy_host": "proxy.example.it", "proxy_port": 3128,
        "proxy_username": "varco", "thread_number": 4, "timeout_a": 7, "timeout_b": 30, "timeout_c": 120,
        "flag_online": true, "invio_rt_istantaneo": false, "flag_standin": true,
        "is_payment_options_enabled": true, "rest_endpoint": "https://ente.example.it/rest",
    })
}

/// A relation for notices of aux digit 3 and that segregation code.
pub fn relation(station: &str, segregation: i64) -> Value {
    json!({
        "station_code": station, "aux_digit": 3, "segregation_code": segregation, "mod4": false,
        "broadcast": true, "aca": true, "stand_in": true, "spontaneous_payment": false,
    })
}

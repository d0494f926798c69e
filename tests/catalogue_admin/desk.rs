//! A gateway with keys of several roles, and what they send.

use http_body_util::Full;
use hyper::{Method, Request};
use serde_json::{Value, json};
use varco::api::Admin;
use varco::domain::access::Role;
use varco::domain::governance::{Approval, Kind};

use crate::support::TestDatabase;
use crate::support::admin::administrator;
use crate::support::api::{Answer, EC, Gateway, OTHER_EC};
use crate::support::samples::{BROKER, IBAN};

pub const OPERATOR: &str = "operator";
/// The payments referent of [`EC`].
pub const OWN: &str = "payments";
/// The payments referent of [`OTHER_EC`].
pub const OTHER: &str = "other-payments";
/// The technical referent of [`EC`].
pub const TECHNICAL: &str = "technical";
/// Of [`BROKER`].
pub const PARTNER: &str = "partner";

pub struct Desk {
    pub gateway: Gateway,
}

/// Runs a test on each engine.
pub async fn on_both_desks(test: impl AsyncFn(&Desk)) {
    for database in [TestDatabase::sqlite(), TestDatabase::postgres().await] {
        test(&Desk::open(database, Approval::default()).await).await;
    }
}

impl Desk {
    /// A gateway where some kinds of changes wait for a second person.
    pub async fn open(database: TestDatabase, approval: Approval) -> Desk {
        let gateway = Gateway::start_admin(database, Admin { approval, ..Admin::default() }).await;
        for (key, tenant, role) in [
            (OPERATOR, "gateway".to_owned(), Role::Operator),
            (OWN, format!("ec:{EC}"), Role::PaymentsReferent),
            (OTHER, format!("ec:{OTHER_EC}"), Role::PaymentsReferent),
            (TECHNICAL, format!("ec:{EC}"), Role::TechnicalReferent),
            (PARTNER, format!("broker:{BROKER}"), Role::PartnerReferent),
        ] {
            administrator(&gateway.store, key, &tenant, role).await;
        }
        Desk { gateway }
    }

    /// One where changes of services wait for a second person.
    pub async fn careful() -> Desk {
        Desk::open(TestDatabase::sqlite(), Approval::of([Kind::Service])).await
    }

    /// Asks for a path below `/admin/v1`, on condition of an entity tag.
    pub async fn ask_if(
        &self,
        key: &str,
        (method, path): (Method, &str),
        body: Option<&Value>,
        tag: Option<&str>,
    ) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/admin/v1{path}"))
            .header("host", "localhost")
            .header("content-type", "application/json")
            .header("ocp-apim-subscription-key", key);
        if let Some(tag) = tag {
            request = request.header("if-match", tag);
        }
        let body = body.map(Value::to_string).unwrap_or_default();
        self.gateway.send(request.body(Full::from(body)).unwrap()).await
    }

    pub async fn get(&self, key: &str, path: &str) -> Answer {
        self.ask_if(key, (Method::GET, path), None, None).await
    }

    pub async fn put(&self, key: &str, path: &str, body: &Value) -> Answer {
        self.ask_if(key, (Method::PUT, path), Some(body), None).await
    }

    pub async fn post(&self, key: &str, path: &str) -> Answer {
        self.ask_if(key, (Method::POST, path), None, None).await
    }

    pub async fn delete(&self, key: &str, path: &str) -> Answer {
        self.ask_if(key, (Method::DELETE, path), None, None).await
    }

    /// Puts something that must be there then.
    #[track_caller]
    pub fn done(answer: &Answer) {
        assert!(answer.status.is_success(), "{}: {}", answer.status, answer.body);
    }

    /// The category `cars`, and the service `00001` of the installation.
    pub async fn furnish(&self) {
        Self::done(&self.put(OPERATOR, "/catalogue/categories/cars", &category("cars")).await);
        Self::done(&self.put(OPERATOR, "/catalogue/services/00001", &service("00001")).await);
    }

    /// The same, published and offered by [`EC`].
    pub async fn open_shop(&self) {
        self.furnish().await;
        Self::done(&self.post(OPERATOR, "/catalogue/services/00001/publish").await);
        Self::done(&self.put(OWN, &offered(EC, "00001"), &offering(EC, "00001")).await);
        Self::done(&self.post(OWN, &format!("{}/publish", offered(EC, "00001"))).await);
    }
}

/// The path of an offering.
pub fn offered(ec: &str, service: &str) -> String {
    format!("/creditor-institutions/{ec}/offerings/{service}")
}

pub fn category(id: &str) -> Value {
    json!({ "id": id, "name": { "it": "Automobili", "en": "Cars" }, "order": 1 })
}

/// Car tax by plate: a table of prices, and documents of the shipped schema.
pub fn service(id: &str) -> Value {
    json!({
        "id": id, "name": { "it": "Bollo auto", "en": "Car tax" }, "category": "cars",
        "taxonomy": "9/0101002IM/",
        "form": { "fields": [
            { "name": "type", "label": { "it": "Tipo" }, "type": "choice", "required": true, "choices": [
                { "value": "1", "label": { "it": "Autoveicolo" } },
                { "value": "4", "label": { "it": "Motoveicolo" } },
            ] },
            { "name": "plate", "label": { "it": "Targa", "en": "Plate" }, "type": "plate", "required": true },
        ] },
        "binding": { "schema": "TassaAuto", "paths": [
            { "path": "veicoloConTarga/tipoVeicoloTarga", "field": "type" },
            { "path": "veicoloConTarga/veicoloTarga", "field": "plate" },
        ] },
        "price": { "rule": "table", "fields": ["type"], "rows": [
            { "values": ["1"], "amount": 12_500 }, { "values": ["4"], "amount": 5_000 },
        ] },
        "remittance": "Bollo auto {plate}",
    })
}

/// A donation, of which the payer says how much; documents follow from the form.
pub fn donation(id: &str, owner: &str) -> Value {
    json!({
        "id": id, "owner": owner, "name": { "it": "Donazione" }, "category": "cars",
        "taxonomy": "9/0101002IM/",
        "form": { "fields": [{
            "name": "amount", "label": { "it": "Importo" }, "type": "decimal", "required": true, "decimals": 2,
            "minimum": "1.00", "maximum": "5000.00",
        }] },
        "price": { "rule": "free", "field": "amount", "min": 100, "max": 500_000 },
        "remittance": "{service}",
    })
}

pub fn offering(ec: &str, service: &str) -> Value {
    json!({
        "organization": ec, "service": service, "subject": "00001", "iban": IBAN, "from": "2026-11-01",
        "segregationCode": "02", "places": ["Borgo"],
    })
}

/// The tag of an answer.
pub fn tag(answer: &Answer) -> String {
    answer.headers["etag"].to_str().unwrap().to_owned()
}

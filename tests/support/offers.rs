//! Services that can be asked for through the node, and how it asks.

use serde_json::{Value, json};
use varco::catalogue::shipped;
use varco::domain::access::Tenant;
use varco::domain::fiscal_code::FiscalCode;
use varco::domain::governance::{Author, Kind, Proposal, Wish};
use varco::store::{Store, WriteMode, definition_form, offering_target};
use varco::wire::Base64;
use varco::wire::pa_for_node::{DemandAnswer, Operation, Response};

use super::gateway::TestGateway;
use super::samples::{BROKER, EC, IBAN, STATION, now};
use super::world::{OTHER_EC, POSTAL_IBAN};

/// What the node asks for.
#[derive(Clone, Debug)]
pub struct Asks {
    pub ec: String,
    pub broker: String,
    pub station: String,
    pub service: String,
    pub subject: String,
    /// As it stands in the message: base64, if nothing is wrong with it.
    pub data: String,
}

/// A demand for the service that the first creditor offers under its own name, with that document.
pub fn asks(service: &str, document: &str) -> Asks {
    Asks {
        ec: EC.to_owned(),
        broker: BROKER.to_owned(),
        station: STATION.to_owned(),
        service: service.to_owned(),
        subject: service.to_owned(),
        data: Base64::encode(document.as_bytes()).unwrap().as_str().to_owned(),
    }
}

impl Asks {
    pub fn message(&self) -> String {
        let Asks { ec, broker, station, service, subject, data } = self;
        format!(
            "<soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" \
             xmlns:pafn=\"http://pagopa-api.pagopa.gov.it/pa/paForNode.xsd\"><soapenv:Body>\
             <pafn:paDemandPaymentNoticeRequest><idPA>{ec}</idPA><idBrokerPA>{broker}</idBrokerPA>\
             <idStation>{station}</idStation><idServizio>{service}</idServizio>\
             <idSoggettoServizio>{subject}</idSoggettoServizio>\
             <datiSpecificiServizioRequest>{data}</datiSpecificiServizioRequest>\
             </pafn:paDemandPaymentNoticeRequest></soapenv:Body></soapenv:Envelope>"
        )
    }
}

impl TestGateway {
    pub async fn demand(&self, asks: &Asks) -> DemandAnswer {
        match self.post(&asks.message()).await.unwrap().response(Operation::PaDemandPaymentNotice) {
            Response::PaDemandPaymentNotice(answer) => answer,
            other => panic!("{other:?}"),
        }
    }
}

/// The document of the tax on a car.
pub fn car_tax(plate: &str) -> String {
    format!(
        "<tassaAuto xmlns=\"http://PuntoAccessoPSP.spcoop.gov.it/TassaAuto\"><veicoloConTarga>\
         <tipoVeicoloTarga>1</tipoVeicoloTarga><veicoloTarga>{plate}</veicoloTarga></veicoloConTarga></tassaAuto>"
    )
}

/// The fishing licence, by the shipped schema D847: a fixed price.
fn fishing() -> Value {
    let field = |name: &str, kind: &str, required: bool| {
        let label = json!({ "it": name });
        json!({ "name": name, "label": label, "type": kind, "required": required })
    };
    let path = |path: &str, field: &str| json!({ "path": path, "field": field });
    json!({
        "id": "00004", "name": { "it": "Licenza di pesca" }, "category": "documenti", "taxonomy": "9/0101100IM/",
        "form": { "fields": [
            field("payer", "fiscalCode", true), field("payer_name", "text", true),
            field("holder", "fiscalCode", true), field("holder_name", "text", true), field("note", "text", false),
        ] },
        "binding": { "schema": "D847", "paths": [
            path("pagatore/codiceFiscalePagatore", "payer"), path("pagatore/denominazionePagatore", "payer_name"),
            path("intestatario/codiceFiscaleIntestatario", "holder"),
            path("intestatario/denominazioneIntestatario", "holder_name"), path("note/note", "note"),
        ] },
        "price": { "rule": "fixed", "amount": 2272 },
        "remittance": "Licenza di pesca {note}",
        "payer": { "fiscalCode": "payer", "fullName": "payer_name" },
    })
}

/// An offering of a service for long.
pub fn offering(ec: &str, service: &str, subject: &str) -> Value {
    json!({
        "organization": ec, "service": service, "subject": subject, "iban": IBAN, "from": "2020-01-01",
        "office": "Sportello", "accounting": [{ "key": "CAPITOLO", "value": "3/2" }],
        "stage": { "publishedAt": "2020-01-01T10:00:00Z" },
    })
}

/// Puts a definition in.
pub async fn put(store: &Store, kind: Kind, target: &str, definition: &Value) {
    let wanted = Some(definition_form(definition, None));
    let wish = Wish::Put;
    let proposal = Proposal { kind, tenant: Tenant::Gateway, target: target.to_owned(), wish, wanted };
    let author = Author::gateway("test", now());
    store.carry_out(&author, &[proposal], WriteMode::Commit).await.unwrap();
}

/// Puts an offering in.
pub async fn offer(store: &Store, offering: &Value) {
    let text = |member: &str| offering[member].as_str().unwrap();
    let target = offering_target(&FiscalCode::new(text("organization")).unwrap(), text("service"));
    put(store, Kind::Offering, &target, offering).await;
}

/// The services, published: car tax, passport, donation, fishing licence; all offered by the first creditor, the
/// donation by the other one too, as `00013`.
pub async fn fill(store: &Store) {
    for category in shipped::categories() {
        put(store, Kind::Category, &category.id.clone(), &serde_json::to_value(category).unwrap()).await;
    }
    let shipped = shipped::services().into_iter().map(|service| serde_json::to_value(service).unwrap());
    for mut service in shipped.chain([fishing()]) {
        service["stage"] = json!({ "publishedAt": "2020-01-01T10:00:00Z" });
        let id = service["id"].as_str().unwrap().to_owned();
        put(store, Kind::Service, &id, &service).await;
        let mut offered = offering(EC, &id, &id);
        if id == "00001" {
            offered["postalIban"] = POSTAL_IBAN.into();
        }
        offer(store, &offered).await;
    }
    offer(store, &offering(OTHER_EC, "00003", "00013")).await;
}

/// Puts the services in, and has the gateway read them.
pub async fn with_services(gateway: TestGateway) -> TestGateway {
    fill(gateway.store()).await;
    gateway.restart().await
}

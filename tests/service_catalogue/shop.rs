//! A catalogue with something in it.

use std::process::Command;

use hyper::Method;
use serde_json::{Value, json};

use crate::desk::{Desk, OPERATOR, OURS, Told};
use crate::support::api::EC;
use crate::support::samples::IBAN;

pub const EXPORT: &str = "/admin/v1/catalogue/CatalogoServizi.xml";
pub const IMPORT: &str = "/admin/v1/catalogue/imports";

pub async fn done(desk: &Desk, method: Method, path: &str, body: Option<&Value>) -> Told {
    let told = desk.ask(OPERATOR, method, &format!("{OURS}{path}"), body).await;
    assert!(told.status.is_success(), "{path}: {} {}", told.status, told.text);
    told
}

/// A category and two services: `00001`, bound to the schema of the tax on vehicles, and `00003`, with a form of its
/// own. Both are published.
pub async fn furnish(desk: &Desk) {
    let category = json!({ "id": "mobility", "name": { "it": "Mobilità e trasporti" } });
    done(desk, Method::PUT, "/catalogue/categories/mobility", Some(&category)).await;
    let tax = json!({
        "id": "00001", "name": { "it": "Bollo auto", "en": "Car tax" }, "category": "mobility",
        "taxonomy": "9/0101002IM/",
        "form": { "fields": [
            { "name": "plate", "label": { "it": "Targa" }, "type": "plate", "required": true },
        ] },
        "binding": { "schema": "TassaAuto", "paths": [
            { "path": "veicoloConTarga/veicoloTarga", "field": "plate" },
        ] },
        "price": { "rule": "fixed", "amount": 12_500 },
        "remittance": "Bollo auto {plate}",
    });
    let gift = json!({
        "id": "00003", "name": { "it": "Donazione" }, "category": "mobility", "taxonomy": "9/0101002IM/",
        "form": { "fields": [{
            "name": "amount", "label": { "it": "Importo" }, "type": "decimal", "required": true, "decimals": 2,
            "minimum": "1.00", "maximum": "5000.00",
        }] },
        "price": { "rule": "free", "field": "amount", "min": 100, "max": 500_000 },
        "remittance": "{service}",
    });
    for service in [&tax, &gift] {
        let path = format!("/catalogue/services/{}", service["id"].as_str().unwrap());
        done(desk, Method::PUT, &path, Some(service)).await;
        done(desk, Method::POST, &format!("{path}/publish"), None).await;
    }
}

pub fn offering(service: &str) -> Value {
    json!({ "organization": EC, "service": service, "subject": service, "iban": IBAN, "from": "2026-01-01" })
}

pub fn place(service: &str) -> String {
    format!("/creditor-institutions/{EC}/offerings/{service}")
}

/// Offers a service.
pub async fn offer(desk: &Desk, offering: &Value) {
    let path = place(offering["service"].as_str().unwrap());
    done(desk, Method::PUT, &path, Some(offering)).await;
    done(desk, Method::POST, &format!("{path}/publish"), None).await;
}

/// Whether libxml2 finds a document valid.
pub fn is_valid(document: &str, schema: &str) -> bool {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("document.xml");
    std::fs::write(&file, document).unwrap();
    let arguments = ["--noout", "--nonet", "--schema", schema];
    Command::new("xmllint").args(arguments).arg(&file).output().unwrap().status.success()
}

/// A document with one service and one provider.
pub fn document(
    (id, description): (&str, &str),
    (subject, ec, name): (&str, &str, &str),
    rest: &str,
) -> String {
    format!(
        "<c:listaCatalogoServizi xmlns:c=\"http://pagopa-api.pagopa.gov.it/nodeForPsp/xsd/CatalogoServizi\">\n\
         <catalogoServizi><idServizio>{id}</idServizio><descrizioneServizio>{description}</descrizioneServizio>\n\
         <elencoSoggettiEroganti><soggettoErogante><idSoggettoServizio>{subject}</idSoggettoServizio>\
         <idDominio>{ec}</idDominio><denominazioneEnteCreditore>{name}</denominazioneEnteCreditore>\
         {rest}</soggettoErogante></elencoSoggettiEroganti>\
         <xsdRiferimento>TassaAuto</xsdRiferimento></catalogoServizi></c:listaCatalogoServizi>"
    )
}

//! Services that are paid for without a notice, and the desk where they are asked for.

use std::time::Duration;

use jiff::SignedDuration;
use serde_json::{Value, json};
use varco::catalogue::desk::Desk;
use varco::catalogue::price::{CalculatorSettings, Calculators, Pricer};
use varco::catalogue::view::CatalogueView;
use varco::domain::access::Tenant;
use varco::domain::clock::Clock;
use varco::domain::fiscal_code::FiscalCode;
use varco::domain::governance::{Author, Kind, Proposal, Wish};
use varco::domain::randomness::Randomness;
use varco::guard::{ClientSettings, Guard, Lookup, Sender};
use varco::registry::RegistryView;
use varco::store::{Store, WriteMode};

use super::samples;

/// For how long the same demand gives the same notice.
pub const SAME: SignedDuration = SignedDuration::from_hours(1);

/// A desk without calculators that answer.
pub fn desk(
    (store, registry): (&Store, &RegistryView),
    catalogue: &CatalogueView,
    (clock, randomness): (&Clock, &Randomness),
) -> Desk {
    let deadline = Duration::from_millis(1500);
    let sender = Sender::new(&ClientSettings {
        guard: Guard::new(Vec::new()),
        lookup: Lookup::system(),
        connect_timeout: deadline,
        timeout: deadline,
        authorities: None,
        identity: None,
        most: ClientSettings::BEGINNING,
    });
    let calculators = Calculators::new(CalculatorSettings {
        sender: sender.unwrap(),
        secrets: None,
        store: store.clone(),
        clock: clock.clone(),
        randomness: randomness.clone(),
        deadline,
    });
    Desk {
        catalogue: catalogue.clone(),
        registry: registry.clone(),
        store: store.clone(),
        pricer: Pricer { registry: registry.clone(), calculators },
        randomness: randomness.clone(),
        same_demand: SAME,
    }
}

/// Writes definitions down, as somebody who may.
pub async fn write(store: &Store, definitions: &[(Kind, Value)]) {
    let proposals: Vec<Proposal> = definitions.iter().map(|(kind, one)| proposal(*kind, one)).collect();
    let author = Author::gateway("tests", samples::now());
    let done = store.carry_out(&author, &proposals, WriteMode::Commit).await;
    assert!(done.is_ok(), "{done:?}");
}

fn proposal(kind: Kind, definition: &Value) -> Proposal {
    let text = |name: &str| definition[name].as_str().unwrap().to_owned();
    let (tenant, target) = match kind {
        Kind::Offering => {
            let ec = FiscalCode::new(&text("organization")).unwrap();
            (Tenant::Institution(ec), format!("{}/{}", text("organization"), text("service")))
        }
        _ => (Tenant::Gateway, text("id")),
    };
    Proposal { kind, tenant, target, wish: Wish::Put, wanted: Some(definition.to_string()) }
}

/// Since when everything here is published.
fn stage() -> Value {
    json!({ "publishedAt": "2026-01-01T00:00:00Z" })
}

/// A category.
pub fn category(id: &str, parent: Option<&str>, (it, en): (&str, &str)) -> (Kind, Value) {
    let mut category = json!({ "id": id, "name": { "it": it, "en": en } });
    if let Some(parent) = parent {
        category["parent"] = json!(parent);
    }
    (Kind::Category, category)
}

/// A donation: the payer says how much, and who they are.
pub fn donation() -> (Kind, Value) {
    let service = json!({
        "id": "00003", "category": "donations", "taxonomy": "9/0101002IM/",
        "name": { "it": "Donazione", "en": "Donation" },
        "description": { "it": "Un contributo libero all'ente.", "en": "A free gift to the public body." },
        "form": { "fields": [
            {
                "name": "amount", "type": "decimal", "minimum": "1.00", "maximum": "5000.00",
                "label": { "it": "Importo in euro", "en": "Amount in euro" },
                "help": { "it": "Da 1 a 5.000 euro, per esempio 25,00.", "en": "From 1 to 5,000 euro, such as 25.00." },
            },
            { "name": "name", "type": "text", "maxLength": 70, "label": { "it": "Nome e cognome", "en": "Full name" } },
            { "name": "code", "type": "fiscalCode", "label": { "it": "Codice fiscale", "en": "Fiscal code" } },
            {
                "name": "note", "type": "text", "maxLength": 40, "required": false,
                "label": { "it": "Dedica", "en": "Dedication" },
            },
        ] },
        "price": { "rule": "free", "field": "amount", "min": 100, "max": 500_000 },
        "remittance": "{service} {note}", "payer": { "fullName": "name", "fiscalCode": "code" },
        "stage": stage(),
    });
    (Kind::Service, service)
}

/// Something of a fixed price, for nobody in particular.
pub fn stall() -> (Kind, Value) {
    let kinds = [("fruit", "Frutta", "Fruit"), ("flowers", "Fiori", "Flowers")];
    let kinds = kinds.map(|(value, it, en)| json!({ "value": value, "label": { "it": it, "en": en } }));
    let service = json!({
        "id": "stall", "category": "market", "taxonomy": "9/0101002IM/",
        "name": { "it": "Posteggio al mercato", "en": "Market stall" },
        "form": { "fields": [
            { "name": "kind", "type": "choice", "choices": kinds, "label": { "it": "Che cosa vendi", "en": "What you sell" } },
            { "name": "day", "type": "date", "minimum": "2026-11-22", "label": { "it": "Giorno", "en": "Day" } },
            { "name": "power", "type": "boolean", "label": { "it": "Serve la corrente", "en": "Power is needed" } },
        ] },
        "price": { "rule": "fixed", "amount": 1_250 },
        "remittance": "Posteggio {kind} {day}", "stage": stage(),
    });
    (Kind::Service, service)
}

/// That an institution provides a service.
pub fn offering(ec: &str, service: &str) -> (Kind, Value) {
    let offering = json!({
        "organization": ec, "service": service, "iban": samples::IBAN, "from": "2026-01-01",
        "places": ["Borgo San Lorenzo"], "stage": stage(),
    });
    (Kind::Offering, offering)
}

/// Categories, both services, and that the institution of the tests provides them, another one the second.
pub async fn seed(store: &Store) {
    let (own, other) = (super::api::EC, super::api::OTHER_EC);
    let (mut named, mut other_stall) = (offering(own, "stall"), offering(other, "stall"));
    named.1["name"] = json!({ "it": "Posteggio in piazza", "en": "Stall on the square" });
    named.1["commission"] = json!("free");
    other_stall.1["places"] = json!(["Colle"]);
    let all = [
        category("donations", None, ("Donazioni", "Donations")),
        category("trade", None, ("Attività", "Trade")),
        category("market", Some("trade"), ("Mercati", "Markets")),
        donation(),
        stall(),
        offering(own, "00003"),
        named,
        other_stall,
    ];
    write(store, &all).await;
}

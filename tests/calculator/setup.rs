//! A service whose price a program says, and a program on a socket of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};
use varco::catalogue::definition::{OfferingDefinition, ServiceDefinition};
use varco::catalogue::price::{CalculatorSecrets, CalculatorSettings, Calculators, PriceError, Pricer};
use varco::domain::catalogue::charge::Charge;
use varco::domain::catalogue::form::{Answers, FieldName, Inputs};
use varco::domain::catalogue::offering::Offering;
use varco::domain::catalogue::service::Service;
use varco::domain::clock::{Clock, ClockHand};
use varco::domain::randomness::Randomness;
use varco::guard::{ClientSettings, Guard, Lookup, Sender};
use varco::registry::RegistryView;
use varco::store::Store;

use crate::support::receiver::{Does, Receiver, Seen};
use crate::support::{TestDatabase, api, samples};

/// How long a calculator may take.
pub const DEADLINE: Duration = Duration::from_millis(400);

/// What follows from no key that anybody else has.
pub fn secrets() -> CalculatorSecrets {
    CalculatorSecrets::under([7; 32])
}

/// A calculator and what asks it.
pub struct Setup {
    pub receiver: Receiver,
    pub pricer: Pricer,
    pub store: Store,
    pub clock: Clock,
    pub hand: ClockHand,
    pub service: Service,
    pub offering: Offering,
    pub database: TestDatabase,
}

/// Which addresses calculators may have.
pub fn sender(networks: &[&str]) -> Sender {
    let settings = ClientSettings {
        guard: Guard::new(networks.iter().map(|network| network.parse().unwrap()).collect()),
        lookup: Lookup::system(),
        connect_timeout: Duration::from_secs(2),
        timeout: DEADLINE,
        authorities: None,
        identity: None,
        most: ClientSettings::BEGINNING,
    };
    Sender::new(&settings).unwrap()
}

impl Setup {
    /// A calculator that follows that script.
    pub async fn new(script: impl Fn(usize, &Seen) -> Does + Send + Sync + 'static) -> Self {
        Self::over(TestDatabase::sqlite(), script).await
    }

    /// A calculator that says one thing.
    pub async fn saying(status: u16, said: &Value) -> Self {
        let said = said.to_string();
        Self::new(move |_, _| says(status, said.clone())).await
    }

    pub async fn over(
        database: TestDatabase,
        script: impl Fn(usize, &Seen) -> Does + Send + Sync + 'static,
    ) -> Self {
        let receiver = Receiver::start(script).await;
        let store = database.store().await;
        api::seed(&store).await;
        let (clock, hand) = Clock::manual(samples::now());
        let service = service(&receiver.url());
        let offering = offering(&service);
        let registry = RegistryView::new(store.parties().await.unwrap());
        let calculators = Calculators::new(settings(&store, &clock));
        let pricer = Pricer { registry, calculators };
        Setup { receiver, pricer, store, clock, hand, service, offering, database }
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// What it costs to give 12.50 euro for the library.
    pub async fn price(&self) -> Result<Charge, PriceError> {
        self.pricer.charge((&self.service, &self.offering), &self.answers(), self.now()).await
    }

    pub fn answers(&self) -> Answers {
        let inputs = [("amount", "12.50"), ("purpose", "Biblioteca")];
        let inputs = inputs.map(|(name, text)| (FieldName::new(name).unwrap(), text.to_owned()));
        self.service.form.read(&inputs.into_iter().collect::<Inputs>()).unwrap()
    }
}

/// What asks calculators on this machine.
pub fn settings(store: &Store, clock: &Clock) -> CalculatorSettings {
    let draws = Arc::new(AtomicU64::new(1));
    CalculatorSettings {
        sender: sender(&["127.0.0.0/8"]),
        secrets: Some(secrets()),
        store: store.clone(),
        clock: clock.clone(),
        randomness: Randomness::new(move || draws.fetch_add(1, Ordering::SeqCst)),
        deadline: DEADLINE,
    }
}

/// A JSON answer.
pub fn says(status: u16, body: impl Into<String>) -> Does {
    Does::Says(status, "content-type: application/json", body.into())
}

/// A donation whose price the program at that address says.
pub fn service(url: &str) -> Service {
    let definition = json!({
        "id": "00009", "name": { "it": "Tariffa" }, "category": "varie", "taxonomy": "9/0101002IM/",
        "form": { "fields": [
            { "name": "amount", "label": { "it": "Importo" }, "type": "decimal", "minimum": "1", "maximum": "100" },
            { "name": "purpose", "label": { "it": "Scopo" }, "type": "text", "required": false },
        ] },
        "price": { "rule": "calculator", "url": url },
        "remittance": "{service} {purpose}",
    });
    serde_json::from_value::<ServiceDefinition>(definition).unwrap().read().unwrap()
}

/// That the institution of the samples offers it.
pub fn offering(service: &Service) -> Offering {
    let definition = json!({
        "organization": samples::EC, "service": service.id.as_str(), "subject": "00009", "iban": samples::IBAN,
        "postalIban": api::NEW_IBAN, "from": "2026-01-01",
    });
    serde_json::from_value::<OfferingDefinition>(definition).unwrap().read(&service.form).unwrap()
}

/// The option that a calculator says, with these transfers.
pub fn option(amount: i64, transfers: Value) -> Value {
    json!({ "paymentOption": [{ "amount": amount, "description": "Tariffa 2026", "transfer": transfers }] })
}

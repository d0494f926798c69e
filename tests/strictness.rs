//! Strictness where money is at stake: what is refused, where and with which code; whose notices a key may
//! touch; and numbers that the gateway chooses.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

#[path = "strictness/census.rs"]
mod census;
#[path = "strictness/numbers.rs"]
mod numbers;
#[path = "strictness/rules.rs"]
mod rules;
#[path = "strictness/segregation.rs"]
mod segregation;
mod support;
#[path = "strictness/taxonomy.rs"]
mod taxonomy;

use hyper::Method;
use serde_json::{Value, json};
use support::api::*;
use support::{TestDatabase, on_both, samples};
use varco::domain::fiscal_code::FiscalCode;
use varco::domain::iban::Iban;
use varco::domain::party::EcIban;

const TITLE: &str = "Error in the debt position request data";

/// An account that nobody registered.
const FOREIGN_IBAN: &str = "DE89370400440532013000";

impl Gateway {
    async fn register_iban(&self, ec: &str, iban: &str) {
        let (ec, iban) = (FiscalCode::new(ec).unwrap(), Iban::new(iban).unwrap());
        self.store.put_iban(&EcIban { ec, iban, label: None }).await.unwrap();
        self.refresh().await;
    }
}

/// A position of the third version with one option of one instalment.
fn position_v3(iupd: &str, base: u64) -> Value {
    let mut instalment = payment_option(base);
    instalment.as_object_mut().unwrap().remove("isPartialPayment");
    json!({
        "iupd": iupd, "companyName": "Comune di Borgo",
        "paymentOption": [{
            "description": "Mensa", "switchToExpired": true,
            "debtor": { "type": "F", "fiscalCode": "RSSMRA80A01H501U", "fullName": "Maria Rossi" },
            "installments": [instalment],
        }],
    })
}

/// Where the first notice is in a body of each version.
const NOTICE: [(&str, &str); 2] = [("v1", "/paymentOption/0"), ("v3", "/paymentOption/0/installments/0")];

fn body_of(version: &str, iupd: &str, base: u64) -> Value {
    if version == "v1" { position(iupd, base) } else { position_v3(iupd, base) }
}

async fn create_in(gateway: &Gateway, version: &str, body: &Value) -> Answer {
    let path = format!("{version}/organizations/{EC}/debtpositions");
    gateway.ask_as(KEY, Method::POST, &path, (Some(body), None)).await
}

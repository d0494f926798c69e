//! The parties that the tests of the gateway know.

use varco::api::auth::hash_key;
use varco::domain::fiscal_code::FiscalCode;
use varco::domain::iban::Iban;
use varco::domain::ids::{BrokerCode, StationCode};
use varco::domain::notice_number::{AuxDigit, TwoDigits};
use varco::domain::party::{Broker, CreditorInstitution, EcIban, PrimitiveVersion, Station, StationLink};
use varco::domain::segregation::Segregation;
use varco::store::{ApiKey, ApiScope, KeyRights, Store};

use super::samples::{BROKER, EC, IBAN, STATION, text};

/// A second creditor, served by [`SECOND_STATION`] only, code 05.
pub const OTHER_EC: &str = "66666666666";
/// Of [`BROKER`]; serves code 01 of [`EC`].
pub const SECOND_STATION: &str = "88888888888_02";
pub const OTHER_BROKER: &str = "55555555555";
/// Of [`OTHER_BROKER`]; serves nobody.
pub const OTHER_STATION: &str = "55555555555_01";
pub const POSTAL_IBAN: &str = "IT52Z0760103600000001002003";
pub const API_KEY: &str = "key-of-the-tests";

/// Writes the parties.
pub async fn seed(store: &Store) {
    for code in [BROKER, OTHER_BROKER] {
        let broker = Broker { code: BrokerCode::new(code).unwrap(), name: text("Regione") };
        store.put_broker(&broker).await.unwrap();
    }
    for (code, name) in [(EC, "Comune di Borgo"), (OTHER_EC, "Comune di Colle")] {
        let ec = FiscalCode::new(code).unwrap();
        store.put_creditor_institution(&CreditorInstitution { ec, name: text(name) }).await.unwrap();
    }
    for (code, broker, primitives) in [
        (STATION, BROKER, PrimitiveVersion::V2),
        (SECOND_STATION, BROKER, PrimitiveVersion::V1),
        (OTHER_STATION, OTHER_BROKER, PrimitiveVersion::V2),
    ] {
        let (code, broker) = (StationCode::new(code).unwrap(), BrokerCode::new(broker).unwrap());
        store.put_station(&Station { code, broker, primitives }).await.unwrap();
    }
    for (ec, station, code) in
        [(EC, STATION, "02"), (EC, SECOND_STATION, "01"), (OTHER_EC, SECOND_STATION, "05")]
    {
        let link = StationLink {
            ec: FiscalCode::new(ec).unwrap(),
            station: StationCode::new(station).unwrap(),
            aux_digit: AuxDigit::Three,
            code: Some(TwoDigits::new(code).unwrap()),
        };
        store.put_link(&link).await.unwrap();
    }
    for iban in [IBAN, POSTAL_IBAN] {
        let iban = Iban::new(iban).unwrap();
        store.put_iban(&EcIban { ec: FiscalCode::new(EC).unwrap(), iban, label: None }).await.unwrap();
    }
    let (institutions, segregation) = (ApiScope::Every, Segregation::Every);
    let key = ApiKey {
        id: "tests".into(),
        label: "tests".into(),
        institutions,
        segregation,
        rights: KeyRights::data(),
    };
    store.add_api_key(&key, &hash_key(API_KEY)).await.unwrap();
}

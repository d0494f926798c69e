//! The demo's public bodies: a town that is owed money, the province that shares in it, the broker and
//! the station through which the node reaches them. All of them are invented.

use crate::cli::Failure;
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::iban::Iban;
use crate::domain::ids::{BrokerCode, StationCode};
use crate::domain::notice_number::{AuxDigit, NoticeNumber, TwoDigits};
use crate::domain::party::{Broker, CreditorInstitution, EcIban, PrimitiveVersion, Station, StationLink};
use crate::domain::text::Text;
use crate::store::Store;

/// The town's fiscal code.
pub const TOWN: &str = "99000010019";
/// The town's name.
pub const TOWN_NAME: &str = "Comune di Borgo Varco";
/// The province's fiscal code.
pub const PROVINCE: &str = "99000030017";
/// The province's name.
pub const PROVINCE_NAME: &str = "Provincia di Valvarco";
/// The broker's code.
pub const BROKER: &str = "99000020018";
/// Another broker, without a station: for requests that mix up the two.
pub const OTHER_BROKER: &str = "99000040016";
/// The station.
pub const STATION: &str = "99000020018_01";
/// Another station of the same broker, for the notices of another segregation code.
pub const OTHER_STATION: &str = "99000020018_02";
/// The segregation code of those.
pub const OTHER_SEGREGATION: &str = "03";
/// The segregation code of the town's notices.
pub const SEGREGATION: &str = "02";
/// The town's bank account.
pub const BANK_IBAN: &str = "IT80Z0599903600000000001001";
/// The town's postal account.
pub const POSTAL_IBAN: &str = "IT52Z0760103600000001002003";
/// The province's bank account.
pub const PROVINCE_IBAN: &str = "IT59E0599903600000000002001";

/// Registers them; what is registered already stays.
pub async fn register(store: &Store) -> Result<(), Failure> {
    let (town, province) = (valid(FiscalCode::new(TOWN))?, valid(FiscalCode::new(PROVINCE))?);
    let (broker, station) = (valid(BrokerCode::new(BROKER))?, valid(StationCode::new(STATION))?);
    let code = Some(valid(TwoDigits::new(SEGREGATION))?);
    let aux_digit = AuxDigit::Three;
    for (ec, name) in [(&town, TOWN_NAME), (&province, PROVINCE_NAME)] {
        let institution = CreditorInstitution { ec: ec.clone(), name: valid(Text::new(name))? };
        valid(store.put_creditor_institution(&institution).await)?;
    }
    let other = valid(BrokerCode::new(OTHER_BROKER))?;
    for (code, name) in [(&broker, "Varco demo"), (&other, "Altro intermediario")] {
        valid(store.put_broker(&Broker { code: code.clone(), name: valid(Text::new(name))? }).await)?;
    }
    let other_station = valid(StationCode::new(OTHER_STATION))?;
    let other_code = Some(valid(TwoDigits::new(OTHER_SEGREGATION))?);
    for (code, primitives) in [(&station, PrimitiveVersion::V2), (&other_station, PrimitiveVersion::V1)] {
        let station = Station { code: code.clone(), broker: broker.clone(), primitives };
        valid(store.put_station(&station).await)?;
    }
    for (ec, station, code) in
        [(&town, &station, code), (&province, &station, code), (&town, &other_station, other_code)]
    {
        let link = StationLink { ec: ec.clone(), station: station.clone(), aux_digit, code };
        valid(store.put_link(&link).await)?;
    }
    for (ec, iban, label) in [
        (&town, BANK_IBAN, "Tesoreria"),
        (&town, POSTAL_IBAN, "Conto corrente postale"),
        (&province, PROVINCE_IBAN, "Tesoreria"),
    ] {
        let label = Some(valid(Text::new(label))?);
        let iban = EcIban { ec: ec.clone(), iban: valid(Iban::new(iban))?, label };
        valid(store.put_iban(&iban).await)?;
    }
    Ok(())
}

/// The town's notice of that base.
pub fn notice_number(base: u64) -> Result<NoticeNumber, Failure> {
    valid(NoticeNumber::issue(valid(TwoDigits::new(SEGREGATION))?, base))
}

/// Passes a value on; what is wrong with one of ours keeps the demo from running.
pub fn valid<T, E: std::fmt::Display>(result: Result<T, E>) -> Result<T, Failure> {
    result.map_err(Failure::unusable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_well_formed_and_the_accounts_are_what_they_are_called() {
        assert!(STATION.starts_with(BROKER));
        assert!(!Iban::new(BANK_IBAN).unwrap().is_postal());
        assert!(Iban::new(POSTAL_IBAN).unwrap().is_postal());
        assert!(!Iban::new(PROVINCE_IBAN).unwrap().is_postal());
        for code in [TOWN, PROVINCE] {
            assert!(FiscalCode::new(code).is_ok());
        }
    }

    #[tokio::test]
    async fn the_parties_can_be_registered_again() {
        let root = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", root.path().join("demo.db").display());
        let store = Store::open(&url, Default::default()).await.unwrap();
        store.migrate().await.unwrap();
        register(&store).await.unwrap();
        register(&store).await.unwrap();
        let parties = store.parties().await.unwrap();
        assert_eq!((parties.institutions.len(), parties.stations.len(), parties.ibans.len()), (2, 2, 3));
    }
}

//! Creditor institutions, brokers, stations and how they hang together.

use std::collections::BTreeSet;

use crate::domain::access::Delegation;
use crate::domain::account::AccountUse;
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::iban::Iban;
use crate::domain::ids::{BrokerCode, StationCode};
use crate::domain::notice_number::{AuxDigit, TwoDigits};
use crate::domain::party::{
    Allowed, Broker, CreditorInstitution, EcIban, PayeeAccount, PrimitiveVersion, Station, StationLink,
    SwitchedOff,
};
use crate::domain::routing::{Partner, Route};
use crate::domain::taxonomy::TaxonomyEntry;
use crate::domain::text::Text;

use super::dialect::{for_both_engines, on_engine};
use super::registry::{NAMED_FLAGS, NamedFlags};
use super::routing::{partner, route};
use super::rows::{optional_instant, read};
use super::taxonomy;
use super::{Store, StoreError, delegations};

/// Everything that the identifiers of a request are checked against.
#[derive(Clone, Debug, Default)]
pub struct Parties {
    /// The creditor institutions.
    pub institutions: Vec<CreditorInstitution>,
    /// The brokers.
    pub brokers: Vec<Broker>,
    /// The stations.
    pub stations: Vec<Station>,
    /// The stations that were removed, and whose they were: receipts for them still come.
    pub former_stations: Vec<(StationCode, BrokerCode)>,
    /// Which station serves which notices of which creditor institution.
    pub links: Vec<StationLink>,
    /// Which of them are switched off.
    pub switched_off: SwitchedOff,
    /// What is allowed between stations and institutions; nothing where nothing is said.
    pub allowed: Vec<Allowed>,
    /// The stations of which payment options are asked.
    pub with_payment_options: BTreeSet<StationCode>,
    /// The accounts.
    pub ibans: Vec<PayeeAccount>,
    /// What transfers may be for; empty until somebody has imported it.
    pub taxonomy: Vec<TaxonomyEntry>,
    /// What creditor institutions have handed to brokers.
    pub delegations: Vec<Delegation>,
    /// Systems of institutions behind the gateway.
    pub partners: Vec<Partner>,
    /// Who answers for which notices.
    pub routes: Vec<Route>,
}

impl Store {
    /// All parties, for the view in memory.
    pub async fn parties(&self) -> Result<Parties, StoreError> {
        let rows = on_engine!(&self.pools, read, |pool, engine| engine::all(pool).await);
        parse(rows.map_err(StoreError::during("parties"))?)
    }

    /// Adds or renames a creditor institution.
    pub async fn put_creditor_institution(
        &self,
        institution: &CreditorInstitution,
    ) -> Result<(), StoreError> {
        const PUT: &str = "INSERT INTO creditor_institution (ec, name) VALUES ($1, $2) \
            ON CONFLICT (ec) DO UPDATE SET name = excluded.name";
        const QR_CODE: &str = "INSERT INTO encoding (ec, kind, code) VALUES ($1, 'QR_CODE', $1) \
            ON CONFLICT DO NOTHING";
        self.put(PUT, [Some(institution.ec.as_str()), Some(institution.name.as_str())]).await?;
        self.put(QR_CODE, [Some(institution.ec.as_str())]).await
    }

    /// Adds or renames a broker.
    pub async fn put_broker(&self, broker: &Broker) -> Result<(), StoreError> {
        const PUT: &str = "INSERT INTO broker (broker, name) VALUES ($1, $2) \
            ON CONFLICT (broker) DO UPDATE SET name = excluded.name";
        self.put(PUT, [Some(broker.code.as_str()), Some(broker.name.as_str())]).await
    }

    /// Adds or changes a station.
    pub async fn put_station(&self, station: &Station) -> Result<(), StoreError> {
        const PUT: &str = "INSERT INTO station (station, broker, primitive_version) \
            VALUES ($1, $2, CAST($3 AS BIGINT)) ON CONFLICT (station) DO UPDATE \
            SET broker = excluded.broker, primitive_version = excluded.primitive_version";
        let version = match station.primitives {
            PrimitiveVersion::V1 => "1",
            PrimitiveVersion::V2 => "2",
        };
        self.put(PUT, [Some(station.code.as_str()), Some(station.broker.as_str()), Some(version)]).await
    }

    /// Adds a link, or moves its notices to another station.
    pub async fn put_link(&self, link: &StationLink) -> Result<(), StoreError> {
        const PUT: &str = "INSERT INTO station_link (ec, aux_digit, code, station) \
            VALUES ($1, CAST($2 AS BIGINT), $3, $4) \
            ON CONFLICT (ec, aux_digit, code) DO UPDATE SET station = excluded.station";
        let (aux, code) = (link.aux_digit.number().to_string(), link.code.map(|code| code.to_string()));
        let code = code.unwrap_or_default();
        const RELATION: &str =
            "INSERT INTO station_relation (ec, station) VALUES ($1, $2) ON CONFLICT DO NOTHING";
        let (ec, station) = (Some(link.ec.as_str()), Some(link.station.as_str()));
        self.put(PUT, [ec, Some(&*aux), Some(&*code), station]).await?;
        self.put(RELATION, [ec, station]).await
    }

    /// Adds an account, or renames it.
    pub async fn put_iban(&self, iban: &EcIban) -> Result<(), StoreError> {
        const PUT: &str = "INSERT INTO iban (ec, iban, label) VALUES ($1, $2, $3) \
            ON CONFLICT (ec, iban) DO UPDATE SET label = excluded.label";
        let label = iban.label.as_ref().map(Text::as_str);
        self.put(PUT, [Some(iban.ec.as_str()), Some(iban.iban.as_str()), label]).await
    }

    async fn put<const N: usize>(
        &self,
        sql: &'static str,
        values: [Option<&str>; N],
    ) -> Result<(), StoreError> {
        on_engine!(&self.pools, write, |pool, engine| engine::put(pool, sql, &values).await)
            .map_err(StoreError::during("put party"))
    }
}

/// Creditor institution, account, whether it is switched on, from when and until when.
type PayeeRow = (String, String, bool, Option<i64>, Option<i64>);

struct Rows {
    institutions: Vec<(String, String, bool)>,
    brokers: Vec<(String, String, bool)>,
    stations: Vec<StationRow>,
    former_stations: Vec<(String, String)>,
    flags: Vec<NamedFlags>,
    links: Vec<(String, i64, String, String)>,
    ibans: Vec<PayeeRow>,
    taxonomy: Vec<taxonomy::Row>,
    delegations: Vec<delegations::Row>,
    partners: Vec<partner::PartnerRow>,
    routes: Vec<route::RouteRow>,
}

/// Code, broker, version of the primitives, whether it is enabled, whether payment options are asked of it.
type StationRow = (String, String, i64, bool, bool);

for_both_engines! {
    pub(super) async fn all(pool: &Pool) -> Result<Rows, sqlx::Error> {
        const STATIONS: &str = "SELECT station, broker, primitive_version, enabled, \
            COALESCE(is_payment_options_enabled, FALSE) FROM station";
        let mut tx = begin(pool, BEGIN_SNAPSHOT).await?;
        let rows = Rows {
            institutions: sqlx::query_as("SELECT ec, name, enabled FROM creditor_institution").fetch_all(&mut *tx).await?,
            brokers: sqlx::query_as("SELECT broker, name, enabled FROM broker").fetch_all(&mut *tx).await?,
            stations: sqlx::query_as(STATIONS).fetch_all(&mut *tx).await?,
            former_stations: sqlx::query_as("SELECT station, broker FROM former_station")
                .fetch_all(&mut *tx)
                .await?,
            flags: sqlx::query_as(NAMED_FLAGS).fetch_all(&mut *tx).await?,
            links: sqlx::query_as("SELECT ec, aux_digit, code, station FROM station_link")
                .fetch_all(&mut *tx)
                .await?,
            ibans: sqlx::query_as("SELECT ec, iban, active, valid_from, due_at FROM iban")
                .fetch_all(&mut *tx)
                .await?,
            taxonomy: sqlx::query_as(taxonomy::ALL).fetch_all(&mut *tx).await?,
            delegations: sqlx::query_as(delegations::LIVE).fetch_all(&mut *tx).await?,
            partners: sqlx::query_as(partner::ALL).fetch_all(&mut *tx).await?,
            routes: sqlx::query_as(route::ALL).fetch_all(&mut *tx).await?,
        };
        tx.commit().await?;
        Ok(rows)
    }

    pub(super) async fn put(pool: &Pool, sql: &'static str, values: &[Option<&str>]) -> Result<(), sqlx::Error> {
        let mut query = sqlx::query(sql);
        for value in values {
            query = query.bind(*value);
        }
        query.execute(pool).await.map(drop)
    }
}

fn parse(rows: Rows) -> Result<Parties, StoreError> {
    let ec = |text: &str| read(FiscalCode::new(text), "fiscal code");
    let name = |text: &str| read(Text::new(text), "name");
    let broker = |text: &str| read(BrokerCode::new(text), "broker code");
    let station = |text: &str| read(StationCode::new(text), "station code");
    let mut parties = Parties::default();
    for (code, text, enabled) in &rows.institutions {
        let party = CreditorInstitution { ec: ec(code)?, name: name(text)? };
        parties.switched_off.institutions.extend((!enabled).then(|| party.ec.clone()));
        parties.institutions.push(party);
    }
    for (code, text, enabled) in &rows.brokers {
        let party = Broker { code: broker(code)?, name: read(Text::new(text), "name")? };
        parties.switched_off.brokers.extend((!enabled).then(|| party.code.clone()));
        parties.brokers.push(party);
    }
    for (code, owner, version, enabled, payment_options) in &rows.stations {
        let primitives = if *version == 1 { PrimitiveVersion::V1 } else { PrimitiveVersion::V2 };
        let party = Station { code: station(code)?, broker: broker(owner)?, primitives };
        parties.switched_off.stations.extend((!enabled).then(|| party.code.clone()));
        parties.with_payment_options.extend(payment_options.then(|| party.code.clone()));
        parties.stations.push(party);
    }
    for (code, owner) in &rows.former_stations {
        parties.former_stations.push((station(code)?, broker(owner)?));
    }
    parties.allowed = rows.flags.iter().map(NamedFlags::allowed).collect::<Result<_, _>>()?;
    for (institution, aux, code, through) in &rows.links {
        let code = if code.is_empty() { None } else { Some(read(TwoDigits::new(code), "segregation code")?) };
        let aux_digit = AuxDigit::from_number(*aux).ok_or(StoreError::Corrupt { what: "aux digit" })?;
        parties.links.push(StationLink { ec: ec(institution)?, station: station(through)?, aux_digit, code });
    }
    for (institution, account, active, from, due) in &rows.ibans {
        let (from, due) = (optional_instant(*from)?, optional_instant(*due)?);
        parties.ibans.push(PayeeAccount {
            ec: ec(institution)?,
            iban: read(Iban::kept(account), "IBAN")?,
            usage: AccountUse { active: *active, from, due },
        });
    }
    for row in rows.delegations {
        parties.delegations.push(row.read()?.terms);
    }
    parties.partners = rows.partners.iter().map(partner::PartnerRow::partner).collect::<Result<_, _>>()?;
    parties.routes = rows.routes.iter().map(route::RouteRow::route).collect::<Result<_, _>>()?;
    parties.taxonomy = rows.taxonomy.iter().map(taxonomy::entry).collect::<Result<_, _>>()?;
    Ok(parties)
}

//! The whole register at one moment.

use std::collections::BTreeMap;

use super::broker::{BrokerRow, broker_columns};
use super::encoding::EncodingRow;
use super::institution::{InstitutionRow, institution_columns};
use super::relation::{NAMED_FLAGS, NamedFlags, link_code};
use super::station::{DatedRow, dated_columns};
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::ids::StationCode;
use crate::domain::registry::{Census, Codes, LinkCode, Relation, RelationFlags};
use crate::store::dialect::{for_both_engines, on_engine};
use crate::store::rows::read;
use crate::store::{Store, StoreError};

impl Store {
    /// Everybody who is registered, and who is served by whom.
    pub async fn census(&self) -> Result<Census, StoreError> {
        let rows = on_engine!(&self.pools, read, |pool, engine| engine::whole(pool).await);
        census(rows.map_err(StoreError::during("census"))?)
    }
}

#[derive(Debug)]
struct Rows {
    institutions: Vec<InstitutionRow>,
    brokers: Vec<BrokerRow>,
    stations: Vec<DatedRow>,
    links: Vec<(String, String, i64, String)>,
    flags: Vec<NamedFlags>,
    encodings: Vec<EncodingRow>,
}

fn census(rows: Rows) -> Result<Census, StoreError> {
    let mut census = Census::default();
    for row in &rows.institutions {
        let facts = row.facts()?;
        census.institutions.insert(facts.ec.clone(), facts);
    }
    for row in &rows.brokers {
        let facts = row.facts()?;
        census.brokers.insert(facts.code.clone(), facts);
    }
    for row in &rows.stations {
        let station = row.registered()?;
        census.stations.insert(station.facts.code.clone(), station);
    }
    census.relations = relations(&rows)?;
    census.encodings = rows.encodings.iter().map(EncodingRow::facts).collect::<Result<_, _>>()?;
    Ok(census)
}

/// The links put together by institution and station, each with its flags.
fn relations(rows: &Rows) -> Result<Vec<Relation>, StoreError> {
    let mut links: BTreeMap<(&str, &str), Vec<LinkCode>> = BTreeMap::new();
    for (ec, station, aux_digit, code) in &rows.links {
        links.entry((ec, station)).or_default().push(link_code(*aux_digit, code)?);
    }
    let flags: BTreeMap<(&str, &str), RelationFlags> = rows.flags.iter().map(NamedFlags::named).collect();
    let relation = |((ec, station), codes): ((&str, &str), Vec<LinkCode>)| {
        Ok(Relation {
            ec: read(FiscalCode::new(ec), "fiscal code")?,
            station: read(StationCode::new(station), "station code")?,
            codes: Codes::of_links(codes),
            flags: flags.get(&(ec, station)).copied().unwrap_or_default(),
        })
    };
    links.into_iter().map(relation).collect()
}

for_both_engines! {
    pub(super) async fn whole(pool: &Pool) -> Result<Rows, sqlx::Error> {
        let mut tx = begin(pool, BEGIN_SNAPSHOT).await?;
        let rows = Rows {
            institutions: sqlx::query_as(institution_columns!()).fetch_all(&mut *tx).await?,
            brokers: sqlx::query_as(broker_columns!()).fetch_all(&mut *tx).await?,
            stations: sqlx::query_as(dated_columns!()).fetch_all(&mut *tx).await?,
            links: sqlx::query_as("SELECT ec, station, aux_digit, code FROM station_link").fetch_all(&mut *tx).await?,
            flags: sqlx::query_as(NAMED_FLAGS).fetch_all(&mut *tx).await?,
            encodings: sqlx::query_as("SELECT ec, kind, code FROM encoding ORDER BY ec, kind, code")
                .fetch_all(&mut *tx)
                .await?,
        };
        tx.commit().await?;
        Ok(rows)
    }
}

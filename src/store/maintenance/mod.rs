//! When stations are not there, as their brokers announce it.

use jiff::Timestamp;

use crate::domain::ids::{BrokerCode, StationCode};
use crate::domain::maintenance::{Maintenance, Window, bounds};

use super::dialect::{for_both_engines, on_engine};
use super::rows::{instant, read};
use super::{Store, StoreError};

pub(in crate::store) mod kind;

pub use kind::{maintenance_form, maintenance_of_form, maintenance_target};

/// Which maintenances are asked for; what is left out does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MaintenanceFilter {
    /// Only of this broker.
    pub broker: Option<BrokerCode>,
    /// Only of this station.
    pub station: Option<StationCode>,
    /// Only those that begin before.
    pub start_before: Option<Timestamp>,
    /// Only those that begin after.
    pub start_after: Option<Timestamp>,
    /// Only those that end before.
    pub end_before: Option<Timestamp>,
    /// Only those that end after.
    pub end_after: Option<Timestamp>,
}

macro_rules! columns {
    () => {
        "id, broker, station, start_at, end_at, stand_in"
    };
}
use columns;

#[derive(Clone, Debug, sqlx::FromRow)]
pub(in crate::store) struct MaintenanceRow {
    id: i64,
    broker: String,
    station: String,
    start_at: i64,
    end_at: i64,
    stand_in: bool,
}

impl MaintenanceRow {
    fn read(&self) -> Result<Maintenance, StoreError> {
        Ok(Maintenance {
            id: self.id,
            broker: read(BrokerCode::new(&self.broker), "broker code")?,
            station: read(StationCode::new(&self.station), "station code")?,
            window: window((self.start_at, self.end_at))?,
            stand_in: self.stand_in,
        })
    }
}

fn window((start, end): (i64, i64)) -> Result<Window, StoreError> {
    read(Window::new(instant(start)?, instant(end)?), "time of a maintenance")
}

impl Store {
    /// A maintenance of a broker.
    pub async fn maintenance(&self, broker: &BrokerCode, id: i64) -> Result<Option<Maintenance>, StoreError> {
        let row = on_engine!(&self.pools, read, |pool, engine| engine::one(pool, broker, id).await);
        let row = row.map_err(StoreError::during("maintenance"))?;
        row.as_ref().map(MaintenanceRow::read).transpose()
    }

    /// Those that a filter leaves, the earliest first, some after some; and how many there are in all.
    pub async fn maintenances(
        &self,
        filter: &MaintenanceFilter,
        (limit, offset): (u32, u64),
    ) -> Result<(Vec<Maintenance>, u64), StoreError> {
        let page = (i64::from(limit), i64::try_from(offset).unwrap_or(i64::MAX));
        let found = on_engine!(&self.pools, read, |pool, engine| engine::filtered(pool, filter, page).await);
        let (rows, total) = found.map_err(StoreError::during("maintenances"))?;
        let each = rows.iter().map(MaintenanceRow::read).collect::<Result<_, _>>()?;
        Ok((each, u64::try_from(total).unwrap_or(0)))
    }

    /// When stations of a broker are not there in a year of Italy.
    pub async fn maintenance_of_year(
        &self,
        broker: &BrokerCode,
        year: i16,
    ) -> Result<Vec<Window>, StoreError> {
        let Some(bounds) = bounds(year) else { return Ok(Vec::new()) };
        let bounds = (bounds.0.as_microsecond(), bounds.1.as_microsecond());
        let rows = on_engine!(&self.pools, read, |pool, engine| engine::within(pool, broker, bounds).await);
        let rows = rows.map_err(StoreError::during("maintenance_of_year"))?;
        rows.into_iter().map(window).collect()
    }
}

/// What a filter leaves; `$1` and `$2` are the broker and the station, or nothing.
macro_rules! filtered {
    () => {
        " FROM maintenance WHERE ($1 = '' OR broker = $1) AND ($2 = '' OR station = $2) AND start_at < $3 \
         AND start_at > $4 AND end_at < $5 AND end_at > $6"
    };
}

for_both_engines! {
    pub(super) async fn one(
        pool: &Pool,
        broker: &BrokerCode,
        id: i64,
    ) -> Result<Option<MaintenanceRow>, sqlx::Error> {
        const ONE: &str = concat!("SELECT ", columns!(), " FROM maintenance WHERE broker = $1 AND id = $2");
        sqlx::query_as(ONE).bind(broker.as_str()).bind(id).fetch_optional(pool).await
    }

    pub(super) async fn filtered(
        pool: &Pool,
        filter: &MaintenanceFilter,
        (limit, offset): (i64, i64),
    ) -> Result<(Vec<MaintenanceRow>, i64), sqlx::Error> {
        const PAGE: &str =
            concat!("SELECT ", columns!(), filtered!(), " ORDER BY start_at, broker, id LIMIT $7 OFFSET $8");
        const TOTAL: &str = concat!("SELECT COUNT(*)", filtered!());
        let broker = filter.broker.as_ref().map_or("", BrokerCode::as_str);
        let station = filter.station.as_ref().map_or("", StationCode::as_str);
        let before = |bound: Option<Timestamp>| bound.map_or(i64::MAX, Timestamp::as_microsecond);
        let after = |bound: Option<Timestamp>| bound.map_or(i64::MIN, Timestamp::as_microsecond);
        let bounds = [
            before(filter.start_before),
            after(filter.start_after),
            before(filter.end_before),
            after(filter.end_after),
        ];
        let mut tx = begin(pool, BEGIN_SNAPSHOT).await?;
        let (mut page, mut total) = (sqlx::query_as(PAGE), sqlx::query_scalar(TOTAL));
        (page, total) = (page.bind(broker).bind(station), total.bind(broker).bind(station));
        for bound in bounds {
            (page, total) = (page.bind(bound), total.bind(bound));
        }
        let rows = page.bind(limit).bind(offset).fetch_all(&mut *tx).await?;
        let total = total.fetch_one(&mut *tx).await?;
        tx.commit().await?;
        Ok((rows, total))
    }

    pub(super) async fn within(
        pool: &Pool,
        broker: &BrokerCode,
        (from, until): (i64, i64),
    ) -> Result<Vec<(i64, i64)>, sqlx::Error> {
        sqlx::query_as(
            "SELECT start_at, end_at FROM maintenance WHERE broker = $1 AND start_at <> 0 AND start_at < $3 \
             AND end_at > $2 ORDER BY start_at, id",
        )
        .bind(broker.as_str())
        .bind(from)
        .bind(until)
        .fetch_all(pool)
        .await
    }
}

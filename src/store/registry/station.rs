//! Stations.

mod row;

use jiff::Timestamp;

use super::{Hanging, Wanted, form, parsed, still_referred_to, wanted};
use crate::domain::governance::Conflict;
use crate::domain::ids::StationCode;
use crate::domain::registry::{RegisteredStation, StationFacts};
use crate::store::dialect::{for_both_engines, on_engine};
use crate::store::governance::Refused;
use crate::store::registry;
use crate::store::rows::optional_instant;
use crate::store::{Store, StoreError};

use row::{INSERT, UPDATE};
pub(super) use row::{StationRow, station_columns};

/// A row with its instants.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct DatedRow {
    #[sqlx(flatten)]
    row: StationRow,
    created_at: Option<i64>,
    changed_at: Option<i64>,
    activated_at: Option<i64>,
}

/// The columns of [`DatedRow`].
macro_rules! dated_columns {
    () => {
        concat!(
            "SELECT ",
            $crate::store::registry::station::station_columns!(),
            ", s.created_at, s.changed_at, s.activated_at FROM station s"
        )
    };
}
pub(super) use dated_columns;

impl DatedRow {
    pub(super) fn registered(&self) -> Result<RegisteredStation, StoreError> {
        Ok(RegisteredStation {
            facts: self.row.facts()?,
            created_at: optional_instant(self.created_at)?,
            changed_at: optional_instant(self.changed_at)?,
            activated_at: optional_instant(self.activated_at)?,
        })
    }
}

impl Wanted for StationFacts {
    fn wanted(&self) -> String {
        wanted(&StationRow::from(self))
    }
}

impl Store {
    /// The station of that code.
    pub async fn registered_station(
        &self,
        code: &StationCode,
    ) -> Result<Option<RegisteredStation>, StoreError> {
        let row = on_engine!(&self.pools, read, |pool, engine| engine::find(pool, code.as_str()).await);
        row.map_err(StoreError::during("registered_station"))?.map(|row| row.registered()).transpose()
    }
}

const HANGING: [Hanging; 2] = [
    (
        "creditor institutions that it serves",
        "SELECT CAST(1 AS BIGINT) FROM station_link WHERE station = $1 LIMIT 1",
    ),
    (
        "notices that a partner answers for",
        "SELECT CAST(1 AS BIGINT) FROM route r WHERE r.station = $1 AND r.handler <> 'managed' AND NOT EXISTS \
         (SELECT 1 FROM route n WHERE n.ec = r.ec AND n.station = r.station AND n.aux_digit = r.aux_digit \
         AND n.code = r.code AND n.from_at > r.from_at) LIMIT 1",
    ),
];

for_both_engines! {
    [registry]

    pub(super) async fn find<'c>(
        executor: impl sqlx::Executor<'c, Database = <Connection as sqlx::Connection>::Database>,
        code: &str,
    ) -> Result<Option<DatedRow>, sqlx::Error> {
        const FIND: &str = concat!(dated_columns!(), " WHERE s.station = $1");
        sqlx::query_as(FIND).bind(code).fetch_optional(executor).await
    }

    pub(in crate::store) async fn read_station(
        connection: &mut Connection,
        target: &str,
    ) -> Result<Option<String>, Refused> {
        find(connection, target).await?.map(|found| form(&found.row)).transpose()
    }

    pub(in crate::store) async fn write_station(
        connection: &mut Connection,
        target: &str,
        wanted: Option<&str>,
        at: Timestamp,
    ) -> Result<(), Refused> {
        let Some(wanted) = wanted else {
            free_of(&mut *connection, target, &HANGING).await?;
            remember(&mut *connection, target).await?;
            let deleted = sqlx::query("DELETE FROM station WHERE station = $1").bind(target);
            return deleted.execute(connection).await.map(drop).map_err(still_referred_to);
        };
        let row: StationRow = parsed(wanted)?;
        let broker: Option<String> = sqlx::query_scalar("SELECT broker FROM broker WHERE broker = $1")
            .bind(&row.broker_code)
            .fetch_optional(&mut *connection)
            .await?;
        if broker.is_none() {
            return Err(Conflict::new("unknown_broker", "No broker of that code is registered here.").into());
        }
        if put(&mut *connection, UPDATE, (target, at), &row).await? == 0 {
            put(connection, INSERT, (target, at), &row).await?;
        }
        Ok(())
    }

    /// Keeps whose a station was, for the receipts that still come.
    async fn remember(connection: &mut Connection, station: &str) -> Result<(), sqlx::Error> {
        sqlx::query(
            "INSERT INTO former_station (station, broker) SELECT station, broker FROM station WHERE station = $1 \
             ON CONFLICT (station) DO UPDATE SET broker = excluded.broker",
        )
        .bind(station)
        .execute(connection)
        .await
        .map(drop)
    }

    async fn put(
        connection: &mut Connection,
        statement: &'static str,
        (code, at): (&str, Timestamp),
        row: &StationRow,
    ) -> Result<u64, sqlx::Error> {
        let done = sqlx::query(statement)
            .bind(code)
            .bind(&row.broker_code)
            .bind(row.primitive_version)
            .bind(row.enabled)
            .bind(row.version)
            .bind(&row.protocol)
            .bind(&row.ip)
            .bind(row.port)
            .bind(&row.service)
            .bind(&row.pof_service)
            .bind(&row.target_host)
            .bind(row.target_port)
            .bind(&row.target_path)
            .bind(&row.target_host_pof)
            .bind(row.target_port_pof)
            .bind(&row.target_path_pof)
            .bind(&row.redirect_protocol)
            .bind(&row.redirect_ip)
            .bind(row.redirect_port)
            .bind(&row.redirect_path)
            .bind(&row.redirect_query_string)
            .bind(&row.protocol_4mod)
            .bind(&row.ip_4mod)
            .bind(row.port_4mod)
            .bind(&row.service_4mod)
            .bind(row.proxy_enabled)
            .bind(&row.proxy_host)
            .bind(row.proxy_port)
            .bind(&row.proxy_username)
            .bind(row.thread_number)
            .bind(row.timeout_a)
            .bind(row.timeout_b)
            .bind(row.timeout_c)
            .bind(row.flag_online)
            .bind(row.invio_rt_istantaneo)
            .bind(row.flag_standin)
            .bind(row.is_payment_options_enabled)
            .bind(&row.rest_endpoint)
            .bind(at.as_microsecond())
            .execute(connection)
            .await?;
        Ok(done.rows_affected())
    }
}

//! Maintenances as a kind of thing that is proposed, carried out and audited.
//!
//! Whoever writes here holds the audit: no other maintenance comes between the look at the others and the
//! write, so that of two that overlap one is refused and the hours of a year are counted right.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{MaintenanceRow, columns, window};
use crate::domain::governance::Conflict;
use crate::domain::ids::BrokerCode;
use crate::domain::maintenance::{Maintenance, Window, bounds, is_beyond};
use crate::store::StoreError;
use crate::store::dialect::for_both_engines;
use crate::store::governance::Refused;
use crate::store::rows::read;

/// The form in which maintenances are proposed and audited.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct MaintenanceForm {
    id: i64,
    broker: String,
    station: String,
    start: Timestamp,
    end: Timestamp,
    stand_in: bool,
}

/// How a maintenance is proposed.
pub fn maintenance_form(one: &Maintenance) -> String {
    let form = MaintenanceForm {
        id: one.id,
        broker: one.broker.to_string(),
        station: one.station.to_string(),
        start: one.window.start(),
        end: one.window.end(),
        stand_in: one.stand_in,
    };
    // Texts, numbers and instants: there is nothing in it that JSON could not hold.
    serde_json::to_string(&form).unwrap_or_default()
}

/// The maintenance that a form tells of.
pub fn maintenance_of_form(json: &str) -> Result<Maintenance, StoreError> {
    let form: MaintenanceForm = read(serde_json::from_str(json), "maintenance of a proposal")?;
    let row = MaintenanceRow {
        id: form.id,
        broker: form.broker,
        station: form.station,
        start_at: form.start.as_microsecond(),
        end_at: form.end.as_microsecond(),
        stand_in: form.stand_in,
    };
    row.read()
}

/// The name that proposals give a maintenance of a broker.
pub fn maintenance_target(broker: &BrokerCode, id: i64) -> String {
    format!("{broker}/{id}")
}

/// The broker may have a stroke in its code; the number has none.
fn parts(target: &str) -> Result<(&str, i64), Refused> {
    let parts = target.rsplit_once('/').and_then(|(broker, id)| Some((broker, id.parse().ok()?)));
    Ok(parts.ok_or(StoreError::Corrupt { what: "name of a maintenance" })?)
}

fn foreign_station() -> Refused {
    Conflict::new("unknown_station", "The broker has no such station.").into()
}

fn overlapping() -> Refused {
    Conflict::new("maintenance_overlap", "The station has another maintenance in that time.").into()
}

/// From the first instant of the years that a window lies in to the last.
fn years(window: &Window) -> (i64, i64) {
    let (first, last) = window.years().into_inner();
    let from = bounds(first).map_or(i64::MIN, |(from, _)| from.as_microsecond());
    (from, bounds(last).map_or(i64::MAX, |(_, until)| until.as_microsecond()))
}

const PUT: &str = "INSERT INTO maintenance (broker, id, station, start_at, end_at, stand_in) \
    VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (broker, id) DO UPDATE SET station = excluded.station, \
    start_at = excluded.start_at, end_at = excluded.end_at, stand_in = excluded.stand_in";

for_both_engines! {
    /// How a maintenance is now.
    pub(in crate::store) async fn read_maintenance(
        connection: &mut Connection,
        target: &str,
    ) -> Result<Option<String>, Refused> {
        const ONE: &str = concat!("SELECT ", columns!(), " FROM maintenance WHERE broker = $1 AND id = $2");
        let (broker, id) = parts(target)?;
        let row: Option<MaintenanceRow> =
            sqlx::query_as(ONE).bind(broker).bind(id).fetch_optional(connection).await?;
        let one = row.as_ref().map(MaintenanceRow::read).transpose()?;
        Ok(one.as_ref().map(maintenance_form))
    }

    /// Makes a maintenance as it is wished to be, or takes it away. Where the hours of a year do not suffice,
    /// the node stands in, whatever was wished.
    pub(in crate::store) async fn write_maintenance(
        connection: &mut Connection,
        target: &str,
        wanted: Option<&str>,
    ) -> Result<(), Refused> {
        let (broker, id) = parts(target)?;
        let Some(json) = wanted else {
            sqlx::query("DELETE FROM maintenance WHERE broker = $1 AND id = $2")
                .bind(broker)
                .bind(id)
                .execute(connection)
                .await?;
            return Ok(());
        };
        let wanted = maintenance_of_form(json)?;
        judge(&mut *connection, (broker, id), &wanted).await?;
        let others = others(&mut *connection, (broker, id), &wanted.window).await?;
        sqlx::query(PUT)
            .bind(broker)
            .bind(id)
            .bind(wanted.station.as_str())
            .bind(wanted.window.start().as_microsecond())
            .bind(wanted.window.end().as_microsecond())
            .bind(wanted.stand_in || is_beyond(&wanted.window, &others))
            .execute(connection)
            .await?;
        Ok(())
    }

    /// That the station is the broker's, and has nothing else in that time.
    async fn judge(
        connection: &mut Connection,
        (broker, id): (&str, i64),
        wanted: &Maintenance,
    ) -> Result<(), Refused> {
        let own: Option<i32> = sqlx::query_scalar("SELECT 1 FROM station WHERE station = $1 AND broker = $2")
            .bind(wanted.station.as_str())
            .bind(broker)
            .fetch_optional(&mut *connection)
            .await?;
        own.ok_or_else(foreign_station)?;
        let overlap: Option<i32> = sqlx::query_scalar(
            "SELECT 1 FROM maintenance WHERE station = $1 AND end_at > $2 AND start_at < $3 \
             AND NOT (broker = $4 AND id = $5) LIMIT 1",
        )
        .bind(wanted.station.as_str())
        .bind(wanted.window.start().as_microsecond())
        .bind(wanted.window.end().as_microsecond())
        .bind(broker)
        .bind(id)
        .fetch_optional(connection)
        .await?;
        if overlap.is_some() { Err(overlapping()) } else { Ok(()) }
    }

    /// What else the broker has in the years of a window.
    async fn others(
        connection: &mut Connection,
        (broker, id): (&str, i64),
        wanted: &Window,
    ) -> Result<Vec<Window>, Refused> {
        let (from, until) = years(wanted);
        let rows: Vec<(i64, i64)> = sqlx::query_as(
            "SELECT start_at, end_at FROM maintenance WHERE broker = $1 AND start_at <> 0 AND start_at < $3 \
             AND end_at > $2 AND id <> $4",
        )
        .bind(broker)
        .bind(from)
        .bind(until)
        .bind(id)
        .fetch_all(connection)
        .await?;
        Ok(rows.into_iter().map(window).collect::<Result<_, _>>()?)
    }
}

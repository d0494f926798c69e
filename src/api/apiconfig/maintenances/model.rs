//! Maintenances as api-config writes them. Instants come with the offset of Italy.

use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::api::apiconfig::ibans::model::{LocalInstant, PageInfo, local};
use crate::api::openapi::form::{form, words};
use crate::domain::maintenance::{Maintenance, MaintenanceState};
use jiff::Timestamp;

/// What a maintenance is now.
pub(in crate::api) enum StateWord {}
form!(
    StateWord,
    "MaintenanceState",
    words(
        MaintenanceState::ALL.map(MaintenanceState::word),
        "SCHEDULED: it is still to begin; IN_PROGRESS: it has begun and not ended; FINISHED: it has ended.",
    )
);

/// A maintenance.
#[derive(Serialize, ToSchema)]
#[schema(as = StationMaintenance)]
pub(in crate::api) struct MaintenanceModel {
    /// Its number.
    maintenance_id: i64,
    /// When it begins.
    #[schema(value_type = LocalInstant)]
    start_date_time: String,
    /// When it ends.
    #[schema(value_type = LocalInstant)]
    end_date_time: String,
    /// Whether the node stands in for the station.
    stand_in: bool,
    /// The station.
    station_code: String,
    /// Who runs it.
    broker_code: String,
    /// What it is now. Ours.
    #[schema(value_type = StateWord)]
    state: &'static str,
}

impl MaintenanceModel {
    pub(in crate::api) fn new(one: &Maintenance, now: Timestamp) -> Self {
        MaintenanceModel {
            maintenance_id: one.id,
            start_date_time: local(one.window.start()),
            end_date_time: local(one.window.end()),
            stand_in: one.stand_in,
            station_code: one.station.to_string(),
            broker_code: one.broker.to_string(),
            state: one.state(now).word(),
        }
    }
}

/// A page of maintenances.
#[derive(Serialize, ToSchema)]
#[schema(as = StationMaintenanceList)]
pub(super) struct ListModel {
    /// Each of them.
    pub station_maintenance_list: Vec<MaintenanceModel>,
    /// Where the page is.
    pub page_info: PageInfo,
}

/// How the hours of a year stand, each as hours and minutes.
#[derive(Serialize, ToSchema)]
#[schema(as = MaintenanceHoursSummary)]
pub(super) struct SummaryModel {
    /// Of what has begun.
    pub used_hours: String,
    /// Of what is still to begin.
    pub scheduled_hours: String,
    /// What is left.
    pub remaining_hours: String,
    /// What goes beyond, for which the node stands in.
    pub extra_hours: String,
    /// How many a broker has in a year.
    pub annual_hours_limit: String,
}

pub(in crate::api) fn example() -> Value {
    json!({
        "maintenance_id": 4711, "start_date_time": "2026-12-01T10:00:00+01:00",
        "end_date_time": "2026-12-01T13:00:00+01:00", "stand_in": false,
        "station_code": "99000040017_01", "broker_code": "99000040017", "state": "SCHEDULED",
    })
}

//! What brokers say of a maintenance: read, or everything that is wrong with it.

use axum::http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::api::openapi::form::Moment;
use crate::api::positions::field::{Field, Shape};
use crate::api::positions::parse::report::{Pointer, Report};
use crate::api::problem::{Problem, Violation};
use crate::domain::dates::{self, WholeDay};
use crate::domain::ids::{BrokerCode, StationCode};
use crate::domain::maintenance::{Maintenance, MaintenanceChange, MaintenanceError, Window};
use crate::registry::Registry;

/// A new maintenance.
#[derive(Default, Deserialize, ToSchema)]
#[schema(as = CreateStationMaintenance)]
pub(super) struct CreateRequest {
    /// When it begins: on a quarter of an hour, three days from now or later.
    #[serde(default)]
    #[schema(value_type = Moment, required)]
    start_date_time: Field<String>,
    /// When it ends: on a quarter of an hour.
    #[serde(default)]
    #[schema(value_type = Moment, required)]
    end_date_time: Field<String>,
    /// Whether the node is to stand in for the station.
    #[serde(default)]
    #[schema(value_type = bool, required)]
    stand_in: Field<bool>,
    /// A station of the broker.
    #[serde(default)]
    #[schema(value_type = String, required)]
    station_code: Field<String>,
}

/// What changes of a maintenance; what is left out stays.
#[derive(Default, Deserialize, ToSchema)]
#[schema(as = UpdateStationMaintenance)]
pub(super) struct UpdateRequest {
    /// When it begins; as it did, once it has begun.
    #[serde(default)]
    #[schema(value_type = Moment)]
    start_date_time: Field<String>,
    /// When it ends: on a quarter of an hour, in the future.
    #[serde(default)]
    #[schema(value_type = Moment, required)]
    end_date_time: Field<String>,
    /// Whether the node is to stand in; as it does, once it has begun.
    #[serde(default)]
    #[schema(value_type = bool)]
    stand_in: Field<bool>,
}

impl Shape for CreateRequest {
    const IS_OBJECT: bool = true;
}
impl Shape for UpdateRequest {
    const IS_OBJECT: bool = true;
}

const START: &str = "start_date_time";
const END: &str = "end_date_time";

/// What is wrong with a body.
#[derive(Debug, thiserror::Error)]
#[error("the maintenance cannot be as it is wanted")]
pub(super) struct Invalid(pub Vec<Violation>);

/// The maintenance is over.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the maintenance is over")]
pub(super) struct Over;

/// A new maintenance, as it was asked for.
pub(super) struct Asked {
    pub station: StationCode,
    pub window: Window,
    pub stand_in: bool,
}

/// Reads the body of a creation, with the notice that must be given.
pub(super) fn creation(
    body: Value,
    (broker, registry): (&BrokerCode, &Registry),
    (now, notice): (Timestamp, SignedDuration),
) -> Result<Asked, Invalid> {
    let (mut report, root) = (Report::default(), Pointer::root());
    let field = Field::<CreateRequest>::deserialize(body).unwrap_or(Field::WrongType);
    let request = report.required(field, &root).unwrap_or_default();
    let start = moment(request.start_date_time, START, &mut report);
    let end = moment(request.end_date_time, END, &mut report);
    let stand_in = report.required(request.stand_in, &root.field("stand_in"));
    let at = root.field("station_code");
    let station = report.required(request.station_code, &at).and_then(|text| {
        let code = StationCode::new(&text).ok();
        let own = code.filter(|code| registry.station(code).is_some_and(|known| known.broker == *broker));
        if own.is_none() {
            report.add(&at, "unknown_station", "is no station of the broker");
        }
        own
    });
    let window = start.zip(end).and_then(|(start, end)| match Window::new(start, end) {
        Ok(window) => Some(window),
        Err(errors) => {
            errors.iter().for_each(|error| add(*error, &mut report));
            None
        }
    });
    if let Some(window) = &window
        && let Err(error) = Maintenance::judge_notice(window, now, notice)
    {
        add(error, &mut report);
    }
    match (station, window, stand_in, report.is_clean()) {
        (Some(station), Some(window), Some(stand_in), true) => Ok(Asked { station, window, stand_in }),
        _ => Err(Invalid(report.into_violations())),
    }
}

/// Reads the body of a change.
pub(super) fn change(body: Value) -> Result<MaintenanceChange, Invalid> {
    let (mut report, root) = (Report::default(), Pointer::root());
    let field = Field::<UpdateRequest>::deserialize(body).unwrap_or(Field::WrongType);
    let request = report.required(field, &root).unwrap_or_default();
    let start = match request.start_date_time {
        Field::Absent => None,
        given => moment(given, START, &mut report),
    };
    let end = moment(request.end_date_time, END, &mut report);
    let stand_in = report.optional(request.stand_in, &root.field("stand_in"));
    match (end, report.is_clean()) {
        (Some(end), true) => Ok(MaintenanceChange { start, end, stand_in }),
        _ => Err(Invalid(report.into_violations())),
    }
}

fn moment(field: Field<String>, name: &str, report: &mut Report) -> Option<Timestamp> {
    let at = Pointer::root().field(name);
    let text = report.required(field, &at)?;
    report.read(&at, dates::parse(&text, WholeDay::FromStart))
}

/// Why a change cannot be made, as it is answered.
pub(super) fn refusal(errors: &[MaintenanceError]) -> Problem {
    if errors.contains(&MaintenanceError::Finished) {
        return Over.into();
    }
    let mut report = Report::default();
    errors.iter().for_each(|error| add(*error, &mut report));
    Invalid(report.into_violations()).into()
}

fn add(error: MaintenanceError, report: &mut Report) {
    let name = match error {
        MaintenanceError::StartOffQuarter | MaintenanceError::TooSoon | MaintenanceError::StartFixed => START,
        MaintenanceError::StandInFixed => "stand_in",
        MaintenanceError::EndOffQuarter
        | MaintenanceError::EndBeforeStart
        | MaintenanceError::EndPassed
        | MaintenanceError::Finished => END,
    };
    report.add(&Pointer::root().field(name), error.code(), error);
}

impl Invalid {
    /// A wrong body, to show how that is refused.
    pub(super) fn example() -> Self {
        let error = MaintenanceError::StartOffQuarter;
        let (pointer, message) = (format!("/{START}"), error.to_string());
        Invalid(vec![Violation { pointer, code: error.code(), message }])
    }
}

impl From<Invalid> for Problem {
    fn from(invalid: Invalid) -> Self {
        Problem::new(
            StatusCode::BAD_REQUEST,
            "Bad Request",
            "invalid_maintenance",
            "The maintenance cannot be as it is wanted, for the reasons that violations gives.",
        )
        .with_violations(invalid.0)
    }
}

impl From<Over> for Problem {
    fn from(_: Over) -> Self {
        Problem::new(
            StatusCode::CONFLICT,
            "Conflict",
            MaintenanceError::Finished.code(),
            "The maintenance is over, and stays as it was.",
        )
    }
}

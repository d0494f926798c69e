//! When a station is not there: what a broker announces, and how many hours a year it has.
//!
//! Hours count in the civil year of Italy in which they lie, whenever they were announced; a window over
//! New Year counts in both. Beyond the hours of the year the node stands in for the station.

use std::fmt;
use std::ops::RangeInclusive;

use jiff::civil::{Date, Time};
use jiff::{SignedDuration, Timestamp};

use super::ids::{BrokerCode, StationCode};
use super::rome;

/// Microseconds of a quarter of an hour. Offsets of Italy are whole hours, so that quarters of UTC are hers.
const QUARTER: i64 = 15 * 60 * 1_000_000;

/// From how long before its beginning a window counts as begun for who wants to change it.
const LEAD: SignedDuration = SignedDuration::from_mins(15);

/// Quarters of an hour, written as hours and minutes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Quarters(i64);

/// How many hours a broker has in a year: 36.
pub const YEARLY: Quarters = Quarters(36 * 4);

/// From an instant to another, both on quarters of an hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    start: Timestamp,
    end: Timestamp,
}

/// An announced maintenance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Maintenance {
    /// Its number.
    pub id: i64,
    /// Who runs the station.
    pub broker: BrokerCode,
    /// The station that is not there.
    pub station: StationCode,
    /// When.
    pub window: Window,
    /// Whether the node stands in for the station.
    pub stand_in: bool,
}

/// What a maintenance is at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MaintenanceState {
    /// It is still to begin.
    Scheduled,
    /// It has begun and not ended.
    InProgress,
    /// It has ended.
    Finished,
}

/// What a broker wants to change; what is left out stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MaintenanceChange {
    /// When it is to begin.
    pub start: Option<Timestamp>,
    /// When it is to end.
    pub end: Timestamp,
    /// Whether the node is to stand in.
    pub stand_in: Option<bool>,
}

/// Why a maintenance cannot be announced or changed so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MaintenanceError {
    /// The beginning is not on a quarter.
    #[error("must be on a quarter of an hour")]
    StartOffQuarter,
    /// The end is not on a quarter.
    #[error("must be on a quarter of an hour")]
    EndOffQuarter,
    /// It ends before it begins.
    #[error("must come after the beginning")]
    EndBeforeStart,
    /// It is announced too late.
    #[error("must leave the notice that the node asks for")]
    TooSoon,
    /// It has begun, so that it begins when it did.
    #[error("cannot change once the maintenance begins within a quarter of an hour or has begun")]
    StartFixed,
    /// It has begun, so that this stays as it was announced.
    #[error("cannot change once the maintenance begins within a quarter of an hour or has begun")]
    StandInFixed,
    /// It has begun, and would have ended.
    #[error("must be in the future")]
    EndPassed,
    /// It is over.
    #[error("the maintenance is over")]
    Finished,
}

/// Only what has begun and not ended can be ended now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the maintenance is not in progress")]
pub struct NotInProgress;

/// What has begun was announced and happened: it stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the maintenance has begun")]
pub struct HasBegun;

/// How the hours of a broker stand in a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct YearSummary {
    /// Of windows that have begun.
    pub used: Quarters,
    /// Of windows that are still to begin.
    pub scheduled: Quarters,
    /// What is left.
    pub remaining: Quarters,
    /// What goes beyond.
    pub extra: Quarters,
}

impl Window {
    /// Both instants, or everything that is wrong with them.
    pub fn new(start: Timestamp, end: Timestamp) -> Result<Window, Vec<MaintenanceError>> {
        let mut errors = Vec::new();
        if !is_on_quarter(start) {
            errors.push(MaintenanceError::StartOffQuarter);
        }
        if !is_on_quarter(end) {
            errors.push(MaintenanceError::EndOffQuarter);
        }
        if end <= start {
            errors.push(MaintenanceError::EndBeforeStart);
        }
        if errors.is_empty() { Ok(Window { start, end }) } else { Err(errors) }
    }

    /// When it begins.
    pub fn start(&self) -> Timestamp {
        self.start
    }

    /// When it ends; not a part of it.
    pub fn end(&self) -> Timestamp {
        self.end
    }

    /// Whether an instant lies in both.
    pub fn overlaps(&self, other: &Window) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// The years of Italy that it lies in.
    pub fn years(&self) -> RangeInclusive<i16> {
        // The end is no part of it; it is at least a quarter of an hour away from the beginning.
        let last = self.end.checked_sub(SignedDuration::from_secs(1)).unwrap_or(self.end);
        rome::day(self.start).year()..=rome::day(last).year()
    }

    /// What of it lies in a year.
    pub fn in_year(&self, year: i16) -> Quarters {
        let Some((first, next)) = bounds(year) else { return Quarters::default() };
        let (start, end) = (self.start.max(first), self.end.min(next));
        Quarters((end.as_microsecond() - start.as_microsecond()).max(0) / QUARTER)
    }
}

/// The first instant of a year in Italy, and that of the next.
pub fn bounds(year: i16) -> Option<(Timestamp, Timestamp)> {
    let first = |year| rome::instant(Date::new(year, 1, 1).ok()?.to_datetime(Time::midnight()));
    Some((first(year)?, first(year.checked_add(1)?)?))
}

fn is_on_quarter(instant: Timestamp) -> bool {
    instant.as_nanosecond().rem_euclid(i128::from(QUARTER) * 1000) == 0
}

/// Whether the node must stand in, because a year's hours do not suffice beside the broker's others.
pub fn is_beyond(window: &Window, others: &[Window]) -> bool {
    window.years().any(|year| total(others.iter().chain([window]), year) > YEARLY)
}

fn total<'a>(windows: impl Iterator<Item = &'a Window>, year: i16) -> Quarters {
    Quarters(windows.map(|window| window.in_year(year).0).sum())
}

impl YearSummary {
    /// How the hours stand at an instant, all windows of the broker being given that lie in the year.
    pub fn new(windows: &[Window], year: i16, now: Timestamp) -> YearSummary {
        let used = total(windows.iter().filter(|window| window.start <= now), year);
        let scheduled = total(windows.iter().filter(|window| window.start > now), year);
        let left = YEARLY.0 - used.0 - scheduled.0;
        YearSummary { used, scheduled, remaining: Quarters(left.max(0)), extra: Quarters((-left).max(0)) }
    }
}

impl Maintenance {
    /// Whether a new window leaves the notice that the node asks for.
    pub fn judge_notice(
        window: &Window,
        now: Timestamp,
        notice: SignedDuration,
    ) -> Result<(), MaintenanceError> {
        if window.start.duration_since(now) >= notice { Ok(()) } else { Err(MaintenanceError::TooSoon) }
    }

    /// What it is at an instant.
    pub fn state(&self, now: Timestamp) -> MaintenanceState {
        if now < self.window.start {
            MaintenanceState::Scheduled
        } else if now < self.window.end {
            MaintenanceState::InProgress
        } else {
            MaintenanceState::Finished
        }
    }

    /// The same with a change, or everything that keeps it from being made. Once it begins within a quarter of
    /// an hour only the end can change, and not into the past; before, a new beginning leaves the notice.
    pub fn changed(
        &self,
        change: &MaintenanceChange,
        now: Timestamp,
        notice: SignedDuration,
    ) -> Result<Maintenance, Vec<MaintenanceError>> {
        if self.state(now) == MaintenanceState::Finished {
            return Err(vec![MaintenanceError::Finished]);
        }
        let start = change.start.unwrap_or(self.window.start);
        let stand_in = change.stand_in.unwrap_or(self.stand_in);
        let mut errors = Vec::new();
        let begins_anew = start != self.window.start;
        if self.window.start.duration_since(now) < LEAD {
            errors.extend(begins_anew.then_some(MaintenanceError::StartFixed));
            errors.extend((stand_in != self.stand_in).then_some(MaintenanceError::StandInFixed));
            errors.extend((change.end <= now).then_some(MaintenanceError::EndPassed));
        } else if begins_anew && start.duration_since(now) < notice {
            errors.push(MaintenanceError::TooSoon);
        }
        match Window::new(start, change.end) {
            Ok(window) if errors.is_empty() => Ok(Maintenance { window, stand_in, ..self.clone() }),
            Ok(_) => Err(errors),
            Err(wrong) => Err(errors.into_iter().chain(wrong).collect()),
        }
    }

    /// The same, ended at the next quarter of an hour, or when it ends anyway.
    pub fn finished(&self, now: Timestamp) -> Result<Maintenance, NotInProgress> {
        if self.state(now) != MaintenanceState::InProgress {
            return Err(NotInProgress);
        }
        let next = (now.as_microsecond().div_euclid(QUARTER) + 1).saturating_mul(QUARTER);
        let next = Timestamp::from_microsecond(next).unwrap_or(self.window.end);
        let window = Window { end: next.min(self.window.end), ..self.window };
        Ok(Maintenance { window, ..self.clone() })
    }

    /// Whether it can be taken back: as long as it has not begun.
    pub fn judge_removal(&self, now: Timestamp) -> Result<(), HasBegun> {
        if self.state(now) == MaintenanceState::Scheduled { Ok(()) } else { Err(HasBegun) }
    }
}

impl MaintenanceError {
    /// The word for programs.
    pub const fn code(self) -> &'static str {
        match self {
            MaintenanceError::StartOffQuarter | MaintenanceError::EndOffQuarter => "quarter_hour",
            MaintenanceError::EndBeforeStart => "end_before_start",
            MaintenanceError::TooSoon => "notice_too_short",
            MaintenanceError::StartFixed | MaintenanceError::StandInFixed => "maintenance_begun",
            MaintenanceError::EndPassed => "end_passed",
            MaintenanceError::Finished => "maintenance_finished",
        }
    }
}

impl MaintenanceState {
    /// All of them.
    pub const ALL: [MaintenanceState; 3] =
        [MaintenanceState::Scheduled, MaintenanceState::InProgress, MaintenanceState::Finished];

    /// The word of the back office.
    pub const fn word(self) -> &'static str {
        match self {
            MaintenanceState::Scheduled => "SCHEDULED",
            MaintenanceState::InProgress => "IN_PROGRESS",
            MaintenanceState::Finished => "FINISHED",
        }
    }
}

impl fmt::Display for Quarters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{:02}", self.0 / 4, self.0 % 4 * 15)
    }
}

#[cfg(test)]
mod tests;

//! Accounts that are to go on a day: who asked, and what has become of it.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::domain::fiscal_code::FiscalCode;
use crate::domain::iban::Iban;
use crate::domain::rome;

/// The name of a request.
#[derive(Clone, PartialEq, Eq)]
pub struct DeletionId(Box<str>);

/// A text that is no name of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be 32 hexadecimal digits")]
pub struct DeletionIdError;

impl DeletionId {
    /// The name of a new request, from two random numbers.
    pub fn drawn(one: u64, other: u64) -> Self {
        DeletionId(format!("{one:016x}{other:016x}").into())
    }

    /// Reads a name.
    pub fn new(text: &str) -> Result<Self, DeletionIdError> {
        let digit = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        if text.len() == 32 && text.bytes().all(digit) {
            Ok(DeletionId(text.into()))
        } else {
            Err(DeletionIdError)
        }
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for DeletionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DeletionId({})", self.0)
    }
}

/// A request that an account go on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeletionRequest {
    /// Its name.
    pub id: DeletionId,
    /// The creditor institution.
    pub ec: FiscalCode,
    /// Its account.
    pub iban: Iban,
    /// The day in Italy on which it is to go, in which this lies.
    pub scheduled: Timestamp,
    /// When that was asked.
    pub requested_at: Timestamp,
    /// How it ended, if it has.
    pub end: Option<DeletionEnd>,
}

/// How a request ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeletionEnd {
    /// What came of it.
    pub outcome: DeletionOutcome,
    /// When.
    pub at: Timestamp,
    /// Why it failed, in a sentence.
    pub reason: Option<String>,
}

/// What came of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeletionOutcome {
    /// The account is gone.
    Completed,
    /// It could not go.
    Failed,
    /// Its creditor thought better of it.
    Canceled,
}

/// What a request is now, derived from what has happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeletionState {
    /// Its day is still to come.
    Pending,
    /// Its day has come, and the account goes any moment.
    InProgress,
    /// It has ended.
    Ended(DeletionOutcome),
}

/// Why an account cannot be asked to go on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be tomorrow or later (Italian days)")]
pub struct DayNotAhead;

/// A request that is no longer pending cannot be called off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the request is no longer pending")]
pub struct NotPending;

impl DeletionRequest {
    /// Whether an account can be asked to go on the day of an instant.
    pub fn judge_day(scheduled: Timestamp, today: Date) -> Result<(), DayNotAhead> {
        if rome::day(scheduled) > today { Ok(()) } else { Err(DayNotAhead) }
    }

    /// What it is on a day in Italy.
    pub fn state(&self, today: Date) -> DeletionState {
        match &self.end {
            Some(end) => DeletionState::Ended(end.outcome),
            None if rome::day(self.scheduled) <= today => DeletionState::InProgress,
            None => DeletionState::Pending,
        }
    }

    /// The same, called off.
    pub fn canceled(&self, now: Timestamp) -> Result<DeletionRequest, NotPending> {
        match self.state(rome::day(now)) {
            DeletionState::Pending => Ok(self.ended(DeletionOutcome::Canceled, now, None)),
            DeletionState::InProgress | DeletionState::Ended(_) => Err(NotPending),
        }
    }

    /// The same, ended.
    pub fn ended(&self, outcome: DeletionOutcome, at: Timestamp, reason: Option<String>) -> DeletionRequest {
        DeletionRequest { end: Some(DeletionEnd { outcome, at, reason }), ..self.clone() }
    }
}

impl DeletionOutcome {
    /// All of them.
    pub const ALL: [DeletionOutcome; 3] =
        [DeletionOutcome::Completed, DeletionOutcome::Failed, DeletionOutcome::Canceled];

    /// The word under which it is stored.
    pub const fn word(self) -> &'static str {
        match self {
            DeletionOutcome::Completed => "completed",
            DeletionOutcome::Failed => "failed",
            DeletionOutcome::Canceled => "canceled",
        }
    }

    /// The outcome of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        DeletionOutcome::ALL.into_iter().find(|outcome| outcome.word() == word)
    }
}

impl DeletionState {
    /// All of them.
    pub const ALL: [DeletionState; 5] = [
        DeletionState::Pending,
        DeletionState::InProgress,
        DeletionState::Ended(DeletionOutcome::Completed),
        DeletionState::Ended(DeletionOutcome::Failed),
        DeletionState::Ended(DeletionOutcome::Canceled),
    ];

    /// The word of the back office.
    pub const fn word(self) -> &'static str {
        match self {
            DeletionState::Pending => "PENDING",
            DeletionState::InProgress => "IN_PROGRESS",
            DeletionState::Ended(DeletionOutcome::Completed) => "COMPLETED",
            DeletionState::Ended(DeletionOutcome::Failed) => "FAILED",
            DeletionState::Ended(DeletionOutcome::Canceled) => "CANCELED",
        }
    }

    /// The state of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        DeletionState::ALL.into_iter().find(|state| state.word() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn request() -> DeletionRequest {
        DeletionRequest {
            id: DeletionId::drawn(1, 2),
            ec: FiscalCode::new("77777777777").unwrap(),
            iban: Iban::new("IT60X0542811101000000123456").unwrap(),
            scheduled: at("2026-12-01T11:00:00Z"),
            requested_at: at("2026-11-22T11:00:00Z"),
            end: None,
        }
    }

    #[test]
    fn the_day_is_tomorrow_or_later() {
        let today = "2026-11-22".parse().unwrap();
        assert_eq!(DeletionRequest::judge_day(at("2026-11-22T22:59:59Z"), today), Err(DayNotAhead));
        assert_eq!(DeletionRequest::judge_day(at("2026-11-22T23:00:00Z"), today), Ok(()));
    }

    #[test]
    fn a_request_is_under_way_from_the_first_moment_of_its_day_and_then_cannot_be_called_off() {
        let (before, after) = (at("2026-11-30T22:59:59Z"), at("2026-11-30T23:00:00Z"));
        let request = request();
        assert_eq!(request.state(rome::day(before)), DeletionState::Pending);
        assert_eq!(request.state(rome::day(after)), DeletionState::InProgress);
        let canceled = request.canceled(before).unwrap();
        assert_eq!(canceled.state(rome::day(after)), DeletionState::Ended(DeletionOutcome::Canceled));
        assert_eq!(request.canceled(after), Err(NotPending));
        assert_eq!(canceled.canceled(before), Err(NotPending));
    }

    #[test]
    fn words_and_names_are_read_as_they_are_written() {
        for outcome in DeletionOutcome::ALL {
            assert_eq!(DeletionOutcome::from_word(outcome.word()), Some(outcome));
        }
        for state in DeletionState::ALL {
            assert_eq!(DeletionState::from_word(state.word()), Some(state));
        }
        let id = DeletionId::drawn(1, 2);
        assert_eq!(DeletionId::new(id.as_str()), Ok(id));
        assert_eq!(DeletionId::new("1"), Err(DeletionIdError));
    }
}

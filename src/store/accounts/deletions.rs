//! Accounts that are to go on a day.

use jiff::civil::Time;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use crate::domain::account::deletion::{DeletionEnd, DeletionId, DeletionOutcome, DeletionRequest};
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::governance::Conflict;
use crate::domain::iban::Iban;
use crate::domain::rome;
use crate::store::dialect::{for_both_engines, on_engine};
use crate::store::governance::Refused;
use crate::store::rows::{instant, optional_instant, read};
use crate::store::{Store, StoreError};

/// How many requests are carried out in one go.
const AT_ONCE: i64 = 64;

macro_rules! columns {
    () => {
        "id, ec, iban, scheduled_at, requested_at, outcome, ended_at, reason"
    };
}

#[derive(Debug, sqlx::FromRow)]
pub(super) struct DeletionRow {
    id: String,
    ec: String,
    iban: String,
    scheduled_at: i64,
    requested_at: i64,
    outcome: Option<String>,
    ended_at: Option<i64>,
    reason: Option<String>,
}

impl DeletionRow {
    fn read(self) -> Result<DeletionRequest, StoreError> {
        let corrupt = || StoreError::Corrupt { what: "outcome of a deletion" };
        let end = match (self.outcome, optional_instant(self.ended_at)?) {
            (Some(word), Some(at)) => {
                let outcome = DeletionOutcome::from_word(&word).ok_or_else(corrupt)?;
                Some(DeletionEnd { outcome, at, reason: self.reason })
            }
            (None, None) => None,
            _ => return Err(corrupt()),
        };
        Ok(DeletionRequest {
            id: read(DeletionId::new(&self.id), "name of a deletion")?,
            ec: read(FiscalCode::new(&self.ec), "fiscal code")?,
            iban: read(Iban::kept(&self.iban), "IBAN")?,
            scheduled: instant(self.scheduled_at)?,
            requested_at: instant(self.requested_at)?,
            end,
        })
    }
}

/// The form in which requests are proposed and audited.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct DeletionForm {
    id: String,
    ec: String,
    iban: String,
    scheduled: Timestamp,
    requested_at: Timestamp,
    outcome: Option<String>,
    ended_at: Option<Timestamp>,
    reason: Option<String>,
}

/// How a request is proposed.
pub fn deletion_form(request: &DeletionRequest) -> String {
    let end = request.end.as_ref();
    let form = DeletionForm {
        id: request.id.as_str().to_owned(),
        ec: request.ec.to_string(),
        iban: request.iban.to_string(),
        scheduled: request.scheduled,
        requested_at: request.requested_at,
        outcome: end.map(|end| end.outcome.word().to_owned()),
        ended_at: end.map(|end| end.at),
        reason: end.and_then(|end| end.reason.clone()),
    };
    // Texts and instants: there is nothing in it that JSON could not hold.
    serde_json::to_string(&form).unwrap_or_default()
}

/// The request that a form tells of.
pub fn deletion_of_form(json: &str) -> Result<DeletionRequest, StoreError> {
    row_of(json)?.read()
}

fn row_of(json: &str) -> Result<DeletionRow, StoreError> {
    let form: DeletionForm = read(serde_json::from_str(json), "deletion of a proposal")?;
    Ok(DeletionRow {
        id: form.id,
        ec: form.ec,
        iban: form.iban,
        scheduled_at: form.scheduled.as_microsecond(),
        requested_at: form.requested_at.as_microsecond(),
        outcome: form.outcome,
        ended_at: form.ended_at.map(Timestamp::as_microsecond),
        reason: form.reason,
    })
}

/// The name that proposals give a request.
pub fn deletion_target(request: &DeletionRequest) -> String {
    format!("{}/{}", request.ec, request.id.as_str())
}

fn parts(target: &str) -> Result<(&str, &str), Refused> {
    Ok(target.split_once('/').ok_or(StoreError::Corrupt { what: "name of a deletion" })?)
}

impl Store {
    /// The requests of a creditor institution, the latest first.
    pub async fn deletions_of(&self, ec: &FiscalCode) -> Result<Vec<DeletionRequest>, StoreError> {
        let rows = on_engine!(&self.pools, read, |pool, engine| engine::of_institution(pool, ec).await);
        let rows = rows.map_err(StoreError::during("deletions_of"))?;
        rows.into_iter().map(DeletionRow::read).collect()
    }

    /// Some requests that have not ended though their day has come, the oldest first.
    pub async fn due_deletions(&self, now: Timestamp) -> Result<Vec<DeletionRequest>, StoreError> {
        // The first instant of the next day in Italy; there is one before the end of time.
        let next = rome::day(now).saturating_add(1.day()).to_datetime(Time::midnight());
        let before = rome::instant(next).unwrap_or(now);
        let rows = on_engine!(&self.pools, read, |pool, engine| engine::due(pool, before).await);
        let rows = rows.map_err(StoreError::during("due_deletions"))?;
        rows.into_iter().map(DeletionRow::read).collect()
    }
}

fn conflict(code: &'static str, why: &'static str) -> Refused {
    Conflict::new(code, why).into()
}

for_both_engines! {
    pub(super) async fn of_institution(pool: &Pool, ec: &FiscalCode) -> Result<Vec<DeletionRow>, sqlx::Error> {
        const OF_INSTITUTION: &str = concat!(
            "SELECT ",
            columns!(),
            " FROM iban_deletion WHERE ec = $1 AND requested_at <> 0 ORDER BY requested_at DESC, id"
        );
        sqlx::query_as(OF_INSTITUTION).bind(ec.as_str()).fetch_all(pool).await
    }

    pub(super) async fn due(pool: &Pool, before: Timestamp) -> Result<Vec<DeletionRow>, sqlx::Error> {
        const DUE: &str = concat!(
            "SELECT ",
            columns!(),
            " FROM iban_deletion WHERE outcome IS NULL AND scheduled_at < $1 ORDER BY scheduled_at, id LIMIT $2"
        );
        sqlx::query_as(DUE).bind(before.as_microsecond()).bind(AT_ONCE).fetch_all(pool).await
    }

    /// How a request is now.
    pub(in crate::store) async fn read_deletion(
        connection: &mut Connection,
        target: &str,
    ) -> Result<Option<String>, Refused> {
        const ONE: &str = concat!("SELECT ", columns!(), " FROM iban_deletion WHERE ec = $1 AND id = $2");
        let (ec, id) = parts(target)?;
        let row: Option<DeletionRow> =
            sqlx::query_as(ONE).bind(ec).bind(id).fetch_optional(connection).await?;
        let request = row.map(DeletionRow::read).transpose()?;
        Ok(request.as_ref().map(deletion_form))
    }

    /// Makes a request, or ends one that is open.
    pub(in crate::store) async fn write_deletion(
        connection: &mut Connection,
        target: &str,
        wanted: Option<&str>,
    ) -> Result<(), Refused> {
        let Some(json) = wanted else {
            return Err(conflict("kept", "A request stays on record: it can be called off."));
        };
        let (ec, id) = parts(target)?;
        let wanted = row_of(json)?;
        let known: Option<i32> = sqlx::query_scalar("SELECT 1 FROM iban_deletion WHERE id = $1")
            .bind(id)
            .fetch_optional(&mut *connection)
            .await?;
        if known.is_none() {
            return add_deletion(connection, (ec, id), &wanted).await;
        }
        let ended = sqlx::query(
            "UPDATE iban_deletion SET outcome = $3, ended_at = $4, reason = $5 \
             WHERE ec = $1 AND id = $2 AND outcome IS NULL",
        )
        .bind(ec)
        .bind(id)
        .bind(&wanted.outcome)
        .bind(wanted.ended_at)
        .bind(&wanted.reason)
        .execute(connection)
        .await?;
        if ended.rows_affected() == 0 {
            return Err(conflict("deletion_not_pending", "The request is no longer pending."));
        }
        Ok(())
    }

    async fn add_deletion(
        connection: &mut Connection,
        (ec, id): (&str, &str),
        wanted: &DeletionRow,
    ) -> Result<(), Refused> {
        let open: Option<i32> =
            sqlx::query_scalar("SELECT 1 FROM iban_deletion WHERE ec = $1 AND iban = $2 AND outcome IS NULL")
                .bind(ec)
                .bind(&wanted.iban)
                .fetch_optional(&mut *connection)
                .await?;
        if open.is_some() {
            let why = "The account is already to be deleted on a day: call that request off first.";
            return Err(conflict("deletion_pending", why));
        }
        sqlx::query(
            "INSERT INTO iban_deletion (id, ec, iban, scheduled_at, requested_at) VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(id)
        .bind(ec)
        .bind(&wanted.iban)
        .bind(wanted.scheduled_at)
        .bind(wanted.requested_at)
        .execute(connection)
        .await?;
        Ok(())
    }
}

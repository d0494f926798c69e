//! Which secret signs what a calculator is asked, as a thing that is proposed, carried out and audited.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::form::{conflict, offering_parts};
use crate::domain::catalogue::ids::ServiceId;
use crate::domain::catalogue::price::SecretNumber;
use crate::domain::fiscal_code::FiscalCode;
use crate::store::catalogue;
use crate::store::dialect::{for_both_engines, on_engine};
use crate::store::governance::Refused;
use crate::store::rows::{optional_instant, read as readable};
use crate::store::{Store, StoreError};

/// The most that a secret signs beside the one that follows it: a week.
const OVERLAP_MAX: SignedDuration = SignedDuration::from_hours(168);

/// The form of a proposal.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SecretForm {
    number: i64,
    /// For how long the one before it signs too, from when the proposal is carried out.
    overlap_hours: i64,
}

const ONE: &str = "SELECT number, previous_until FROM calculator_secret WHERE ec = $1 AND service = $2";

const PUT: &str = "INSERT INTO calculator_secret (ec, service, number, previous_until, updated_at) \
    VALUES ($1, $2, $3, $4, $5) ON CONFLICT (ec, service) DO UPDATE SET number = excluded.number, \
    previous_until = excluded.previous_until, updated_at = excluded.updated_at";

/// How the secret of that number is proposed.
pub fn secret_form(number: i64, overlap_hours: i64) -> String {
    // Two numbers: there is nothing in it that JSON could not hold.
    serde_json::to_string(&SecretForm { number, overlap_hours }).unwrap_or_default()
}

impl Store {
    /// Which secret of an offering signs what its calculator is asked; none until somebody asked for one.
    pub async fn calculator_secret(
        &self,
        ec: &FiscalCode,
        service: &ServiceId,
    ) -> Result<Option<SecretNumber>, StoreError> {
        let found = on_engine!(&self.pools, read, |pool, engine| engine::secret(pool, (ec, service)).await);
        let found: Option<(i64, Option<i64>)> = found.map_err(StoreError::during("calculator_secret"))?;
        let Some((current, previous_until)) = found else { return Ok(None) };
        Ok(Some(SecretNumber { current, previous_until: optional_instant(previous_until)? }))
    }
}

for_both_engines! {
    [catalogue]

    pub(super) async fn secret(
        pool: &Pool,
        (ec, service): (&FiscalCode, &ServiceId),
    ) -> Result<Option<(i64, Option<i64>)>, sqlx::Error> {
        sqlx::query_as(ONE).bind(ec.as_str()).bind(service.as_str()).fetch_optional(pool).await
    }

    /// Which secret of an offering signs now.
    pub(in crate::store) async fn read_secret(
        connection: &mut Connection,
        target: &str,
    ) -> Result<Option<String>, Refused> {
        let (ec, service) = offering_parts(target)?;
        let found: Option<(i64, Option<i64>)> =
            sqlx::query_as(ONE).bind(ec).bind(service).fetch_optional(connection).await?;
        Ok(found.map(|(number, _)| secret_form(number, 0)))
    }

    /// Lets the next secret of an offering sign. One that was handed out once is never taken back into use.
    pub(in crate::store) async fn write_secret(
        connection: &mut Connection,
        target: &str,
        form: Option<&str>,
        at: Timestamp,
    ) -> Result<(), Refused> {
        let (ec, service) = offering_parts(target)?;
        let Some(form) = form else {
            return Err(conflict("secret_fixed", "The secret of a calculator gives way to the next one only."));
        };
        let form: SecretForm = readable(serde_json::from_str(form), "secret of a proposal")?;
        let offered: Option<i64> =
            sqlx::query_scalar("SELECT CAST(1 AS BIGINT) FROM offering WHERE ec = $1 AND service = $2")
                .bind(ec)
                .bind(service)
                .fetch_optional(&mut *connection)
                .await?;
        if offered.is_none() {
            return Err(conflict("unknown_offering", "The creditor institution does not offer the service."));
        }
        let found: Option<(i64, Option<i64>)> =
            sqlx::query_as(ONE).bind(ec).bind(service).fetch_optional(&mut *connection).await?;
        let current = found.map_or(0, |(number, _)| number);
        if form.number != current + 1 {
            return Err(conflict("changed_since", "Another secret was made since this one was asked for."));
        }
        let overlap = SignedDuration::from_hours(form.overlap_hours.max(0)).min(OVERLAP_MAX);
        let until = (current > 0 && !overlap.is_zero()).then(|| at.saturating_add(overlap).unwrap_or(at));
        sqlx::query(PUT)
            .bind(ec)
            .bind(service)
            .bind(form.number)
            .bind(until.map(Timestamp::as_microsecond))
            .bind(at.as_microsecond())
            .execute(connection)
            .await?;
        Ok(())
    }
}

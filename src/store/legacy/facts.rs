//! What is known of an attempt, gathered from the rows that hang on it.

use crate::domain::routing::attempt::{AttemptFacts, RtFacts, RtOutcome};
use crate::store::StoreError;
use crate::store::dialect::for_both_engines;
use crate::store::rows::{instant, optional_instant};

use super::attempt::AttemptRow;

#[derive(sqlx::FromRow)]
pub(super) struct RtFactRow {
    outcome: String,
    made_at: i64,
    taken_at: Option<i64>,
    refused_at: Option<i64>,
}

impl RtFactRow {
    fn read(&self) -> Result<RtFacts, StoreError> {
        Ok(RtFacts {
            outcome: RtOutcome::from_word(&self.outcome)
                .ok_or(StoreError::Corrupt { what: "outcome of an RT" })?,
            made_at: instant(self.made_at)?,
            taken_at: optional_instant(self.taken_at)?,
            refused_at: optional_instant(self.refused_at)?,
        })
    }
}

/// The RPT of an institution under an attempt.
const RPT_AT: &str = "SELECT MIN(received_at) FROM legacy_rpt \
    WHERE iuv = $1 AND issuer = $2 AND attempt_no = $3 AND ec = $4";

const RTS: &str = "SELECT outcome, made_at, taken_at, refused_at FROM legacy_rt \
    WHERE iuv = $1 AND issuer = $2 AND attempt_no = $3 AND ec = $4 ORDER BY made_at, ccp";

/// A receipt belongs to the attempt that was begun last before it came.
const PAID_AT: &str = "SELECT MIN(received_at) FROM receipt WHERE notice_number = $1 AND ec = $2 AND issuer = $2 \
    AND executed AND received_at >= $3 AND received_at < COALESCE((SELECT MIN(began_at) FROM legacy_attempt \
    WHERE ec = $2 AND iuv = $4 AND attempt_no > $5), 9223372036854775807)";

for_both_engines! {
    /// What is known of an attempt, for the institution `ec` that takes part in it.
    pub(in crate::store) async fn facts_of(
        connection: &mut Connection,
        attempt: &AttemptRow,
        ec: &str,
    ) -> Result<AttemptFacts, StoreError> {
        let failed = || StoreError::during("legacy_attempt");
        let rpt_at: Option<i64> = sqlx::query_scalar(RPT_AT)
            .bind(&attempt.iuv)
            .bind(&attempt.ec)
            .bind(attempt.attempt_no)
            .bind(ec)
            .fetch_one(&mut *connection)
            .await
            .map_err(failed())?;
        let rts: Vec<RtFactRow> = sqlx::query_as(RTS)
            .bind(&attempt.iuv)
            .bind(&attempt.ec)
            .bind(attempt.attempt_no)
            .bind(ec)
            .fetch_all(&mut *connection)
            .await
            .map_err(failed())?;
        let paid_at: Option<i64> = sqlx::query_scalar(PAID_AT)
            .bind(&attempt.notice_number)
            .bind(&attempt.ec)
            .bind(attempt.began_at)
            .bind(&attempt.iuv)
            .bind(attempt.attempt_no)
            .fetch_one(connection)
            .await
            .map_err(failed())?;
        Ok(AttemptFacts {
            asked_at: optional_instant(attempt.asked_at)?,
            answered_at: optional_instant(attempt.answered_at)?,
            rpt_at: optional_instant(rpt_at)?,
            paid_at: optional_instant(paid_at)?,
            rts: rts.iter().map(RtFactRow::read).collect::<Result<_, _>>()?,
        })
    }
}

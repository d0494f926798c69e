//! Attempts as people see them, and RPTs as their partner asks for them.

use jiff::Timestamp;

use crate::domain::fiscal_code::FiscalCode;
use crate::domain::routing::PartnerId;
use crate::domain::routing::attempt::AttemptFacts;
use crate::store::dialect::{for_both_engines, on_engine};
use crate::store::rows::read;
use crate::store::{Store, StoreError};

use super::attempt::{AttemptRow, LegacyAttempt, attempt_columns};
use super::{AttemptName, RptName, facts};

/// Which attempts of a creditor institution are asked for.
#[derive(Clone, Debug)]
pub struct AttemptQuery {
    /// The creditor institution that issued the notices.
    pub ec: FiscalCode,
    /// Only those that began before this place.
    pub after: Option<AttemptPlace>,
    /// How many.
    pub limit: u32,
}

/// Where an attempt stands in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttemptPlace {
    /// When it began.
    pub began_at: Timestamp,
    /// Its reference.
    pub iuv: String,
    /// Its number.
    pub number: i64,
}

/// A page of attempts, and where the next one begins if there is one.
pub type AttemptPage = (Vec<LegacyAttempt>, Option<AttemptPlace>);

/// Which RPTs a partner asks for that are not done with.
#[derive(Clone, Debug)]
pub struct PendingQuery {
    /// The partner.
    pub partner: PartnerId,
    /// Only those of this creditor institution.
    pub ec: Option<FiscalCode>,
    /// From when on they came.
    pub from: Timestamp,
    /// Until when, that instant included.
    pub until: Timestamp,
    /// How many.
    pub limit: u32,
}

/// An RPT whose RT the partner does not have yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    /// Its key.
    pub name: RptName,
    /// What is known of its attempt.
    pub facts: AttemptFacts,
}

#[derive(sqlx::FromRow)]
pub(super) struct PendingRow {
    rpt_ec: String,
    rpt_ccp: String,
    #[sqlx(flatten)]
    attempt: AttemptRow,
}

/// The page of an institution, the latest first.
pub(in crate::store) const ATTEMPTS: &str = concat!(
    "SELECT ",
    attempt_columns!(),
    " FROM legacy_attempt a WHERE a.ec = $1 AND a.began_at <> 0 \
     AND (a.began_at, a.iuv, a.attempt_no) < ($2, $3, $4) \
     ORDER BY a.began_at DESC, a.iuv DESC, a.attempt_no DESC LIMIT $5"
);

pub(in crate::store) const PENDING: &str = concat!(
    "SELECT r.ec AS rpt_ec, r.ccp AS rpt_ccp, ",
    attempt_columns!(),
    " FROM legacy_rpt r JOIN legacy_attempt a ON a.ec = r.issuer AND a.iuv = r.iuv AND a.attempt_no = r.attempt_no \
     WHERE r.partner = $1 AND r.settled_at IS NULL AND r.received_at >= $2 AND r.received_at <= $3 \
     AND ($4 = '' OR r.ec = $4) ORDER BY r.received_at, r.ec, r.iuv, r.ccp LIMIT $5"
);

const OF_RPT: &str = concat!(
    "SELECT ",
    attempt_columns!(),
    " FROM legacy_rpt r JOIN legacy_attempt a ON a.ec = r.issuer AND a.iuv = r.iuv AND a.attempt_no = r.attempt_no \
     WHERE r.ec = $1 AND r.iuv = $2 AND r.ccp = $3"
);

const NAMED: &str = concat!(
    "SELECT ",
    attempt_columns!(),
    " FROM legacy_attempt a WHERE a.ec = $1 AND a.iuv = $2 AND a.attempt_no = $3"
);

const OF_CCP: &str = concat!(
    "SELECT ",
    attempt_columns!(),
    " FROM legacy_attempt a WHERE a.ec = $1 AND a.iuv = $2 AND a.ccp = $3"
);

impl Store {
    /// The attempts of a creditor institution, the latest first.
    pub async fn attempts(&self, query: &AttemptQuery) -> Result<AttemptPage, StoreError> {
        let mut found = on_engine!(&self.pools, read, |pool, engine| engine::page(pool, query).await)?;
        let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
        let more = found.len() > limit;
        found.truncate(limit);
        let place = |last: &LegacyAttempt| AttemptPlace {
            began_at: last.began_at,
            iuv: last.name.iuv.clone(),
            number: last.name.number,
        };
        let next = found.last().filter(|_| more).map(place);
        Ok((found, next))
    }

    /// The RPTs of a partner whose RT it does not have yet, the earliest first.
    pub async fn pending_rpts(&self, query: &PendingQuery) -> Result<Vec<Pending>, StoreError> {
        on_engine!(&self.pools, read, |pool, engine| engine::pending(pool, query).await)
    }

    /// The attempt of that name.
    pub async fn attempt(&self, name: &AttemptName) -> Result<Option<LegacyAttempt>, StoreError> {
        on_engine!(&self.pools, read, |pool, engine| engine::named(pool, name).await)
    }

    /// The attempt that a partner names by the key of an RPT that belongs to it or will; what is known of it is
    /// what concerns the institution of that key.
    pub async fn attempt_of_rpt(&self, name: &RptName) -> Result<Option<LegacyAttempt>, StoreError> {
        on_engine!(&self.pools, read, |pool, engine| engine::of_key(pool, name).await)
    }
}

for_both_engines! {
    [facts]

    pub(super) async fn page(pool: &Pool, query: &AttemptQuery) -> Result<Vec<LegacyAttempt>, StoreError> {
        let failed = || StoreError::during("attempts");
        let mut tx = begin(pool, BEGIN_SNAPSHOT).await.map_err(failed())?;
        let (began_at, iuv, number) = match &query.after {
            Some(place) => (place.began_at.as_microsecond(), place.iuv.as_str(), place.number),
            None => (i64::MAX, "", 0),
        };
        let rows: Vec<AttemptRow> = sqlx::query_as(ATTEMPTS)
            .bind(query.ec.as_str())
            .bind(began_at)
            .bind(iuv)
            .bind(number)
            .bind(i64::from(query.limit) + 1)
            .fetch_all(&mut *tx)
            .await
            .map_err(failed())?;
        let mut attempts = Vec::with_capacity(rows.len());
        for row in rows {
            let facts = facts_of(&mut tx, &row, &row.ec).await?;
            attempts.push(row.read(facts)?);
        }
        Ok(attempts)
    }

    pub(super) async fn pending(pool: &Pool, query: &PendingQuery) -> Result<Vec<Pending>, StoreError> {
        let failed = || StoreError::during("pending_rpts");
        let mut tx = begin(pool, BEGIN_SNAPSHOT).await.map_err(failed())?;
        let rows: Vec<PendingRow> = sqlx::query_as(PENDING)
            .bind(query.partner.as_str())
            .bind(query.from.as_microsecond())
            .bind(query.until.as_microsecond())
            .bind(query.ec.as_ref().map_or("", FiscalCode::as_str))
            .bind(i64::from(query.limit))
            .fetch_all(&mut *tx)
            .await
            .map_err(failed())?;
        let mut pending = Vec::with_capacity(rows.len());
        for PendingRow { rpt_ec, rpt_ccp, attempt } in rows {
            let facts = facts_of(&mut tx, &attempt, &rpt_ec).await?;
            let ec = read(FiscalCode::new(&rpt_ec), "fiscal code")?;
            pending.push(Pending { name: RptName { ec, iuv: attempt.iuv, ccp: rpt_ccp }, facts });
        }
        Ok(pending)
    }

    pub(super) async fn named(pool: &Pool, name: &AttemptName) -> Result<Option<LegacyAttempt>, StoreError> {
        let failed = || StoreError::during("attempt");
        let mut tx = begin(pool, BEGIN_SNAPSHOT).await.map_err(failed())?;
        let row: Option<AttemptRow> = sqlx::query_as(NAMED)
            .bind(name.ec.as_str())
            .bind(&name.iuv)
            .bind(name.number)
            .fetch_optional(&mut *tx)
            .await
            .map_err(failed())?;
        let Some(row) = row else { return Ok(None) };
        let facts = facts_of(&mut tx, &row, &row.ec).await?;
        row.read(facts).map(Some)
    }

    pub(super) async fn of_key(pool: &Pool, name: &RptName) -> Result<Option<LegacyAttempt>, StoreError> {
        let failed = || StoreError::during("attempt_of_rpt");
        let mut tx = begin(pool, BEGIN_SNAPSHOT).await.map_err(failed())?;
        for statement in [OF_RPT, OF_CCP] {
            let row: Option<AttemptRow> = sqlx::query_as(statement)
                .bind(name.ec.as_str())
                .bind(&name.iuv)
                .bind(&name.ccp)
                .fetch_optional(&mut *tx)
                .await
                .map_err(failed())?;
            if let Some(row) = row {
                let facts = facts_of(&mut tx, &row, name.ec.as_str()).await?;
                return row.read(facts).map(Some);
            }
        }
        Ok(None)
    }
}

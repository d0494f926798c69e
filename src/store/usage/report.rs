//! The usage of a month, from the facts: for each institution three statements that walk the month alone.

use crate::domain::fiscal_code::FiscalCode;
use crate::domain::usage::{Answers, Month, Tally, Usage, UsageOf};
use crate::store::dialect::{for_both_engines, on_engine};
use crate::store::rows::read;
use crate::store::{Store, StoreError};

/// Of one institution, or of all.
const INSTITUTIONS: &str = "SELECT ec, name FROM creditor_institution WHERE $1 = '' OR ec = $1 ORDER BY ec";

/// Those that the stations of a broker serve, or were called for in the month.
const SERVED: &str = "SELECT c.ec, c.name FROM creditor_institution c WHERE c.ec IN \
    (SELECT l.ec FROM station s JOIN station_link l ON l.station = s.station WHERE s.broker = $1 \
    UNION SELECT u.ec FROM usage_call u WHERE u.broker = $1 AND u.day >= $2 AND u.day <= $3 AND u.calls > 0) \
    ORDER BY c.ec";

/// Positions and notices created between two instants; of those whose numbers a broker's stations serve, if
/// one is named.
pub(in crate::store) const NOTICES: &str = "SELECT COUNT(DISTINCT p.iupd), COUNT(*), \
    CAST(COALESCE(SUM(n.amount), 0) AS BIGINT) \
    FROM position p JOIN notice n ON n.ec = p.ec AND n.iupd = p.iupd \
    WHERE p.ec = $1 AND p.created_at >= $2 AND p.created_at < $3 AND p.created_at <> 0 \
    AND ($4 = '' OR EXISTS (SELECT 1 FROM station_link l JOIN station s ON s.station = l.station \
    WHERE l.ec = n.ec AND l.aux_digit = CAST(SUBSTR(n.notice_number, 1, 1) AS BIGINT) \
    AND l.code = CASE WHEN SUBSTR(n.notice_number, 1, 1) IN ('0', '3') \
    THEN SUBSTR(n.notice_number, 2, 2) ELSE '' END AND s.broker = $4))";

/// Receipts paid between two instants, by how and for whom they were paid; those that came after the second
/// instant again, by themselves.
pub(in crate::store) const PAYMENTS: &str = "SELECT r.method, \
    CAST(CASE WHEN r.issuer = r.ec THEN 1 ELSE 0 END AS BIGINT), COUNT(*), CAST(SUM(r.amount) AS BIGINT), \
    CAST(SUM(CASE WHEN r.received_at >= $3 THEN 1 ELSE 0 END) AS BIGINT), \
    CAST(SUM(CASE WHEN r.received_at >= $3 THEN r.amount ELSE 0 END) AS BIGINT) \
    FROM receipt r WHERE r.ec = $1 AND COALESCE(r.paid_at, r.received_at) >= $2 \
    AND COALESCE(r.paid_at, r.received_at) < $3 AND r.primitive <> '' AND r.executed = TRUE \
    AND ($4 = '' OR r.broker = $4) GROUP BY 1, 2 ORDER BY 1, 2";

/// Calls on a span of days, by primitive.
const CALLS: &str = "SELECT primitive, CAST(SUM(calls) AS BIGINT), CAST(SUM(within) AS BIGINT) \
    FROM usage_call WHERE ec = $1 AND day >= $2 AND day <= $3 AND ($4 = '' OR broker = $4) \
    GROUP BY primitive ORDER BY primitive";

#[derive(Debug)]
pub(in crate::store) struct Rows {
    ec: String,
    name: String,
    notices: (i64, i64, i64),
    payments: Vec<Payments>,
    calls: Vec<(String, i64, i64)>,
}

/// How they were paid, whether they are of the institution's own notices, how many with how much; and the
/// same of those that came late.
type Payments = (Option<String>, i64, i64, i64, i64, i64);

impl Store {
    /// What was done in a month for those that are asked for, each with whatever there is, in the order of
    /// their codes. Of a broker it is what its own stations did, and nothing of anybody else's.
    pub async fn usage(&self, of: &UsageOf, month: &Month) -> Result<Vec<Usage>, StoreError> {
        let rows = on_engine!(&self.pools, read, |pool, engine| engine::usage(pool, of, month).await);
        rows.map_err(StoreError::during("usage"))?.into_iter().map(parse).collect()
    }
}

fn parse(rows: Rows) -> Result<Usage, StoreError> {
    let corrupt = |_| StoreError::Corrupt { what: "sum" };
    let number = |value: i64| u64::try_from(value).map_err(corrupt);
    let tally = |count: i64, cents: i64| Ok::<_, StoreError>(Tally { count: number(count)?, cents });
    let mut usage = Usage::nothing(read(FiscalCode::new(&rows.ec), "fiscal code")?, rows.name);
    let (positions, notices, amount) = rows.notices;
    usage.positions = number(positions)?;
    usage.notices = tally(notices, amount)?;
    for (method, own, count, cents, late, late_cents) in rows.payments {
        if own == 1 {
            usage.payments.push((method, tally(count, cents)?));
            usage.late = usage.late.and(tally(late, late_cents)?);
        } else {
            usage.as_beneficiary += number(count)?;
        }
    }
    for (primitive, calls, within) in rows.calls {
        usage.answers.push((primitive, Answers { calls: number(calls)?, within: number(within)? }));
    }
    Ok(usage)
}

for_both_engines! {
    pub(in crate::store) async fn usage(pool: &Pool, of: &UsageOf, month: &Month) -> Result<Vec<Rows>, sqlx::Error> {
        let mut tx = begin(pool, BEGIN_SNAPSHOT).await?;
        let (first, last) = (month.first_day().to_string(), month.last_day().to_string());
        let (institutions, broker): (Vec<(String, String)>, &str) = match of {
            UsageOf::Institution(ec) => {
                (sqlx::query_as(INSTITUTIONS).bind(ec.as_str()).fetch_all(&mut *tx).await?, "")
            }
            UsageOf::Everybody => (sqlx::query_as(INSTITUTIONS).bind("").fetch_all(&mut *tx).await?, ""),
            UsageOf::Broker(broker) => {
                let served = sqlx::query_as(SERVED).bind(broker.as_str()).bind(&first).bind(&last);
                (served.fetch_all(&mut *tx).await?, broker.as_str())
            }
        };
        let mut all = Vec::with_capacity(institutions.len());
        let (from, until) = (month.from().as_microsecond(), month.until().as_microsecond());
        for (ec, name) in institutions {
            let notices = sqlx::query_as(NOTICES).bind(&ec).bind(from).bind(until).bind(broker);
            let notices = notices.fetch_one(&mut *tx).await?;
            let payments = sqlx::query_as(PAYMENTS).bind(&ec).bind(from).bind(until).bind(broker);
            let payments = payments.fetch_all(&mut *tx).await?;
            let calls = sqlx::query_as(CALLS).bind(&ec).bind(&first).bind(&last).bind(broker);
            let calls = calls.fetch_all(&mut *tx).await?;
            all.push(Rows { ec, name, notices, payments, calls });
        }
        tx.commit().await?;
        Ok(all)
    }
}

//! RPTs as they came: once under their key, in one transaction with the others of their cart.

use jiff::Timestamp;

use crate::domain::amount::Cents;
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::ids::{BrokerCode, StationCode};
use crate::domain::notice_number::NoticeNumber;
use crate::domain::routing::PartnerId;
use crate::domain::routing::attempt::Ccp;
use crate::store::dialect::{for_both_engines, on_engine};
use crate::store::positions::{is_unique_violation, until_no_conflict};
use crate::store::rows::{instant, read};
use crate::store::{Store, StoreError};

use super::{AttemptName, RptName};

/// An RPT to be kept.
#[derive(Clone, Debug)]
pub struct NewRpt {
    /// Its key.
    pub name: RptName,
    /// The partner that sent it.
    pub partner: PartnerId,
    /// The cart that it came in.
    pub cart: Option<String>,
    /// What is to be paid by it.
    pub amount: Cents,
    /// As received.
    pub body: Vec<u8>,
}

/// What an attempt is that a partner begins by its RPTs.
#[derive(Clone, Debug)]
pub struct BegunByPartner {
    /// The institution that issued the notice, and its reference.
    pub issuer: (FiscalCode, String),
    /// The name that the partner gave it.
    pub ccp: Ccp,
    /// The notice that it is paid by.
    pub notice: NoticeNumber,
    /// The broker and the station of the RPT.
    pub through: (BrokerCode, StationCode),
}

/// What became of RPTs that were to be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeptRpts {
    /// They were kept now.
    Now,
    /// They are the ones that were kept before.
    Before,
    /// Another one is kept under one of their keys.
    Taken,
}

/// An RPT as it is kept.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredRpt {
    /// Its key.
    pub name: RptName,
    /// The attempt that it belongs to.
    pub attempt: AttemptName,
    /// The partner that sent it.
    pub partner: String,
    /// The cart that it came in.
    pub cart: Option<String>,
    /// When it came.
    pub received_at: Timestamp,
    /// As received. It names people, so that an RPT has no `Debug`.
    pub body: Vec<u8>,
}

#[derive(sqlx::FromRow)]
pub(super) struct RptRow {
    ec: String,
    iuv: String,
    ccp: String,
    issuer: String,
    attempt_no: i64,
    partner: String,
    cart: Option<String>,
    received_at: i64,
    body: Vec<u8>,
}

impl RptRow {
    pub(super) fn read(self) -> Result<StoredRpt, StoreError> {
        Ok(StoredRpt {
            attempt: AttemptName {
                ec: read(FiscalCode::new(&self.issuer), "fiscal code")?,
                iuv: self.iuv.clone(),
                number: self.attempt_no,
            },
            name: RptName {
                ec: read(FiscalCode::new(&self.ec), "fiscal code")?,
                iuv: self.iuv,
                ccp: self.ccp,
            },
            partner: self.partner,
            cart: self.cart,
            received_at: instant(self.received_at)?,
            body: self.body,
        })
    }
}

macro_rules! rpt_columns {
    () => {
        "r.ec, r.iuv, r.ccp, r.issuer, r.attempt_no, r.partner, r.cart, r.received_at, r.body"
    };
}

/// Why RPTs were not kept: a rule of the table, or the database.
enum Refused {
    Unique,
    Store(StoreError),
}

impl Refused {
    fn is_conflict(&self) -> bool {
        match self {
            // Another one wrote the same key: it is there to be seen now.
            Refused::Unique => true,
            Refused::Store(error) => error.is_conflict(),
        }
    }
}

impl From<sqlx::Error> for Refused {
    fn from(error: sqlx::Error) -> Self {
        if is_unique_violation(&error) {
            Refused::Unique
        } else {
            Refused::Store(StoreError::Database { during: "keep_rpts", source: error })
        }
    }
}

impl Store {
    /// Keeps the RPTs of an attempt that the node began.
    pub async fn keep_rpts(
        &self,
        attempt: &AttemptName,
        rpts: &[NewRpt],
        at: Timestamp,
    ) -> Result<KeptRpts, StoreError> {
        let kept = until_no_conflict!(on_engine!(&self.pools, write, |pool, engine| {
            engine::keep(pool, attempt, (rpts, at)).await
        }));
        kept.map_err(stored)
    }

    /// Keeps RPTs that nobody asked for, with the attempt that they begin.
    pub async fn begin_by_rpts(
        &self,
        begun: &BegunByPartner,
        rpts: &[NewRpt],
        at: Timestamp,
    ) -> Result<KeptRpts, StoreError> {
        let kept = until_no_conflict!(on_engine!(&self.pools, write, |pool, engine| {
            engine::keep_begun(pool, begun, (rpts, at)).await
        }));
        kept.map_err(stored)
    }

    /// Whether RPTs are the ones that are kept: nothing is written, so that one that is not there is refused.
    pub async fn kept_rpts(&self, rpts: &[NewRpt]) -> Result<KeptRpts, StoreError> {
        for rpt in rpts {
            match self.rpt(&rpt.name).await? {
                Some(kept) if kept.body == rpt.body => {}
                Some(_) | None => return Ok(KeptRpts::Taken),
            }
        }
        Ok(KeptRpts::Before)
    }

    /// The RPT of that key.
    pub async fn rpt(&self, name: &RptName) -> Result<Option<StoredRpt>, StoreError> {
        let row = on_engine!(&self.pools, read, |pool, engine| engine::one_rpt(pool, name).await);
        row.map_err(StoreError::during("rpt"))?.map(RptRow::read).transpose()
    }

    /// The RPTs of an attempt, that of the issuer of the notice first.
    pub async fn rpts_of_attempt(&self, attempt: &AttemptName) -> Result<Vec<StoredRpt>, StoreError> {
        let rows = on_engine!(&self.pools, read, |pool, engine| engine::of_attempt(pool, attempt).await);
        let rows = rows.map_err(StoreError::during("rpts_of_attempt"))?;
        let mut rpts: Vec<StoredRpt> = rows.into_iter().map(RptRow::read).collect::<Result<_, _>>()?;
        rpts.sort_by_key(|rpt| (rpt.name.ec != attempt.ec, rpt.name.ec.clone()));
        Ok(rpts)
    }

    /// RPTs that came by an instant and have no RT yet, the earliest first; those behind one of them.
    pub async fn open_rpts(
        &self,
        by: Timestamp,
        after: Option<&StoredRpt>,
        most: u32,
    ) -> Result<Vec<StoredRpt>, StoreError> {
        let rows = on_engine!(&self.pools, read, |pool, engine| engine::open(pool, by, after, most).await);
        rows.map_err(StoreError::during("open_rpts"))?.into_iter().map(RptRow::read).collect()
    }
}

fn stored(refused: Refused) -> StoreError {
    match refused {
        Refused::Unique => StoreError::Beaten,
        Refused::Store(error) => error,
    }
}

pub(in crate::store) const RPT: &str =
    concat!("SELECT ", rpt_columns!(), " FROM legacy_rpt r WHERE r.ec = $1 AND r.iuv = $2 AND r.ccp = $3");

pub(in crate::store) const RPTS_OF_ATTEMPT: &str = concat!(
    "SELECT ",
    rpt_columns!(),
    " FROM legacy_rpt r WHERE r.iuv = $1 AND r.issuer = $2 AND r.attempt_no = $3"
);

pub(in crate::store) const OPEN_RPTS: &str = concat!(
    "SELECT ",
    rpt_columns!(),
    " FROM legacy_rpt r WHERE r.closed_at IS NULL AND r.received_at <= $1 AND r.received_at >= $2 \
     AND (r.received_at, r.ec, r.iuv, r.ccp) > ($2, $3, $4, $5) \
     ORDER BY r.received_at, r.ec, r.iuv, r.ccp LIMIT $6"
);

/// An RPT may come behind its own RT: then nothing is waited for.
const INSERT: &str = "INSERT INTO legacy_rpt (ec, iuv, ccp, issuer, attempt_no, partner, cart, amount, \
    received_at, body, closed_at, settled_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, \
    (SELECT MIN(t.made_at) FROM legacy_rt t WHERE t.ec = $1 AND t.iuv = $2 AND t.rpt_ccp = $3), \
    (SELECT MAX(t.taken_at) FROM legacy_rt t WHERE t.ec = $1 AND t.iuv = $2 AND t.rpt_ccp = $3))";

const NEXT: &str = "SELECT COALESCE(MAX(attempt_no), 0) + 1 FROM legacy_attempt WHERE ec = $1 AND iuv = $2";

const BEGUN: &str = "INSERT INTO legacy_attempt (ec, iuv, attempt_no, ccp, notice_number, partner, broker, \
    station, begun, began_at, amount, invented) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'partner', $9, $10, '')";

for_both_engines! {
    pub(super) async fn keep(
        pool: &Pool,
        attempt: &AttemptName,
        (rpts, at): (&[NewRpt], Timestamp),
    ) -> Result<KeptRpts, Refused> {
        let mut tx = begin(pool, BEGIN).await?;
        if let Some(before) = kept_before(&mut tx, rpts).await? {
            return Ok(before);
        }
        insert_rpts(&mut tx, attempt, (rpts, at)).await?;
        tx.commit().await?;
        Ok(KeptRpts::Now)
    }

    pub(super) async fn keep_begun(
        pool: &Pool,
        begun: &BegunByPartner,
        (rpts, at): (&[NewRpt], Timestamp),
    ) -> Result<KeptRpts, Refused> {
        let mut tx = begin(pool, BEGIN).await?;
        if let Some(before) = kept_before(&mut tx, rpts).await? {
            return Ok(before);
        }
        let (ec, iuv) = &begun.issuer;
        let number: i64 =
            sqlx::query_scalar(NEXT).bind(ec.as_str()).bind(iuv).fetch_one(&mut *tx).await?;
        let (broker, station) = &begun.through;
        sqlx::query(BEGUN)
            .bind(ec.as_str())
            .bind(iuv)
            .bind(number)
            .bind(begun.ccp.as_str())
            .bind(begun.notice.as_str())
            .bind(rpts.first().map_or("", |rpt| rpt.partner.as_str()))
            .bind(broker.as_str())
            .bind(station.as_str())
            .bind(at.as_microsecond())
            .bind(Cents::checked_sum(rpts.iter().map(|rpt| rpt.amount)).map(Cents::get))
            .execute(&mut *tx)
            .await?;
        let attempt = AttemptName { ec: ec.clone(), iuv: iuv.clone(), number };
        insert_rpts(&mut tx, &attempt, (rpts, at)).await?;
        tx.commit().await?;
        Ok(KeptRpts::Now)
    }

    /// What is kept under the keys of these RPTs already; none if nothing is.
    async fn kept_before(connection: &mut Connection, rpts: &[NewRpt]) -> Result<Option<KeptRpts>, sqlx::Error> {
        let mut before = 0;
        for rpt in rpts {
            let row = one_rpt(&mut *connection, &rpt.name).await?;
            match row {
                Some(row) if row.body != rpt.body => return Ok(Some(KeptRpts::Taken)),
                Some(_) => before += 1,
                None => {}
            }
        }
        Ok(match before {
            0 => None,
            all if all == rpts.len() => Some(KeptRpts::Before),
            _ => Some(KeptRpts::Taken),
        })
    }

    async fn insert_rpts(
        connection: &mut Connection,
        attempt: &AttemptName,
        (rpts, at): (&[NewRpt], Timestamp),
    ) -> Result<(), sqlx::Error> {
        for rpt in rpts {
            sqlx::query(INSERT)
                .bind(rpt.name.ec.as_str())
                .bind(&rpt.name.iuv)
                .bind(&rpt.name.ccp)
                .bind(attempt.ec.as_str())
                .bind(attempt.number)
                .bind(rpt.partner.as_str())
                .bind(&rpt.cart)
                .bind(rpt.amount.get())
                .bind(at.as_microsecond())
                .bind(&rpt.body)
                .execute(&mut *connection)
                .await?;
        }
        Ok(())
    }

    pub(super) async fn one_rpt<'c>(
        executor: impl sqlx::Executor<'c, Database = <Connection as sqlx::Connection>::Database>,
        name: &RptName,
    ) -> Result<Option<RptRow>, sqlx::Error> {
        sqlx::query_as(RPT)
            .bind(name.ec.as_str())
            .bind(&name.iuv)
            .bind(&name.ccp)
            .fetch_optional(executor)
            .await
    }

    pub(super) async fn of_attempt(pool: &Pool, attempt: &AttemptName) -> Result<Vec<RptRow>, sqlx::Error> {
        sqlx::query_as(RPTS_OF_ATTEMPT)
            .bind(&attempt.iuv)
            .bind(attempt.ec.as_str())
            .bind(attempt.number)
            .fetch_all(pool)
            .await
    }

    pub(super) async fn open(
        pool: &Pool,
        by: Timestamp,
        after: Option<&StoredRpt>,
        most: u32,
    ) -> Result<Vec<RptRow>, sqlx::Error> {
        let name = after.map(|rpt| &rpt.name);
        sqlx::query_as(OPEN_RPTS)
            .bind(by.as_microsecond())
            .bind(after.map_or(i64::MIN, |rpt| rpt.received_at.as_microsecond()))
            .bind(name.map_or("", |name| name.ec.as_str()))
            .bind(name.map_or("", |name| &name.iuv))
            .bind(name.map_or("", |name| &name.ccp))
            .bind(i64::from(most))
            .fetch_all(pool)
            .await
    }
}

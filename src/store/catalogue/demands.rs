//! Demands that were made: what a creditor institution was asked for, and those that nobody paid in time.

use jiff::Timestamp;

use crate::domain::catalogue::purge::{Kept, check_purgeable};
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::hold::HoldPolicy;
use crate::domain::ids::Iupd;
use crate::domain::notice_number::NoticeNumber;
use crate::store::dialect::{for_both_engines, on_engine};
use crate::store::{Store, StoreError, rows};

/// Which demands of a creditor institution are asked for.
#[derive(Clone, Debug)]
pub struct DemandQuery {
    /// The creditor institution.
    pub ec: FiscalCode,
    /// Only that of the position of this notice.
    pub notice: Option<NoticeNumber>,
    /// Only those made before this place.
    pub after: Option<DemandPlace>,
    /// How many.
    pub limit: u32,
}

/// Where a demand stands in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemandPlace {
    /// When it was made.
    pub made_at: Timestamp,
    /// The position that was made for it.
    pub iupd: String,
}

/// A demand as the list shows it. What was filled in may name a person, so that it has no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct ListedDemand {
    /// The position that was made for it.
    pub iupd: String,
    /// The first notice of that position.
    pub notice: Option<String>,
    /// The service.
    pub service: String,
    /// What was filled in, by field, as JSON.
    pub inputs: String,
    /// When it was made.
    pub made_at: Timestamp,
}

/// A page of demands, and where the next one begins if there is one.
pub type DemandPage = (Vec<ListedDemand>, Option<DemandPlace>);

/// What a purge goes by.
#[derive(Clone, Copy, Debug)]
pub struct Purge {
    /// What expired after this instant is kept.
    pub expired_by: Timestamp,
    /// How long a payment under way holds a position.
    pub hold: HoldPolicy,
    /// When it takes place.
    pub now: Timestamp,
}

#[derive(sqlx::FromRow)]
struct Row {
    iupd: String,
    notice: Option<String>,
    service: String,
    inputs: String,
    made_at: i64,
}

impl Store {
    /// What a creditor institution was asked for, the latest first.
    pub async fn demands(&self, query: &DemandQuery) -> Result<DemandPage, StoreError> {
        let found = on_engine!(&self.pools, read, |pool, engine| engine::page(pool, query).await);
        let mut found = found.map_err(StoreError::during("demands"))?;
        let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
        let more = found.len() > limit;
        found.truncate(limit);
        let listed = found.into_iter().map(Row::read).collect::<Result<Vec<_>, _>>()?;
        let place = |last: &ListedDemand| DemandPlace { made_at: last.made_at, iupd: last.iupd.clone() };
        let next = listed.last().filter(|_| more).map(place);
        Ok((listed, next))
    }

    /// Deletes positions that were made on demand, that nobody paid, and that expired long ago: of at most so
    /// many that may be such, each in a transaction of its own. Says how many it looked at and how many it
    /// deleted. None is looked at again before it may have expired, and one that never will not at all.
    pub async fn purge_demands(&self, purge: &Purge, most: u32) -> Result<(usize, usize), StoreError> {
        let by = purge.expired_by;
        let found = on_engine!(&self.pools, read, |pool, engine| engine::expired(pool, by, most).await);
        let found = found.map_err(StoreError::during("purge_demands"))?;
        let mut deleted = 0;
        for (ec, iupd) in &found {
            let ec = rows::read(FiscalCode::new(ec), "ec")?;
            let iupd = rows::read(Iupd::new(iupd), "iupd")?;
            if self.purge_one(&ec, &iupd, purge).await? {
                deleted += 1;
            }
        }
        Ok((found.len(), deleted))
    }

    async fn purge_one(&self, ec: &FiscalCode, iupd: &Iupd, purge: &Purge) -> Result<bool, StoreError> {
        let check = |position: &_| check_purgeable(position, purge.hold, purge.expired_by, purge.now);
        let look_again = match self.delete_position(ec, iupd, purge.now, check).await? {
            Some(Ok(())) => return Ok(true),
            Some(Err(Kept::ForGood)) | None => None,
            Some(Err(Kept::Until(instant))) => Some(instant),
        };
        let moved = on_engine!(&self.pools, write, |pool, engine| {
            engine::look_again(pool, (ec, iupd), look_again).await
        });
        moved.map_err(StoreError::during("purge_demands"))?;
        Ok(false)
    }
}

impl Row {
    fn read(self) -> Result<ListedDemand, StoreError> {
        Ok(ListedDemand {
            iupd: self.iupd,
            notice: self.notice,
            service: self.service,
            inputs: self.inputs,
            made_at: rows::instant(self.made_at)?,
        })
    }
}

macro_rules! columns {
    () => {
        "SELECT d.iupd, d.service, d.inputs, d.made_at, (SELECT n.notice_number FROM notice n \
         WHERE n.ec = d.ec AND n.iupd = d.iupd ORDER BY n.option_no, n.notice_no LIMIT 1) AS notice FROM "
    };
}

pub(in crate::store) const PAGE: &str = concat!(
    columns!(),
    "demand d WHERE d.ec = $1 AND d.made_at <> 0 AND (d.made_at, d.iupd) < ($2, $3) \
     ORDER BY d.made_at DESC, d.iupd DESC LIMIT $4"
);

pub(in crate::store) const OF_NOTICE: &str = concat!(
    columns!(),
    "notice asked JOIN demand d ON d.ec = asked.ec AND d.iupd = asked.iupd \
     WHERE asked.ec = $1 AND asked.notice_number = $2"
);

pub(in crate::store) const EXPIRED: &str =
    "SELECT ec, iupd FROM demand WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2";

for_both_engines! {
    pub(super) async fn page(pool: &Pool, query: &DemandQuery) -> Result<Vec<Row>, sqlx::Error> {
        if let Some(notice) = &query.notice {
            let of_notice = sqlx::query_as(OF_NOTICE).bind(query.ec.as_str()).bind(notice.as_str());
            return of_notice.fetch_all(pool).await;
        }
        let (made_at, iupd) = match &query.after {
            Some(place) => (place.made_at.as_microsecond(), place.iupd.as_str()),
            None => (i64::MAX, ""),
        };
        sqlx::query_as(PAGE)
            .bind(query.ec.as_str())
            .bind(made_at)
            .bind(iupd)
            .bind(i64::from(query.limit) + 1)
            .fetch_all(pool)
            .await
    }

    pub(super) async fn expired(
        pool: &Pool,
        by: Timestamp,
        most: u32,
    ) -> Result<Vec<(String, String)>, sqlx::Error> {
        sqlx::query_as(EXPIRED).bind(by.as_microsecond()).bind(i64::from(most)).fetch_all(pool).await
    }

    pub(super) async fn look_again(
        pool: &Pool,
        (ec, iupd): (&FiscalCode, &Iupd),
        at: Option<Timestamp>,
    ) -> Result<(), sqlx::Error> {
        sqlx::query("UPDATE demand SET expires_at = $3 WHERE ec = $1 AND iupd = $2")
            .bind(ec.as_str())
            .bind(iupd.as_str())
            .bind(at.map(Timestamp::as_microsecond))
            .execute(pool)
            .await
            .map(drop)
    }
}

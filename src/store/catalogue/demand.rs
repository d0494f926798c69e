//! Demands: a position is made because somebody asks for it, once however often the same is asked for.
//!
//! A demand takes its digest first of all. Another one of the same digest then waits for the end of that
//! transaction (PostgreSQL, at the unique digest; SQLite has one writer) and finds the position. So position,
//! notice number, what was filled in and the events are written in one commit, or none of them is.

use jiff::Timestamp;

use crate::domain::catalogue::ids::ServiceId;
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::ids::Iupd;
use crate::domain::notice_number::NoticeNumber;
use crate::domain::position::{Notice, Position};
use crate::domain::status::{Status, status};
use crate::store::dialect::{for_both_engines, on_engine};
use crate::store::positions::{self, is_unique_violation, names, read, until_no_conflict};
use crate::store::{CreateError, Store, StoreError, rows};

/// What somebody asks for, and when it is the same as what was asked for before.
#[derive(Clone, PartialEq, Eq)]
pub struct Demand {
    /// The SHA-256 of all that makes two demands the same, the creditor institution included.
    pub digest: [u8; 32],
    /// The service.
    pub service: ServiceId,
    /// What was filled in, by field, as JSON. May be personal data, so that a demand has no `Debug`.
    pub inputs: String,
    /// When it is asked for.
    pub at: Timestamp,
    /// One of that instant or before is another one.
    pub same_since: Timestamp,
}

/// What has become of a demand.
#[derive(Clone, Debug, PartialEq)]
pub enum Ordered {
    /// Its position was made now.
    Now(Position),
    /// The same was asked for before: this is its position, which can still be paid.
    Before(Position),
}

#[derive(sqlx::FromRow)]
struct Known {
    ec: String,
    iupd: String,
    made_at: i64,
}

impl Known {
    fn position(&self) -> Result<(FiscalCode, Iupd), StoreError> {
        Ok((rows::read(FiscalCode::new(&self.ec), "ec")?, rows::read(Iupd::new(&self.iupd), "iupd")?))
    }
}

impl Demand {
    /// Whether the position that was made at an instant is the answer to this demand as well.
    ///
    /// It may have been made later than this was asked for: by somebody whose calculator was faster, or by a clock
    /// that is ahead. Before it was made it could not be paid, so that it is judged then at the earliest.
    fn is_answered_by(&self, made_at: i64, position: &Position) -> bool {
        let judged = Timestamp::from_microsecond(made_at).map_or(self.at, |made_at| self.at.max(made_at));
        made_at > self.same_since.as_microsecond() && status(position, judged) == Status::Valid
    }
}

impl Store {
    /// The position that was made when the same was asked for before, if it can still be paid. None is no
    /// promise: ask again by [`order_once`](Store::order_once).
    pub async fn ordered_before(&self, demand: &Demand) -> Result<Option<Position>, StoreError> {
        let found = on_engine!(&self.pools, read, |pool, engine| engine::known(pool, demand).await);
        let Some(known) = found.map_err(StoreError::during("ordered_before"))? else { return Ok(None) };
        let (ec, iupd) = known.position()?;
        let position = self.position(&ec, &iupd).await?;
        Ok(position.filter(|position| demand.is_answered_by(known.made_at, position)))
    }

    /// Writes the position that answers a demand, all of whose numbers were generated; or, if the same was
    /// asked for before and can still be paid, says what that was answered.
    pub async fn order_once(&self, demand: &Demand, position: &Position) -> Result<Ordered, CreateError> {
        until_no_conflict!(on_engine!(&self.pools, write, |pool, engine| {
            engine::order(pool, demand, position).await
        }))
    }
}

pub(in crate::store) const KNOWN: &str = "SELECT ec, iupd, made_at FROM demand WHERE digest = $1";

/// Takes a digest, or says whose it is and locks that row: its new values are those that it has.
const CLAIM: &str = "INSERT INTO demand AS known (ec, iupd, digest, service, inputs, made_at, expires_at) \
    VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (digest) DO UPDATE SET made_at = known.made_at \
    RETURNING ec, iupd, made_at";

/// An answer that is none any more gives its digest to a new one.
const RELEASE: &str = "UPDATE demand SET digest = NULL WHERE digest = $1";

for_both_engines! {
    [read, positions]

    pub(super) async fn known<'c>(
        executor: impl sqlx::Executor<'c, Database = <Connection as sqlx::Connection>::Database>,
        demand: &Demand,
    ) -> Result<Option<Known>, sqlx::Error> {
        sqlx::query_as(KNOWN).bind(demand.digest.as_slice()).fetch_optional(executor).await
    }

    pub(super) async fn order(
        pool: &Pool,
        demand: &Demand,
        position: &Position,
    ) -> Result<Ordered, CreateError> {
        let failed = || StoreError::during("order_once");
        let mut tx = begin(pool, BEGIN).await.map_err(failed())?;
        if let Some(before) = claim_demand(&mut tx, demand, position).await? {
            return Ok(Ordered::Before(before));
        }
        let generated: Vec<NoticeNumber> = position.notices().map(|notice| notice.number).collect();
        let events = insert_whole(&mut tx, position, &generated).await?;
        late_receipts::commit_linked(pool, tx, names(position), &events).await?;
        Ok(Ordered::Now(position.clone()))
    }

    /// Takes the digest of a demand for a position; or finds the one that it was answered by.
    async fn claim_demand(
        connection: &mut Connection,
        demand: &Demand,
        position: &Position,
    ) -> Result<Option<Position>, CreateError> {
        let failed = || StoreError::during("order_once");
        let known = claim(connection, demand, position).await?;
        let (ec, iupd) = known.position()?;
        if (&ec, &iupd) == (&position.ec, &position.iupd) {
            return Ok(None);
        }
        let rows = load(&mut *connection, &ec, &iupd).await.map_err(failed())?;
        let before = rows::position(&rows)?.filter(|before| demand.is_answered_by(known.made_at, before));
        if before.is_some() {
            return Ok(before);
        }
        let release = sqlx::query(RELEASE).bind(demand.digest.as_slice());
        release.execute(&mut *connection).await.map_err(failed())?;
        claim(connection, demand, position).await?;
        Ok(None)
    }

    async fn claim(
        connection: &mut Connection,
        demand: &Demand,
        position: &Position,
    ) -> Result<Known, CreateError> {
        let due = |notice: &Notice| notice.due.as_microsecond();
        let claimed = sqlx::query_as(CLAIM)
            .bind(position.ec.as_str())
            .bind(position.iupd.as_str())
            .bind(demand.digest.as_slice())
            .bind(demand.service.as_str())
            .bind(demand.inputs.as_str())
            .bind(demand.at.as_microsecond())
            .bind(position.notices().map(due).max())
            .fetch_one(connection)
            .await;
        match claimed {
            // Not the digest: the name of the position.
            Err(error) if is_unique_violation(&error) => Err(CreateError::IupdTaken),
            claimed => Ok(claimed.map_err(StoreError::during("order_once"))?),
        }
    }
}

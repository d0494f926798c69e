//! Debt positions: created, read, changed and deleted as a whole, each in one transaction.

use jiff::Timestamp;

use crate::domain::event::{Event, of_change};
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::ids::Iupd;
use crate::domain::notice_number::NoticeNumber;
use crate::domain::position::Position;

use super::dialect::{for_both_engines, on_engine};
use super::events;
use super::idempotency::{self, Once, Outcome};
use super::numbers;
use super::rows;
use super::{Store, StoreError};

pub(super) mod accounts;
mod bind;
pub(super) mod bulk;
mod list;
mod notice;
pub(super) mod of_notice;
pub(super) mod read;
pub(super) mod replace;
pub(super) mod search;
pub(super) mod segregation;
mod write;

pub use bulk::BulkError;
pub use list::{
    Direction, Interval, ListStart, Place, PositionFilter, PositionOrder, PositionPage, PositionQuery, Shapes,
};
pub use notice::NoticeName;
pub use replace::ReplaceError;

/// How often a position is written when it meets other writers the wrong way round.
pub(super) const ATTEMPTS: usize = 3;

/// Does something again while the engine gave up on a conflict with other writers.
macro_rules! until_no_conflict {
    ($work:expr) => {{
        let mut attempt = 1;
        loop {
            match $work {
                Err(error) if error.is_conflict() && attempt < $crate::store::positions::ATTEMPTS => {
                    attempt += 1;
                }
                done => break done,
            }
        }
    }};
}
pub(super) use until_no_conflict;

/// Why a position was not created.
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    /// The creditor institution has a position of that name.
    #[error("the creditor institution already has a position with this iupd")]
    IupdTaken,
    /// The creditor institution has a notice of that number or IUV.
    #[error("the creditor institution already has a notice with this number or IUV")]
    NoticeTaken(NoticeNumber),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl CreateError {
    pub(super) fn is_conflict(&self) -> bool {
        matches!(self, CreateError::Store(error) if error.is_conflict())
    }
}

impl Store {
    /// Creates a position with all its notices; one that a receipt was booked for already is paid at once.
    pub async fn create_position(&self, position: &Position) -> Result<(), CreateError> {
        self.create_numbered(position, &[]).await
    }

    /// The same for a position some of whose numbers were generated: of those, one that was ever in the
    /// world is taken.
    pub async fn create_numbered(
        &self,
        position: &Position,
        generated: &[NoticeNumber],
    ) -> Result<(), CreateError> {
        until_no_conflict!(on_engine!(&self.pools, write, |pool, engine| {
            engine::create(pool, position, generated).await
        }))
    }

    /// The same for a request that is carried out once: the answer is kept in the same transaction.
    pub async fn create_once(
        &self,
        position: &Position,
        generated: &[NoticeNumber],
        once: Once<'_, Position>,
    ) -> Result<Outcome, CreateError> {
        until_no_conflict!(on_engine!(&self.pools, write, |pool, engine| {
            engine::create_once(pool, position, generated, &once).await
        }))
    }

    /// A position with everything under it.
    pub async fn position(&self, ec: &FiscalCode, iupd: &Iupd) -> Result<Option<Position>, StoreError> {
        read::position(&self.pools, ec, iupd).await
    }

    /// Loads a position under lock, lets `change` edit its dated facts, and saves them, all in one
    /// transaction. `None` if there is no such position; what `change` refuses leaves no trace.
    pub async fn change_position<E>(
        &self,
        ec: &FiscalCode,
        iupd: &Iupd,
        change: impl Fn(&mut Position) -> Result<(), E>,
    ) -> Result<Option<Result<Position, E>>, StoreError> {
        until_no_conflict!(on_engine!(&self.pools, write, |pool, engine| {
            engine::change(pool, ec, iupd, &change).await
        }))
    }

    /// Deletes a position that `check` lets go, in one transaction, at that instant.
    pub async fn delete_position<E>(
        &self,
        ec: &FiscalCode,
        iupd: &Iupd,
        at: Timestamp,
        check: impl Fn(&Position) -> Result<(), E>,
    ) -> Result<Option<Result<(), E>>, StoreError> {
        until_no_conflict!(on_engine!(&self.pools, write, |pool, engine| {
            engine::delete(pool, ec, iupd, at, &check).await
        }))
    }
}

pub(super) fn is_unique_violation(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(|error| error.is_unique_violation())
}

/// The notices of a position by their creditor and number.
pub(super) fn names(position: &Position) -> Vec<(FiscalCode, NoticeNumber)> {
    position.notices().map(|notice| (position.ec.clone(), notice.number)).collect()
}

for_both_engines! {
    [read, write, numbers, idempotency, events]

    pub(super) async fn create(
        pool: &Pool,
        position: &Position,
        generated: &[NoticeNumber],
    ) -> Result<(), CreateError> {
        let failed = || StoreError::during("create_position");
        let mut tx = begin(pool, BEGIN).await.map_err(failed())?;
        let events = insert_whole(&mut tx, position, generated).await?;
        forget_answers(&mut tx, position.history.created_at).await.map_err(failed())?;
        Ok(late_receipts::commit_linked(pool, tx, names(position), &events).await?)
    }

    pub(super) async fn create_once(
        pool: &Pool,
        position: &Position,
        generated: &[NoticeNumber],
        once: &Once<'_, Position>,
    ) -> Result<Outcome, CreateError> {
        let failed = || StoreError::during("create_position");
        let mut tx = begin(pool, BEGIN).await.map_err(failed())?;
        if let Some(before) = claim_key(&mut tx, once.request).await? {
            return Ok(Outcome::Before(before));
        }
        let events = insert_whole(&mut tx, position, generated).await?;
        // Read back, because a receipt that came first has paid it by now.
        let rows = load(&mut *tx, &position.ec, &position.iupd).await.map_err(failed())?;
        let stored = rows::position(&rows)?;
        let answer = keep_answer(&mut tx, once, stored.as_ref().unwrap_or(position)).await?;
        late_receipts::commit_linked(pool, tx, names(position), &events).await?;
        Ok(Outcome::Now(answer))
    }

    /// Inserts a position with everything under it; says what is to be told of it. After a refusal the
    /// transaction must be rolled back.
    pub(in crate::store) async fn insert_whole(
        tx: &mut Connection,
        position: &Position,
        generated: &[NoticeNumber],
    ) -> Result<Vec<Event>, CreateError> {
        match insert_position(tx, position).await {
            Err(error) if is_unique_violation(&error) => return Err(CreateError::IupdTaken),
            other => other.map_err(StoreError::during("create_position"))?,
        }
        let mut notices = Vec::new();
        for option in &position.options {
            put_option(tx, position, option).await.map_err(StoreError::during("create_position"))?;
            notices.extend((0..).zip(&option.notices).map(|(index, notice)| (option, index, notice)));
        }
        // One order for all writers, so that two who want the same numbers do not wait for each other.
        notices.sort_by_key(|(_, _, notice)| notice.number);
        for (option, index, notice) in notices {
            match insert_notice(tx, position, option, (index, notice)).await {
                Err(error) if is_unique_violation(&error) => {
                    return Err(CreateError::NoticeTaken(notice.number));
                }
                other => other.map_err(StoreError::during("create_position"))?,
            }
            for transfer in &notice.transfers {
                insert_transfer(tx, position, notice, transfer)
                    .await
                    .map_err(StoreError::during("create_position"))?;
            }
        }
        let seen = first_seen(tx, &position.ec, generated).await;
        let seen = seen.map_err(StoreError::during("create_position"))?;
        if let Some(seen) = seen {
            return Err(CreateError::NoticeTaken(seen));
        }
        let mut events = of_change(None, Some(position), position.history.created_at);
        // A receipt may have come before its notice.
        let named: Vec<_> = position.notices().map(|notice| (&position.ec, &notice.number)).collect();
        events.extend(late_receipts::link_receipted(tx, &named).await?);
        Ok(events)
    }

    pub(super) async fn change<E>(
        pool: &Pool,
        ec: &FiscalCode,
        iupd: &Iupd,
        change: &impl Fn(&mut Position) -> Result<(), E>,
    ) -> Result<Option<Result<Position, E>>, StoreError> {
        let failed = || StoreError::during("change_position");
        let mut tx = begin(pool, BEGIN).await.map_err(failed())?;
        let Some(mut position) = load_locked(&mut tx, ec, iupd).await? else { return Ok(None) };
        let before = position.clone();
        if let Err(refused) = change(&mut position) {
            return Ok(Some(Err(refused)));
        }
        save_facts(&mut tx, &position).await.map_err(failed())?;
        let events = of_change(Some(&before), Some(&position), position.history.updated_at);
        record(&mut tx, &events).await.map_err(failed())?;
        tx.commit().await.map_err(failed())?;
        Ok(Some(Ok(position)))
    }

    pub(super) async fn delete<E>(
        pool: &Pool,
        ec: &FiscalCode,
        iupd: &Iupd,
        at: Timestamp,
        check: &impl Fn(&Position) -> Result<(), E>,
    ) -> Result<Option<Result<(), E>>, StoreError> {
        let failed = || StoreError::during("delete_position");
        let mut tx = begin(pool, BEGIN).await.map_err(failed())?;
        let Some(position) = load_locked(&mut tx, ec, iupd).await? else { return Ok(None) };
        if let Err(refused) = check(&position) {
            return Ok(Some(Err(refused)));
        }
        delete_whole(&mut tx, &position).await.map_err(failed())?;
        record(&mut tx, &of_change(Some(&position), None, at)).await.map_err(failed())?;
        tx.commit().await.map_err(failed())?;
        Ok(Some(Ok(())))
    }

    /// Deletes a position with everything under it.
    pub(in crate::store) async fn delete_whole(
        connection: &mut Connection,
        position: &Position,
    ) -> Result<(), sqlx::Error> {
        retire_all(connection, position).await?;
        // With what was filled in for it, which names people.
        for statement in [
            "DELETE FROM position WHERE ec = $1 AND iupd = $2",
            "DELETE FROM demand WHERE ec = $1 AND iupd = $2",
        ] {
            let delete = sqlx::query(statement).bind(position.ec.as_str()).bind(position.iupd.as_str());
            delete.execute(&mut *connection).await?;
        }
        Ok(())
    }

    async fn save_facts(connection: &mut Connection, position: &Position) -> Result<(), sqlx::Error> {
        sqlx::query(
            "UPDATE position SET updated_at = $3, published_at = $4, invalidated_at = $5, version = $6 \
             WHERE ec = $1 AND iupd = $2",
        )
        .bind(position.ec.as_str())
        .bind(position.iupd.as_str())
        .bind(position.history.updated_at.as_microsecond())
        .bind(write::micros(position.history.published_at))
        .bind(write::micros(position.history.invalidated_at))
        .bind(position.history.version)
        .execute(&mut *connection)
        .await?;
        for option in &position.options {
            sqlx::query("UPDATE payment_option SET valid_from = $4 WHERE ec = $1 AND iupd = $2 AND option_no = $3")
                .bind(position.ec.as_str())
                .bind(position.iupd.as_str())
                .bind(option.number)
                .bind(write::micros(option.valid_from))
                .execute(&mut *connection)
                .await?;
        }
        Ok(())
    }
}

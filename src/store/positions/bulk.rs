//! Many positions in one transaction: all of them or none, by statements over many rows where nothing
//! stands in the way, and one by one where something does, to learn which.

pub(in crate::store) mod insert;

use jiff::Timestamp;

use crate::domain::event::{Event, of_change};
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::ids::Iupd;
use crate::domain::notice_number::NoticeNumber;
use crate::domain::position::Position;
use crate::store::dialect::{BATCH, Bulk, NOBODY, filled, for_both_engines, on_engine};
use crate::store::events;
use crate::store::idempotency::{self, Once, Outcome};
use crate::store::numbers::{self, Numbered};
use crate::store::positions as whole;
use crate::store::{Store, StoreError};

use super::replace::{ReplaceError, appeared};
use super::{CreateError, read, replace, until_no_conflict};

/// Why none of many positions was written.
#[derive(Debug, thiserror::Error)]
pub enum BulkError<E> {
    /// The creditor institution has no position of the name at that place.
    #[error("there is no position of that name")]
    Unknown(usize),
    /// The position at that place was refused.
    #[error("the position was refused")]
    Refused(usize, E),
    /// The creditor institution has a position of the name at that place.
    #[error("the creditor institution already has a position with this iupd")]
    IupdTaken(usize),
    /// Another position has a notice that the one at that place wants.
    #[error("the creditor institution already has a notice with this number or IUV")]
    NoticeTaken(usize, NoticeNumber),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl<E> BulkError<E> {
    fn is_conflict(&self) -> bool {
        matches!(self, BulkError::Store(error) if error.is_conflict())
    }

    fn created(place: usize, error: CreateError) -> Self {
        match error {
            CreateError::IupdTaken => BulkError::IupdTaken(place),
            CreateError::NoticeTaken(number) => BulkError::NoticeTaken(place, number),
            CreateError::Store(error) => BulkError::Store(error),
        }
    }
}

/// What is to become of the position of a name: none is deleted, but those that `decide` returns anew are
/// written over.
pub(in crate::store) type Decide<'a, T, E> = dyn Fn(usize, &Position) -> Result<T, E> + Send + Sync + 'a;

impl Store {
    /// Creates all positions, or none.
    pub async fn create_positions<E>(&self, positions: &[Numbered]) -> Result<(), BulkError<E>> {
        until_no_conflict!(on_engine!(&self.pools, write, |pool, engine| {
            engine::create_all(pool, positions).await
        }))
    }

    /// The same for a request that is carried out once: the answer is kept in the same transaction.
    pub async fn create_positions_once<E>(
        &self,
        positions: &[Numbered],
        once: Once<'_, [Numbered]>,
    ) -> Result<Outcome, BulkError<E>> {
        until_no_conflict!(on_engine!(&self.pools, write, |pool, engine| {
            engine::create_all_once(pool, positions, &once).await
        }))
    }

    /// Writes over all positions of these names what `replace` makes of them, or over none.
    pub async fn replace_positions<E>(
        &self,
        ec: &FiscalCode,
        iupds: &[Iupd],
        replace: &Decide<'_, Numbered, E>,
    ) -> Result<Vec<Position>, BulkError<E>> {
        until_no_conflict!(on_engine!(&self.pools, write, |pool, engine| {
            engine::replace_all(pool, ec, iupds, replace).await
        }))
    }

    /// Deletes all positions of these names that `check` lets go at that instant, or none.
    pub async fn delete_positions<E>(
        &self,
        ec: &FiscalCode,
        iupds: &[Iupd],
        at: Timestamp,
        check: &Decide<'_, (), E>,
    ) -> Result<(), BulkError<E>> {
        until_no_conflict!(on_engine!(&self.pools, write, |pool, engine| {
            engine::delete_all(pool, ec, iupds, at, check).await
        }))
    }
}

/// The notices of positions by their creditor and number.
fn names(positions: &[Numbered]) -> Vec<(FiscalCode, NoticeNumber)> {
    positions.iter().flat_map(|numbered| whole::names(&numbered.position)).collect()
}

for_both_engines! {
    [read, whole, replace, numbers, insert, idempotency, events]

    pub(super) async fn create_all<E>(pool: &Pool, positions: &[Numbered]) -> Result<(), BulkError<E>> {
        let failed = || StoreError::during("create_positions");
        let mut tx = begin(pool, BEGIN).await.map_err(failed())?;
        let events = insert_all(&mut tx, positions).await?;
        Ok(late_receipts::commit_linked(pool, tx, names(positions), &events).await?)
    }

    pub(super) async fn create_all_once<E>(
        pool: &Pool,
        positions: &[Numbered],
        once: &Once<'_, [Numbered]>,
    ) -> Result<Outcome, BulkError<E>> {
        let failed = || StoreError::during("create_positions");
        let mut tx = begin(pool, BEGIN).await.map_err(failed())?;
        if let Some(before) = claim_key(&mut tx, once.request).await? {
            return Ok(Outcome::Before(before));
        }
        let events = insert_all(&mut tx, positions).await?;
        let answer = keep_answer(&mut tx, once, positions).await?;
        late_receipts::commit_linked(pool, tx, names(positions), &events).await?;
        Ok(Outcome::Now(answer))
    }

    /// Inserts all positions; says what is to be told of them. After a refusal the transaction must be
    /// rolled back.
    async fn insert_all<E>(
        tx: &mut Connection,
        positions: &[Numbered],
    ) -> Result<Vec<Event>, BulkError<E>> {
        let all: Vec<&Numbered> = positions.iter().collect();
        if let Some(events) = create_many(tx, &all).await? {
            return Ok(events);
        }
        let mut events = Vec::new();
        for (place, Numbered { position, generated }) in positions.iter().enumerate() {
            let inserted = insert_whole(tx, position, generated).await;
            events.extend(inserted.map_err(|error| BulkError::created(place, error))?);
        }
        Ok(events)
    }

    static LOCK_NAMED: Bulk = Bulk::new("WITH wanted (ec, iupd) AS (VALUES ", "(#, #)", LOCK_NAMED_TAIL);

    /// Locks positions in the order of all writers, whatever the order in which they are then changed.
    pub(in crate::store) async fn lock_named(
        connection: &mut Connection,
        ec: &FiscalCode,
        iupds: &[&Iupd],
    ) -> Result<(), StoreError> {
        if !LOCKS_ROWS {
            return Ok(());
        }
        let mut iupds = iupds.to_vec();
        iupds.sort_unstable();
        for iupds in iupds.chunks(BATCH).map(filled) {
            let mut query = sqlx::query(LOCK_NAMED.text(iupds.len()));
            for iupd in iupds {
                let (ec, iupd) = iupd.map_or((NOBODY, NOBODY), |iupd| (ec.as_str(), iupd.as_str()));
                query = query.bind(ec).bind(iupd);
            }
            query.execute(&mut *connection).await.map_err(StoreError::during("lock positions"))?;
        }
        Ok(())
    }

    pub(super) async fn replace_all<E>(
        pool: &Pool,
        ec: &FiscalCode,
        iupds: &[Iupd],
        replace: &Decide<'_, Numbered, E>,
    ) -> Result<Vec<Position>, BulkError<E>> {
        let failed = || StoreError::during("replace_positions");
        let mut tx = begin(pool, BEGIN).await.map_err(failed())?;
        lock_named(&mut tx, ec, &iupds.iter().collect::<Vec<_>>()).await?;
        let (mut written, mut appearing, mut events) =
            (Vec::with_capacity(iupds.len()), Vec::new(), Vec::new());
        for (place, iupd) in iupds.iter().enumerate() {
            let before = load_locked(&mut tx, ec, iupd).await?.ok_or(BulkError::Unknown(place))?;
            let new = replace(place, &before).map_err(|refused| BulkError::Refused(place, refused))?;
            let Numbered { position: after, generated } = new;
            let saved = save(&mut tx, &before, &after).await;
            events.extend(saved.map_err(|error| match error {
                ReplaceError::NoticeTaken(number) => BulkError::NoticeTaken(place, number),
                ReplaceError::Store(error) => BulkError::Store(error),
            })?);
            if let Some(seen) = first_seen(&mut tx, ec, &generated).await.map_err(failed())? {
                return Err(BulkError::NoticeTaken(place, seen));
            }
            appearing.extend(appeared(&before, &after));
            written.push(after);
        }
        late_receipts::commit_linked(pool, tx, appearing, &events).await?;
        Ok(written)
    }

    pub(super) async fn delete_all<E>(
        pool: &Pool,
        ec: &FiscalCode,
        iupds: &[Iupd],
        at: Timestamp,
        check: &Decide<'_, (), E>,
    ) -> Result<(), BulkError<E>> {
        let failed = || StoreError::during("delete_positions");
        let mut tx = begin(pool, BEGIN).await.map_err(failed())?;
        lock_named(&mut tx, ec, &iupds.iter().collect::<Vec<_>>()).await?;
        let mut events = Vec::with_capacity(iupds.len());
        for (place, iupd) in iupds.iter().enumerate() {
            let position = load_locked(&mut tx, ec, iupd).await?.ok_or(BulkError::Unknown(place))?;
            check(place, &position).map_err(|refused| BulkError::Refused(place, refused))?;
            delete_whole(&mut tx, &position).await.map_err(failed())?;
            events.extend(of_change(Some(&position), None, at));
        }
        record(&mut tx, &events).await.map_err(failed())?;
        Ok(tx.commit().await.map_err(failed())?)
    }
}

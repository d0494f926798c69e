//! Many positions in one transaction: all of them or none, by statements over many rows where nothing
//! stands in the way, and one by one where something does, to learn which.

use sqlx::Connection as _;

use crate::domain::fiscal_code::FiscalCode;
use crate::domain::ids::Iupd;
use crate::domain::notice_number::NoticeNumber;
use crate::domain::position::{
    AfterDue, Destination, Notice, OptionShape, PaymentOption, Position, StandIn, Transfer,
};
use crate::store::dialect::{BATCH, Bulk, NOBODY, filled, for_both_engines, on_engine, runs};
use crate::store::idempotency::{self, Once, Outcome};
use crate::store::numbers::{self, Numbered};
use crate::store::positions as whole;
use crate::store::rows::metadata_json;
use crate::store::{Store, StoreError};

use super::replace::ReplaceError;
use super::write::{micros, optional};
use super::{CreateError, until_no_conflict};
use super::{late, read, replace};

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
        }))?;
        let all: Vec<&Position> = positions.iter().map(|numbered| &numbered.position).collect();
        Ok(self.link_late_all(&all).await?)
    }

    /// The same for a request that is carried out once: the answer is kept in the same transaction.
    pub async fn create_positions_once<E>(
        &self,
        positions: &[Numbered],
        once: Once<'_, [Numbered]>,
    ) -> Result<Outcome, BulkError<E>> {
        let outcome = until_no_conflict!(on_engine!(&self.pools, write, |pool, engine| {
            engine::create_all_once(pool, positions, &once).await
        }))?;
        if matches!(outcome, Outcome::Now(_)) {
            let all: Vec<&Position> = positions.iter().map(|numbered| &numbered.position).collect();
            self.link_late_all(&all).await?;
        }
        Ok(outcome)
    }

    /// Writes over all positions of these names what `replace` makes of them, or over none.
    pub async fn replace_positions<E>(
        &self,
        ec: &FiscalCode,
        iupds: &[Iupd],
        replace: &Decide<'_, Numbered, E>,
    ) -> Result<Vec<Position>, BulkError<E>> {
        let positions = until_no_conflict!(on_engine!(&self.pools, write, |pool, engine| {
            engine::replace_all(pool, ec, iupds, replace).await
        }))?;
        self.link_late_all(&positions.iter().collect::<Vec<_>>()).await?;
        Ok(positions)
    }

    /// Deletes all positions of these names that `check` lets go, or none.
    pub async fn delete_positions<E>(
        &self,
        ec: &FiscalCode,
        iupds: &[Iupd],
        check: &Decide<'_, (), E>,
    ) -> Result<(), BulkError<E>> {
        until_no_conflict!(on_engine!(&self.pools, write, |pool, engine| {
            engine::delete_all(pool, ec, iupds, check).await
        }))
    }

    /// Looks again for receipts that were booked while the notices were written. SQLite's one writer has
    /// seen them.
    pub(in crate::store) async fn link_late_all(&self, positions: &[&Position]) -> Result<(), StoreError> {
        let crate::store::dialect::Pools::Postgres(pool) = &self.pools else { return Ok(()) };
        let failed = || StoreError::during("link a late receipt");
        let notices: Vec<Named<'_>> = positions.iter().flat_map(|position| named(position)).collect();
        let mut connection = pool.acquire().await.map_err(failed())?;
        let waiting = postgres::receipted(&mut connection, &notices).await.map_err(failed())?;
        drop(connection);
        for (ec, notice) in waiting {
            late::link(&self.pools, &ec, &notice).await.map_err(failed())?;
        }
        Ok(())
    }
}

static INSERT_POSITIONS: Bulk = Bulk::new(
    "INSERT INTO position (ec, iupd, company_name, office_name, stand_in_allowed, created_at, updated_at, \
     published_at, invalidated_at, version) VALUES ",
    "(#, #, #, #, #, #, #, #, #, #)",
    " ON CONFLICT DO NOTHING",
);

static INSERT_OPTIONS: Bulk = Bulk::new(
    "INSERT INTO payment_option (ec, iupd, option_no, is_plan, description, valid_from, expires, \
     debtor_kind, debtor_id, debtor_name, street, civic_number, postal_code, city, province, region, \
     country, email, phone) VALUES ",
    "(#, #, #, #, #, #, #, #, #, #, #, #, #, #, #, #, #, #, #)",
    "",
);

static INSERT_NOTICES: Bulk = Bulk::new(
    "INSERT INTO notice (ec, notice_number, iuv, iupd, option_no, notice_no, amount, description, due_at, \
     retention_at, metadata) VALUES ",
    "(#, #, #, #, #, #, #, #, #, #, #)",
    " ON CONFLICT DO NOTHING",
);

static INSERT_TRANSFERS: Bulk = Bulk::new(
    "INSERT INTO transfer (ec, notice_number, id_transfer, amount, beneficiary, company_name, remittance, \
     category, iban, postal_iban, stamp_hash, stamp_kind, stamp_province, metadata, reported_at) VALUES ",
    "(#, #, #, #, #, #, #, #, #, #, #, #, #, #, #)",
    "",
);

static RECEIPTED: Bulk = Bulk::new(
    "WITH wanted (ec, notice_number) AS (VALUES ",
    "(#, #)",
    ") SELECT DISTINCT r.ec, r.notice_number FROM wanted w JOIN receipt r ON r.ec = w.ec \
     AND r.notice_number = w.notice_number AND r.issuer = r.ec AND r.executed",
);

/// A notice by its creditor and number.
pub(in crate::store) type Named<'a> = (&'a FiscalCode, &'a NoticeNumber);

pub(in crate::store) fn named(position: &Position) -> impl Iterator<Item = Named<'_>> {
    position.notices().map(|notice| (&position.ec, &notice.number))
}

/// A notice with its place.
type Placed<'a> = (&'a Position, &'a PaymentOption, i64, &'a Notice);

/// Every notice of the positions, in the order in which all writers take numbers.
fn placed<'a>(positions: &[&'a Position]) -> Vec<Placed<'a>> {
    let mut all: Vec<Placed<'a>> = positions
        .iter()
        .flat_map(|position| position.options.iter().map(move |option| (*position, option)))
        .flat_map(|(position, option)| {
            (0..).zip(&option.notices).map(move |(index, notice)| (position, option, index, notice))
        })
        .collect();
    all.sort_by_key(|(.., notice)| notice.number);
    all
}

/// Whether the statements over many rows can carry the position: they write nothing that has happened to it.
fn is_plain(position: &Position) -> bool {
    let plain = |notice: &Notice| {
        notice.payment.is_none() && notice.activated_at.is_none() && notice.notification_fee.get() == 0
    };
    position.notices().all(plain)
}

for_both_engines! {
    [read, whole, replace, numbers, idempotency]

    pub(super) async fn create_all<E>(pool: &Pool, positions: &[Numbered]) -> Result<(), BulkError<E>> {
        let failed = || StoreError::during("create_positions");
        let mut tx = pool.begin_with(BEGIN).await.map_err(failed())?;
        insert_all(&mut tx, positions).await?;
        Ok(tx.commit().await.map_err(failed())?)
    }

    pub(super) async fn create_all_once<E>(
        pool: &Pool,
        positions: &[Numbered],
        once: &Once<'_, [Numbered]>,
    ) -> Result<Outcome, BulkError<E>> {
        let failed = || StoreError::during("create_positions");
        let mut tx = pool.begin_with(BEGIN).await.map_err(failed())?;
        if let Some(before) = claim_key(&mut tx, once.request).await? {
            return Ok(Outcome::Before(before));
        }
        insert_all(&mut tx, positions).await?;
        let answer = keep_answer(&mut tx, once, positions).await?;
        tx.commit().await.map_err(failed())?;
        Ok(Outcome::Now(answer))
    }

    /// Inserts all positions. After a refusal the transaction must be rolled back.
    async fn insert_all<E>(tx: &mut Connection, positions: &[Numbered]) -> Result<(), BulkError<E>> {
        let all: Vec<&Numbered> = positions.iter().collect();
        if !create_many(tx, &all).await? {
            for (place, Numbered { position, generated }) in positions.iter().enumerate() {
                let inserted = insert_whole(tx, position, generated).await;
                inserted.map_err(|error| BulkError::created(place, error))?;
            }
        }
        Ok(())
    }

    /// Inserts all positions by a few statements. `false` if that is not possible because some name or
    /// number is taken; then nothing is inserted.
    pub(in crate::store) async fn create_many(
        connection: &mut Connection,
        numbered: &[&Numbered],
    ) -> Result<bool, StoreError> {
        let failed = || StoreError::during("create_positions");
        let mut positions: Vec<&Position> = numbered.iter().map(|numbered| &numbered.position).collect();
        if !positions.iter().all(|position| is_plain(position)) {
            return Ok(false);
        }
        positions.sort_by_key(|position| position.iupd.as_str());
        let mut tx = connection.begin().await.map_err(failed())?;
        let notices = placed(&positions);
        let whole = insert_heads(&mut tx, &positions).await.map_err(failed())?
            && insert_notices(&mut tx, &notices).await.map_err(failed())?;
        if !whole {
            tx.rollback().await.map_err(failed())?;
            return Ok(false);
        }
        let transfers: Vec<(&Position, &Notice, &Transfer)> = notices
            .iter()
            .flat_map(|(position, _, _, notice)| notice.transfers.iter().map(move |t| (*position, *notice, t)))
            .collect();
        insert_transfers(&mut tx, &transfers).await.map_err(failed())?;
        for Numbered { position, generated } in numbered {
            if first_seen(&mut tx, &position.ec, generated).await.map_err(failed())?.is_some() {
                tx.rollback().await.map_err(failed())?;
                return Ok(false);
            }
        }
        // A receipt may have come before its notice.
        let numbers: Vec<Named<'_>> = notices.iter().map(|(p, _, _, n)| (&p.ec, &n.number)).collect();
        for (ec, notice) in receipted(&mut tx, &numbers).await.map_err(failed())? {
            late_receipts::link(&mut tx, &ec, &notice).await.map_err(failed())?;
        }
        tx.commit().await.map_err(failed())?;
        Ok(true)
    }

    async fn insert_heads(connection: &mut Connection, positions: &[&Position]) -> Result<bool, sqlx::Error> {
        for run in runs(positions) {
            let mut query = sqlx::query(INSERT_POSITIONS.text(run.len()));
            for position in run {
                let history = &position.history;
                query = query
                    .bind(position.ec.as_str())
                    .bind(position.iupd.as_str())
                    .bind(position.company_name.as_str())
                    .bind(optional(&position.office_name))
                    .bind(position.stand_in == StandIn::Allowed)
                    .bind(history.created_at.as_microsecond())
                    .bind(history.updated_at.as_microsecond())
                    .bind(micros(history.published_at))
                    .bind(micros(history.invalidated_at))
                    .bind(history.version);
            }
            if query.execute(&mut *connection).await?.rows_affected() < run.len() as u64 {
                return Ok(false);
            }
        }
        let options: Vec<(&Position, &PaymentOption)> = positions
            .iter()
            .flat_map(|position| position.options.iter().map(move |option| (*position, option)))
            .collect();
        for run in runs(&options) {
            let mut query = sqlx::query(INSERT_OPTIONS.text(run.len()));
            for (position, option) in run {
                let (debtor, address) = (&option.debtor, &option.debtor.address);
                query = query
                    .bind(position.ec.as_str())
                    .bind(position.iupd.as_str())
                    .bind(option.number)
                    .bind(option.shape == OptionShape::Plan)
                    .bind(optional(&option.description))
                    .bind(micros(option.valid_from))
                    .bind(option.after_due == AfterDue::Expires)
                    .bind(debtor.id.kind().code())
                    .bind(debtor.id.as_str())
                    .bind(debtor.full_name.as_str())
                    .bind(optional(&address.street))
                    .bind(optional(&address.civic_number))
                    .bind(optional(&address.postal_code))
                    .bind(optional(&address.city))
                    .bind(optional(&address.province))
                    .bind(optional(&address.region))
                    .bind(optional(&address.country))
                    .bind(optional(&address.email))
                    .bind(optional(&address.phone));
            }
            query.execute(&mut *connection).await?;
        }
        Ok(true)
    }

    async fn insert_notices(connection: &mut Connection, notices: &[Placed<'_>]) -> Result<bool, sqlx::Error> {
        for run in runs(notices) {
            let mut query = sqlx::query(INSERT_NOTICES.text(run.len()));
            for (position, option, index, notice) in run {
                query = query
                    .bind(position.ec.as_str())
                    .bind(notice.number.as_str())
                    .bind(notice.iuv.as_str())
                    .bind(position.iupd.as_str())
                    .bind(option.number)
                    .bind(*index)
                    .bind(notice.amount.get())
                    .bind(notice.description.as_str())
                    .bind(notice.due.as_microsecond())
                    .bind(micros(notice.retention))
                    .bind(metadata_json(&notice.metadata));
            }
            if query.execute(&mut *connection).await?.rows_affected() < run.len() as u64 {
                return Ok(false);
            }
        }
        Ok(true)
    }

    async fn insert_transfers(
        connection: &mut Connection,
        transfers: &[(&Position, &Notice, &Transfer)],
    ) -> Result<(), sqlx::Error> {
        for run in runs(transfers) {
            let mut query = sqlx::query(INSERT_TRANSFERS.text(run.len()));
            for (position, notice, transfer) in run {
                let (account, stamp) = match &transfer.destination {
                    Destination::Account { iban, postal } => (Some((iban, postal)), None),
                    Destination::Stamp(stamp) => (None, Some(stamp)),
                };
                query = query
                    .bind(position.ec.as_str())
                    .bind(notice.number.as_str())
                    .bind(transfer.id)
                    .bind(transfer.amount.get())
                    .bind(transfer.beneficiary.as_str())
                    .bind(optional(&transfer.company_name))
                    .bind(transfer.remittance_information.as_str())
                    .bind(transfer.category.as_str())
                    .bind(account.map(|(iban, _)| iban.as_str()))
                    .bind(account.and_then(|(_, postal)| postal.as_ref()).map(|iban| iban.as_str()))
                    .bind(stamp.map(|stamp| stamp.document_hash.as_str()))
                    .bind(stamp.map(|stamp| stamp.kind.as_str()))
                    .bind(stamp.map(|stamp| stamp.province.as_str()))
                    .bind(metadata_json(&transfer.metadata))
                    .bind(micros(transfer.reported_at));
            }
            query.execute(&mut *connection).await?;
        }
        Ok(())
    }

    /// Those of the notices that a receipt of their creditor is booked for.
    pub(in crate::store) async fn receipted(
        connection: &mut Connection,
        notices: &[Named<'_>],
    ) -> Result<Vec<(FiscalCode, NoticeNumber)>, sqlx::Error> {
        let mut found = Vec::new();
        for notices in notices.chunks(BATCH).map(filled) {
            let mut query = sqlx::query_as(RECEIPTED.text(notices.len()));
            for notice in notices {
                let (ec, number) = notice.map_or((NOBODY, NOBODY), |(ec, number)| (ec.as_str(), number.as_str()));
                query = query.bind(ec.to_owned()).bind(number.to_owned());
            }
            let rows: Vec<(String, String)> = query.fetch_all(&mut *connection).await?;
            found.extend(rows.iter().filter_map(|(ec, number)| {
                Some((FiscalCode::new(ec).ok()?, NoticeNumber::new(number).ok()?))
            }));
        }
        Ok(found)
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
        let mut tx = pool.begin_with(BEGIN).await.map_err(failed())?;
        lock_named(&mut tx, ec, &iupds.iter().collect::<Vec<_>>()).await?;
        let mut written = Vec::with_capacity(iupds.len());
        for (place, iupd) in iupds.iter().enumerate() {
            let before = load_locked(&mut tx, ec, iupd).await?.ok_or(BulkError::Unknown(place))?;
            let new = replace(place, &before).map_err(|refused| BulkError::Refused(place, refused))?;
            let Numbered { position: after, generated } = new;
            save(&mut tx, &before, &after).await.map_err(|error| match error {
                ReplaceError::NoticeTaken(number) => BulkError::NoticeTaken(place, number),
                ReplaceError::Store(error) => BulkError::Store(error),
            })?;
            if let Some(seen) = first_seen(&mut tx, ec, &generated).await.map_err(failed())? {
                return Err(BulkError::NoticeTaken(place, seen));
            }
            written.push(after);
        }
        tx.commit().await.map_err(failed())?;
        Ok(written)
    }

    pub(super) async fn delete_all<E>(
        pool: &Pool,
        ec: &FiscalCode,
        iupds: &[Iupd],
        check: &Decide<'_, (), E>,
    ) -> Result<(), BulkError<E>> {
        let failed = || StoreError::during("delete_positions");
        let mut tx = pool.begin_with(BEGIN).await.map_err(failed())?;
        lock_named(&mut tx, ec, &iupds.iter().collect::<Vec<_>>()).await?;
        for (place, iupd) in iupds.iter().enumerate() {
            let position = load_locked(&mut tx, ec, iupd).await?.ok_or(BulkError::Unknown(place))?;
            check(place, &position).map_err(|refused| BulkError::Refused(place, refused))?;
            delete_whole(&mut tx, &position).await.map_err(failed())?;
        }
        Ok(tx.commit().await.map_err(failed())?)
    }
}

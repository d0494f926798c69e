//! Positions written over: only what differs is written, and no statement here takes a payment away.
//!
//! A position is locked before it is read, so that a receipt is booked either before, and seen, or
//! after, and then judged by what was written.

use std::collections::{HashMap, HashSet};

use crate::domain::event::{Event, of_change};
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::ids::Iupd;
use crate::domain::notice_number::NoticeNumber;
use crate::domain::position::{Notice, PaymentOption, Position, StandIn};
use crate::store::dialect::{for_both_engines, on_engine};
use crate::store::numbers::{self, Numbered};
use crate::store::rows::metadata_json;
use crate::store::{Store, StoreError};

use super::{is_unique_violation, read, until_no_conflict, write};

/// Why a position was not written over.
#[derive(Debug, thiserror::Error)]
pub enum ReplaceError {
    /// Another position of the creditor institution has a notice of that number or IUV.
    #[error("another position of the creditor institution has a notice with this number or IUV")]
    NoticeTaken(NoticeNumber),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ReplaceError {
    fn is_conflict(&self) -> bool {
        matches!(self, ReplaceError::Store(error) if error.is_conflict())
    }
}

/// What `replace` decided of a position; none if there is no such position.
type Decided<E> = Option<Result<Position, E>>;

impl Store {
    /// Loads a position under lock and writes what `replace` makes of it, all in one transaction.
    /// `None` if there is no such position; what `replace` refuses leaves no trace. Of the numbers that
    /// `replace` generated, one that was ever in the world is taken. It is asked again when the engine gave
    /// up on a conflict.
    pub async fn replace_position<E, R: Into<Numbered>>(
        &self,
        ec: &FiscalCode,
        iupd: &Iupd,
        mut replace: impl FnMut(&Position) -> Result<R, E>,
    ) -> Result<Decided<E>, ReplaceError> {
        until_no_conflict!(on_engine!(&self.pools, write, |pool, engine| {
            engine::replace(pool, ec, iupd, &mut replace).await
        }))
    }
}

/// The notices that a change brings. Who books a receipt sees the others, and waits for the change.
pub(super) fn appeared(before: &Position, after: &Position) -> Vec<(FiscalCode, NoticeNumber)> {
    let known: HashSet<&NoticeNumber> = before.notices().map(|notice| &notice.number).collect();
    let new = after.notices().filter(|notice| !known.contains(&notice.number));
    new.map(|notice| (after.ec.clone(), notice.number)).collect()
}

/// A notice with its place in the position: the option's number and its own within the option.
pub(super) type Placed<'a> = (i64, i64, &'a Notice);

pub(super) fn placed(position: &Position) -> impl Iterator<Item = (&PaymentOption, Placed<'_>)> {
    position.options.iter().flat_map(|option| {
        (0..).zip(&option.notices).map(move |(index, notice)| (option, (option.number, index, notice)))
    })
}

for_both_engines! {
    [read, write, numbers]

    pub(super) async fn replace<E, R: Into<Numbered>>(
        pool: &Pool,
        ec: &FiscalCode,
        iupd: &Iupd,
        replace: &mut impl FnMut(&Position) -> Result<R, E>,
    ) -> Result<Decided<E>, ReplaceError> {
        let failed = || StoreError::during("replace_position");
        let mut tx = begin(pool, BEGIN).await.map_err(failed())?;
        let Some(before) = load_locked(&mut tx, ec, iupd).await? else { return Ok(None) };
        let Numbered { position: after, generated } = match replace(&before) {
            Ok(after) => after.into(),
            Err(refused) => return Ok(Some(Err(refused))),
        };
        let events = save(&mut tx, &before, &after).await?;
        if let Some(seen) = first_seen(&mut tx, ec, &generated).await.map_err(failed())? {
            return Err(ReplaceError::NoticeTaken(seen));
        }
        late_receipts::commit_linked(pool, tx, appeared(&before, &after), &events).await?;
        Ok(Some(Ok(after)))
    }

    /// Writes what differs between a position and what it becomes; says what is to be told of it.
    pub(in crate::store) async fn save(
        connection: &mut Connection,
        before: &Position,
        after: &Position,
    ) -> Result<Vec<Event>, ReplaceError> {
        let failed = || StoreError::during("replace_position");
        update_position(connection, after).await.map_err(failed())?;
        for option in &after.options {
            put_option(connection, after, option).await.map_err(failed())?;
        }
        let stay: HashSet<&NoticeNumber> = after.notices().map(|notice| &notice.number).collect();
        let gone = before.notices().filter(|notice| notice.payment.is_none());
        for notice in gone.filter(|notice| !stay.contains(&notice.number)) {
            retire(connection, before, &notice.number).await.map_err(failed())?;
            delete_notice(connection, before, notice).await.map_err(failed())?;
        }
        make_room(connection, before).await.map_err(failed())?;
        let old: HashMap<&NoticeNumber, &Notice> =
            before.notices().map(|notice| (&notice.number, notice)).collect();
        let mut placed: Vec<_> = placed(after).collect();
        // What stays is in its place before what is new, which a receipt may have paid already: that is judged
        // by what else is paid. Then one order for all writers, so that two who want the same numbers do not
        // wait for each other.
        placed.sort_by_key(|(_, (_, _, notice))| (!old.contains_key(&notice.number), notice.number));
        for (option, (option_no, index, notice)) in placed {
            let known = old.get(&notice.number).copied();
            if known.is_some() {
                update_notice(connection, after, (option_no, index, notice)).await.map_err(failed())?;
            } else {
                match insert_notice(connection, after, option, (index, notice)).await {
                    Err(error) if is_unique_violation(&error) => {
                        return Err(ReplaceError::NoticeTaken(notice.number));
                    }
                    other => other.map_err(failed())?,
                }
            }
            rewrite_transfers(connection, after, known, notice).await.map_err(failed())?;
        }
        let last = after.options.iter().map(|option| option.number).max().unwrap_or_default();
        delete_options_after(connection, after, last).await.map_err(failed())?;
        let mut events = of_change(Some(before), Some(after), after.history.updated_at);
        // A receipt may have come before its notice.
        let new = appeared(before, after);
        let new: Vec<_> = new.iter().map(|(ec, number)| (ec, number)).collect();
        events.extend(late_receipts::link_receipted(connection, &new).await?);
        Ok(events)
    }

    pub(in crate::store) async fn update_position(connection: &mut Connection, position: &Position) -> Result<(), sqlx::Error> {
        sqlx::query(
            "UPDATE position SET updated_at = $3, published_at = $4, invalidated_at = $5, version = $6, \
             company_name = $7, office_name = $8, stand_in_allowed = $9 WHERE ec = $1 AND iupd = $2",
        )
        .bind(position.ec.as_str())
        .bind(position.iupd.as_str())
        .bind(position.history.updated_at.as_microsecond())
        .bind(write::micros(position.history.published_at))
        .bind(write::micros(position.history.invalidated_at))
        .bind(position.history.version)
        .bind(position.company_name.as_str())
        .bind(write::optional(&position.office_name))
        .bind(position.stand_in == StandIn::Allowed)
        .execute(connection)
        .await
        .map(drop)
    }

    async fn delete_notice(
        connection: &mut Connection,
        position: &Position,
        notice: &Notice,
    ) -> Result<(), sqlx::Error> {
        sqlx::query("DELETE FROM notice WHERE ec = $1 AND notice_number = $2 AND paid_at IS NULL")
            .bind(position.ec.as_str())
            .bind(notice.number.as_str())
            .execute(connection)
            .await
            .map(drop)
    }

    /// Moves the notices out of the way of each other: two of them may change places.
    async fn make_room(connection: &mut Connection, position: &Position) -> Result<(), sqlx::Error> {
        sqlx::query("UPDATE notice SET notice_no = -1 - notice_no WHERE ec = $1 AND iupd = $2")
            .bind(position.ec.as_str())
            .bind(position.iupd.as_str())
            .execute(connection)
            .await
            .map(drop)
    }

    pub(in crate::store) async fn update_notice(
        connection: &mut Connection,
        position: &Position,
        (option_no, index, notice): Placed<'_>,
    ) -> Result<(), sqlx::Error> {
        sqlx::query(
            "UPDATE notice SET option_no = $3, notice_no = $4, amount = $5, description = $6, due_at = $7, \
             retention_at = $8, metadata = $9, notification_fee = $10 WHERE ec = $1 AND notice_number = $2",
        )
        .bind(position.ec.as_str())
        .bind(notice.number.as_str())
        .bind(option_no)
        .bind(index)
        .bind(notice.amount.get())
        .bind(notice.description.as_str())
        .bind(notice.due.as_microsecond())
        .bind(write::micros(notice.retention))
        .bind(metadata_json(&notice.metadata))
        .bind(notice.notification_fee.get())
        .execute(connection)
        .await
        .map(drop)
    }

    pub(in crate::store) async fn rewrite_transfers(
        connection: &mut Connection,
        position: &Position,
        before: Option<&Notice>,
        notice: &Notice,
    ) -> Result<(), sqlx::Error> {
        if before.is_some_and(|before| before.transfers == notice.transfers) {
            return Ok(());
        }
        sqlx::query("DELETE FROM transfer WHERE ec = $1 AND notice_number = $2")
            .bind(position.ec.as_str())
            .bind(notice.number.as_str())
            .execute(&mut *connection)
            .await?;
        for transfer in &notice.transfers {
            insert_transfer(connection, position, notice, transfer).await?;
        }
        Ok(())
    }

    async fn delete_options_after(
        connection: &mut Connection,
        position: &Position,
        last: i64,
    ) -> Result<(), sqlx::Error> {
        sqlx::query("DELETE FROM payment_option WHERE ec = $1 AND iupd = $2 AND option_no > $3")
            .bind(position.ec.as_str())
            .bind(position.iupd.as_str())
            .bind(last)
            .execute(connection)
            .await
            .map(drop)
    }
}

//! Debt positions: created, read, changed and deleted as a whole, each in one transaction.

use jiff::Timestamp;

use crate::domain::fiscal_code::FiscalCode;
use crate::domain::ids::Iupd;
use crate::domain::notice_number::NoticeNumber;
use crate::domain::position::{
    AfterDue, Destination, Notice, OptionShape, PaymentOption, Position, StandIn, Transfer,
};
use crate::domain::text::Text;

use super::dialect::{Pools, for_both_engines, on_engine};
use super::receipts::late;
use super::rows::{self, PositionRow, metadata_json, position_columns};
use super::{Store, StoreError};

pub(super) const ONE_POSITION: &str = concat!(
    "SELECT ",
    position_columns!(),
    " FROM position p \
     JOIN payment_option o ON o.ec = p.ec AND o.iupd = p.iupd \
     JOIN notice n ON n.ec = o.ec AND n.iupd = o.iupd AND n.option_no = o.option_no \
     JOIN transfer t ON t.ec = n.ec AND t.notice_number = n.notice_number \
     WHERE p.ec = $1 AND p.iupd = $2 ORDER BY o.option_no, n.notice_no, t.id_transfer"
);

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

impl Store {
    /// Creates a position with all its notices; one that a receipt was booked for already is paid at once.
    pub async fn create_position(&self, position: &Position) -> Result<(), CreateError> {
        on_engine!(&self.pools, write, |pool, engine| engine::create(pool, position).await)?;
        if matches!(self.pools, Pools::Postgres(_)) {
            for notice in position.notices() {
                let linked = late::link(&self.pools, &position.ec, &notice.number).await;
                linked.map_err(StoreError::during("create_position"))?;
            }
        }
        Ok(())
    }

    /// A position with everything under it.
    pub async fn position(&self, ec: &FiscalCode, iupd: &Iupd) -> Result<Option<Position>, StoreError> {
        let rows = on_engine!(&self.pools, read, |pool, engine| engine::load(pool, ec, iupd).await);
        rows::position(&rows.map_err(StoreError::during("position"))?)
    }

    /// Loads a position under lock, lets `change` edit its dated facts, and saves them, all in one
    /// transaction. `None` if there is no such position; what `change` refuses leaves no trace.
    pub async fn change_position<E>(
        &self,
        ec: &FiscalCode,
        iupd: &Iupd,
        change: impl Fn(&mut Position) -> Result<(), E>,
    ) -> Result<Option<Result<Position, E>>, StoreError> {
        on_engine!(&self.pools, write, |pool, engine| engine::change(pool, ec, iupd, change).await)
    }

    /// Deletes a position that `check` lets go, in one transaction.
    pub async fn delete_position<E>(
        &self,
        ec: &FiscalCode,
        iupd: &Iupd,
        check: impl Fn(&Position) -> Result<(), E>,
    ) -> Result<Option<Result<(), E>>, StoreError> {
        on_engine!(&self.pools, write, |pool, engine| engine::delete(pool, ec, iupd, check).await)
    }
}

fn micros(instant: Option<Timestamp>) -> Option<i64> {
    instant.map(Timestamp::as_microsecond)
}

fn optional<const MAX: usize>(text: &Option<Text<MAX>>) -> Option<&str> {
    text.as_ref().map(Text::as_str)
}

fn is_unique_violation(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(|error| error.is_unique_violation())
}

for_both_engines! {
    pub(super) async fn create(pool: &Pool, position: &Position) -> Result<(), CreateError> {
        let failed = StoreError::during("create_position");
        let mut tx = pool.begin_with(BEGIN).await.map_err(failed)?;
        match insert_position(&mut tx, position).await {
            Err(error) if is_unique_violation(&error) => return Err(CreateError::IupdTaken),
            other => other.map_err(StoreError::during("create_position"))?,
        }
        for option in &position.options {
            insert_option(&mut tx, position, option).await.map_err(StoreError::during("create_position"))?;
            for (index, notice) in (0..).zip(&option.notices) {
                match insert_notice(&mut tx, position, option, (index, notice)).await {
                    Err(error) if is_unique_violation(&error) => {
                        return Err(CreateError::NoticeTaken(notice.number));
                    }
                    other => other.map_err(StoreError::during("create_position"))?,
                }
                for transfer in &notice.transfers {
                    insert_transfer(&mut tx, position, notice, transfer)
                        .await
                        .map_err(StoreError::during("create_position"))?;
                }
                late_receipts::link(&mut tx, &position.ec, &notice.number)
                    .await
                    .map_err(StoreError::during("create_position"))?;
            }
        }
        Ok(tx.commit().await.map_err(StoreError::during("create_position"))?)
    }

    pub(super) async fn load<'c>(
        executor: impl sqlx::Executor<'c, Database = <Connection as sqlx::Connection>::Database>,
        ec: &FiscalCode,
        iupd: &Iupd,
    ) -> Result<Vec<PositionRow>, sqlx::Error> {
        let query = sqlx::query(ONE_POSITION).bind(ec.as_str()).bind(iupd.as_str());
        rows::read_rows(&query.fetch_all(executor).await?)
    }

    pub(super) async fn change<E>(
        pool: &Pool,
        ec: &FiscalCode,
        iupd: &Iupd,
        change: impl Fn(&mut Position) -> Result<(), E>,
    ) -> Result<Option<Result<Position, E>>, StoreError> {
        let failed = || StoreError::during("change_position");
        let mut tx = pool.begin_with(BEGIN).await.map_err(failed())?;
        let Some(mut position) = load_locked(&mut tx, ec, iupd).await? else { return Ok(None) };
        if let Err(refused) = change(&mut position) {
            return Ok(Some(Err(refused)));
        }
        save_facts(&mut tx, &position).await.map_err(failed())?;
        tx.commit().await.map_err(failed())?;
        Ok(Some(Ok(position)))
    }

    pub(super) async fn delete<E>(
        pool: &Pool,
        ec: &FiscalCode,
        iupd: &Iupd,
        check: impl Fn(&Position) -> Result<(), E>,
    ) -> Result<Option<Result<(), E>>, StoreError> {
        let failed = || StoreError::during("delete_position");
        let mut tx = pool.begin_with(BEGIN).await.map_err(failed())?;
        let Some(position) = load_locked(&mut tx, ec, iupd).await? else { return Ok(None) };
        if let Err(refused) = check(&position) {
            return Ok(Some(Err(refused)));
        }
        sqlx::query("DELETE FROM position WHERE ec = $1 AND iupd = $2")
            .bind(ec.as_str())
            .bind(iupd.as_str())
            .execute(&mut *tx)
            .await
            .map_err(failed())?;
        tx.commit().await.map_err(failed())?;
        Ok(Some(Ok(())))
    }

    async fn load_locked(
        connection: &mut Connection,
        ec: &FiscalCode,
        iupd: &Iupd,
    ) -> Result<Option<Position>, StoreError> {
        if LOCKS_ROWS {
            let lock = sqlx::query(LOCK_POSITION).bind(ec.as_str()).bind(iupd.as_str());
            lock.execute(&mut *connection).await.map_err(StoreError::during("lock position"))?;
        }
        let rows = load(connection, ec, iupd).await.map_err(StoreError::during("lock position"))?;
        rows::position(&rows)
    }

    async fn save_facts(connection: &mut Connection, position: &Position) -> Result<(), sqlx::Error> {
        sqlx::query(
            "UPDATE position SET updated_at = $3, published_at = $4, invalidated_at = $5, version = $6 \
             WHERE ec = $1 AND iupd = $2",
        )
        .bind(position.ec.as_str())
        .bind(position.iupd.as_str())
        .bind(position.history.updated_at.as_microsecond())
        .bind(micros(position.history.published_at))
        .bind(micros(position.history.invalidated_at))
        .bind(position.history.version)
        .execute(&mut *connection)
        .await?;
        for option in &position.options {
            sqlx::query("UPDATE payment_option SET valid_from = $4 WHERE ec = $1 AND iupd = $2 AND option_no = $3")
                .bind(position.ec.as_str())
                .bind(position.iupd.as_str())
                .bind(option.number)
                .bind(micros(option.valid_from))
                .execute(&mut *connection)
                .await?;
        }
        Ok(())
    }

    async fn insert_position(connection: &mut Connection, position: &Position) -> Result<(), sqlx::Error> {
        sqlx::query(
            "INSERT INTO position (ec, iupd, company_name, office_name, stand_in_allowed, created_at, \
             updated_at, published_at, invalidated_at, version) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(position.ec.as_str())
        .bind(position.iupd.as_str())
        .bind(position.company_name.as_str())
        .bind(optional(&position.office_name))
        .bind(position.stand_in == StandIn::Allowed)
        .bind(position.history.created_at.as_microsecond())
        .bind(position.history.updated_at.as_microsecond())
        .bind(micros(position.history.published_at))
        .bind(micros(position.history.invalidated_at))
        .bind(position.history.version)
        .execute(connection)
        .await
        .map(drop)
    }

    async fn insert_option(
        connection: &mut Connection,
        position: &Position,
        option: &PaymentOption,
    ) -> Result<(), sqlx::Error> {
        let (debtor, address) = (&option.debtor, &option.debtor.address);
        sqlx::query(
            "INSERT INTO payment_option (ec, iupd, option_no, is_plan, description, valid_from, expires, \
             debtor_kind, debtor_id, debtor_name, street, civic_number, postal_code, city, province, \
             region, country, email, phone) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, \
             $13, $14, $15, $16, $17, $18, $19)",
        )
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
        .bind(optional(&address.phone))
        .execute(connection)
        .await
        .map(drop)
    }

    async fn insert_notice(
        connection: &mut Connection,
        position: &Position,
        option: &PaymentOption,
        (index, notice): (i64, &Notice),
    ) -> Result<(), sqlx::Error> {
        sqlx::query(
            "INSERT INTO notice (ec, notice_number, iuv, iupd, option_no, notice_no, amount, description, \
             due_at, retention_at, metadata) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        )
        .bind(position.ec.as_str())
        .bind(notice.number.as_str())
        .bind(notice.iuv.as_str())
        .bind(position.iupd.as_str())
        .bind(option.number)
        .bind(index)
        .bind(notice.amount.get())
        .bind(notice.description.as_str())
        .bind(notice.due.as_microsecond())
        .bind(micros(notice.retention))
        .bind(metadata_json(&notice.metadata))
        .execute(connection)
        .await
        .map(drop)
    }

    async fn insert_transfer(
        connection: &mut Connection,
        position: &Position,
        notice: &Notice,
        transfer: &Transfer,
    ) -> Result<(), sqlx::Error> {
        let (account, stamp) = match &transfer.destination {
            Destination::Account { iban, postal } => (Some((iban, postal)), None),
            Destination::Stamp(stamp) => (None, Some(stamp)),
        };
        sqlx::query(
            "INSERT INTO transfer (ec, notice_number, id_transfer, amount, beneficiary, company_name, \
             remittance, category, iban, postal_iban, stamp_hash, stamp_kind, stamp_province, metadata, \
             reported_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        )
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
        .bind(micros(transfer.reported_at))
        .execute(connection)
        .await
        .map(drop)
    }
}

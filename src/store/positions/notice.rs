//! What happens to one notice: it is paid elsewhere, its notification costs something, a flow accounts for it.

use crate::domain::event::of_change;
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::ids::{Iupd, ReceiptId};
use crate::domain::notice_number::{Iuv, NoticeNumber};
use crate::domain::position::Position;
use crate::store::dialect::{for_both_engines, on_engine};
use crate::store::{Store, StoreError, events};

use super::replace::placed;
use super::{read, replace, until_no_conflict, write};

/// What a notice of a creditor institution is found by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoticeName {
    /// Its number.
    Number(NoticeNumber),
    /// Its IUV.
    Iuv(Iuv),
}

/// What was decided of the position of a notice, with the number of the notice; none if there is no such
/// notice.
type Decided<E> = Option<Result<(Position, NoticeNumber), E>>;

impl Store {
    /// Loads the position of a notice under lock, lets `change` edit the facts of that notice (payment,
    /// amounts, reports), and saves them with the number. `None` if there is no such notice; what `change`
    /// refuses leaves no trace. It is asked again when the engine gave up on a conflict.
    pub async fn change_notice<E>(
        &self,
        ec: &FiscalCode,
        notice: &NoticeName,
        change: impl Fn(&mut Position, &NoticeNumber) -> Result<(), E>,
    ) -> Result<Decided<E>, StoreError> {
        until_no_conflict!(on_engine!(&self.pools, write, |pool, engine| {
            engine::change_notice(pool, ec, notice, &change).await
        }))
    }
}

const BY_NUMBER: &str = "SELECT iupd, notice_number FROM notice WHERE ec = $1 AND notice_number = $2";

const BY_IUV: &str = "SELECT iupd, notice_number FROM notice WHERE ec = $1 AND iuv = $2";

for_both_engines! {
    [read, replace, events]

    pub(super) async fn change_notice<E>(
        pool: &Pool,
        ec: &FiscalCode,
        name: &NoticeName,
        change: &impl Fn(&mut Position, &NoticeNumber) -> Result<(), E>,
    ) -> Result<Decided<E>, StoreError> {
        let failed = || StoreError::during("change_notice");
        let mut tx = begin(pool, BEGIN).await.map_err(failed())?;
        let (by, name) = match name {
            NoticeName::Number(number) => (BY_NUMBER, number.as_str()),
            NoticeName::Iuv(iuv) => (BY_IUV, iuv.as_str()),
        };
        let found: Option<(String, String)> = sqlx::query_as(by)
            .bind(ec.as_str())
            .bind(name)
            .fetch_optional(&mut *tx)
            .await
            .map_err(failed())?;
        let Some((iupd, number)) = found else { return Ok(None) };
        let iupd = Iupd::new(&iupd).map_err(|_| StoreError::Corrupt { what: "iupd" })?;
        let number = NoticeNumber::new(&number).map_err(|_| StoreError::Corrupt { what: "notice number" })?;
        let Some(before) = load_locked(&mut tx, ec, &iupd).await? else { return Ok(None) };
        // An update may have taken the notice away before the lock was ours.
        if before.notice(&number).is_none() {
            return Ok(None);
        }
        let mut after = before.clone();
        if let Err(refused) = change(&mut after, &number) {
            return Ok(Some(Err(refused)));
        }
        save_notice(&mut tx, &before, &after, &number).await.map_err(failed())?;
        let events = of_change(Some(&before), Some(&after), after.history.updated_at);
        record(&mut tx, &events).await.map_err(failed())?;
        tx.commit().await.map_err(failed())?;
        Ok(Some(Ok((after, number))))
    }

    async fn save_notice(
        connection: &mut Connection,
        before: &Position,
        after: &Position,
        number: &NoticeNumber,
    ) -> Result<(), sqlx::Error> {
        update_position(connection, after).await?;
        for (_, (option_no, index, notice)) in placed(after) {
            if notice.number == *number {
                update_notice(connection, after, (option_no, index, notice)).await?;
                rewrite_transfers(connection, after, before.notice(number), notice).await?;
            }
        }
        save_payment(connection, after, number).await
    }

    async fn save_payment(
        connection: &mut Connection,
        position: &Position,
        number: &NoticeNumber,
    ) -> Result<(), sqlx::Error> {
        let payment = position.notice(number).and_then(|notice| notice.payment.as_ref());
        let receipt = payment.and_then(|payment| payment.proof.receipt());
        sqlx::query(
            "UPDATE notice SET paid_at = $3, paid_receipt = $4 \
             WHERE ec = $1 AND notice_number = $2 AND paid_at IS NULL",
        )
        .bind(position.ec.as_str())
        .bind(number.as_str())
        .bind(write::micros(payment.map(|payment| payment.paid_at)))
        .bind(receipt.map(ReceiptId::as_str))
        .execute(connection)
        .await
        .map(drop)
    }
}

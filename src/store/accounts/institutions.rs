//! Accounts of many creditor institutions: who has one, and those of all that a broker serves.

use crate::domain::fiscal_code::FiscalCode;
use crate::domain::iban::Iban;
use crate::domain::ids::BrokerCode;
use crate::store::dialect::{for_both_engines, on_engine};
use crate::store::rows::read;
use crate::store::{Store, StoreError};

use super::{AccountRow, Chosen, NamedAccount, account_columns, accounts};

impl Store {
    /// The creditor institutions that have an account in their census, by code.
    pub async fn institutions_with(&self, iban: &Iban) -> Result<Vec<FiscalCode>, StoreError> {
        let rows = on_engine!(&self.pools, read, |pool, engine| engine::with_account(pool, iban).await);
        let rows = rows.map_err(StoreError::during("institutions_with"))?;
        rows.iter().map(|ec| read(FiscalCode::new(ec), "fiscal code")).collect()
    }

    /// A page of the accounts of all creditor institutions that a broker's stations serve, in the order of
    /// their codes, and how many there are in all.
    pub async fn accounts_of_broker(
        &self,
        broker: &BrokerCode,
        (limit, offset): (u32, u64),
    ) -> Result<(Vec<NamedAccount>, u64), StoreError> {
        let page = (i64::from(limit), i64::try_from(offset).unwrap_or(i64::MAX));
        let found = on_engine!(&self.pools, read, |pool, engine| engine::of_broker(pool, broker, page).await);
        let (rows, chosen, total) = found.map_err(StoreError::during("accounts_of_broker"))?;
        Ok((accounts(rows, &chosen)?, u64::try_from(total).unwrap_or(0)))
    }
}

/// That a station of broker `$1` serves creditor institution `i.ec`.
macro_rules! served {
    () => {
        "i.ec IN (SELECT l.ec FROM station s JOIN station_link l ON l.station = s.station WHERE s.broker = $1)"
    };
}

for_both_engines! {
    pub(super) async fn with_account(pool: &Pool, iban: &Iban) -> Result<Vec<String>, sqlx::Error> {
        sqlx::query_scalar("SELECT ec FROM iban WHERE iban = $1 ORDER BY ec")
            .bind(iban.as_str())
            .fetch_all(pool)
            .await
    }

    pub(super) async fn of_broker(
        pool: &Pool,
        broker: &BrokerCode,
        (limit, offset): (i64, i64),
    ) -> Result<(Vec<AccountRow>, Vec<Chosen>, i64), sqlx::Error> {
        const PAGE: &str = concat!(
            "SELECT ",
            account_columns!(),
            " FROM iban i JOIN creditor_institution c ON c.ec = i.ec WHERE ",
            served!(),
            " ORDER BY i.ec, i.iban LIMIT $2 OFFSET $3"
        );
        const TOTAL: &str = concat!("SELECT COUNT(*) FROM iban i WHERE ", served!());
        const CHOSEN: &str = concat!("SELECT i.ec, i.iban, i.label FROM iban_label i WHERE ", served!());
        let mut tx = begin(pool, BEGIN_SNAPSHOT).await?;
        let rows = sqlx::query_as(PAGE)
            .bind(broker.as_str())
            .bind(limit)
            .bind(offset)
            .fetch_all(&mut *tx)
            .await?;
        let chosen = sqlx::query_as(CHOSEN).bind(broker.as_str()).fetch_all(&mut *tx).await?;
        let total = sqlx::query_scalar(TOTAL).bind(broker.as_str()).fetch_one(&mut *tx).await?;
        tx.commit().await?;
        Ok((rows, chosen, total))
    }
}

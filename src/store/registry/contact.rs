//! Whom to call.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Wanted, form, parsed, wanted};
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::registry::{Contact, EmailAddress, Telephone};
use crate::domain::text::Text;
use crate::store::dialect::{for_both_engines, on_engine};
use crate::store::governance::Refused;
use crate::store::rows::read as read_value;
use crate::store::{Store, StoreError};

#[derive(Debug, Serialize, Deserialize, sqlx::FromRow)]
pub(super) struct ContactRow {
    name: String,
    referent: String,
    email: String,
    telephone: String,
}

impl ContactRow {
    fn facts(&self, ec: &FiscalCode) -> Result<Contact, StoreError> {
        Ok(Contact {
            ec: ec.clone(),
            name: read_value(Text::new(&self.name), "name")?,
            referent: read_value(Text::new(&self.referent), "name")?,
            email: read_value(EmailAddress::new(&self.email), "e-mail address")?,
            telephone: read_value(Telephone::new(&self.telephone), "telephone number")?,
        })
    }
}

impl Wanted for Contact {
    fn wanted(&self) -> String {
        wanted(&ContactRow {
            name: self.name.to_string(),
            referent: self.referent.to_string(),
            email: self.email.as_str().to_owned(),
            telephone: self.telephone.as_str().to_owned(),
        })
    }
}

impl Store {
    /// Whom to call of a creditor institution.
    pub async fn contact(&self, ec: &FiscalCode) -> Result<Option<Contact>, StoreError> {
        let row = on_engine!(&self.pools, read, |pool, engine| engine::find(pool, ec.as_str()).await);
        row.map_err(StoreError::during("contact"))?.map(|row| row.facts(ec)).transpose()
    }
}

for_both_engines! {
    pub(super) async fn find<'c>(
        executor: impl sqlx::Executor<'c, Database = <Connection as sqlx::Connection>::Database>,
        ec: &str,
    ) -> Result<Option<ContactRow>, sqlx::Error> {
        const FIND: &str = "SELECT name, referent, email, telephone FROM contact WHERE ec = $1";
        sqlx::query_as(FIND).bind(ec).fetch_optional(executor).await
    }

    pub(in crate::store) async fn read_contact(
        connection: &mut Connection,
        target: &str,
    ) -> Result<Option<String>, Refused> {
        find(connection, target).await?.map(|row| form(&row)).transpose()
    }

    pub(in crate::store) async fn write_contact(
        connection: &mut Connection,
        target: &str,
        wanted: Option<&str>,
        _at: Timestamp,
    ) -> Result<(), Refused> {
        const PUT: &str = "INSERT INTO contact (ec, name, referent, email, telephone) VALUES ($1, $2, $3, $4, $5) \
            ON CONFLICT (ec) DO UPDATE SET name = excluded.name, referent = excluded.referent, \
            email = excluded.email, telephone = excluded.telephone";
        let Some(wanted) = wanted else {
            sqlx::query("DELETE FROM contact WHERE ec = $1").bind(target).execute(connection).await?;
            return Ok(());
        };
        let row: ContactRow = parsed(wanted)?;
        let put = sqlx::query(PUT).bind(target).bind(&row.name).bind(&row.referent).bind(&row.email);
        put.bind(&row.telephone).execute(connection).await?;
        Ok(())
    }
}

//! What an account can be chosen for: names that all creditors share.

use serde::{Deserialize, Serialize};

use crate::domain::account::Purpose;
use crate::domain::governance::Conflict;
use crate::domain::text::Text;
use crate::store::dialect::{for_both_engines, on_engine};
use crate::store::governance::Refused;
use crate::store::rows::read;
use crate::store::{Store, StoreError};

/// Something that an account can be chosen for.
#[derive(Clone, Debug, PartialEq)]
pub struct PurposeRow {
    /// Its name.
    pub purpose: Purpose,
    /// What it means.
    pub description: Text<300>,
}

#[derive(Debug, Serialize, Deserialize)]
struct PurposeForm {
    name: String,
    description: String,
}

/// How a purpose is proposed; its name is that of the proposal.
pub fn purpose_form(row: &PurposeRow) -> String {
    let form =
        PurposeForm { name: row.purpose.as_str().to_owned(), description: row.description.to_string() };
    serde_json::to_string(&form).unwrap_or_default()
}

/// What the node knows under a name, before anybody described it otherwise.
pub(super) fn built_in(name: &str) -> Option<(String, String)> {
    let found = Purpose::BUILT_IN.into_iter().find(|(known, _)| *known == name);
    found.map(|(name, description)| (name.to_owned(), description.to_owned()))
}

impl Store {
    /// All that accounts can be chosen for, by name.
    pub async fn purposes(&self) -> Result<Vec<PurposeRow>, StoreError> {
        let rows = on_engine!(&self.pools, read, |pool, engine| engine::all(pool).await);
        let mut rows = rows.map_err(StoreError::during("purposes"))?;
        for (name, description) in Purpose::BUILT_IN {
            if !rows.iter().any(|(known, _)| known == name) {
                rows.push((name.to_owned(), description.to_owned()));
            }
        }
        rows.sort();
        let each = rows.iter().map(|(purpose, description)| {
            Ok(PurposeRow {
                purpose: read(Purpose::new(purpose), "purpose of an account")?,
                description: read(Text::new(description), "description of a purpose")?,
            })
        });
        each.collect()
    }
}

for_both_engines! {
    pub(super) async fn all(pool: &Pool) -> Result<Vec<(String, String)>, sqlx::Error> {
        sqlx::query_as("SELECT purpose, description FROM iban_purpose").fetch_all(pool).await
    }

    /// How a purpose is now.
    pub(in crate::store) async fn read_purpose(
        connection: &mut Connection,
        target: &str,
    ) -> Result<Option<String>, Refused> {
        let row: Option<(String, String)> =
            sqlx::query_as("SELECT purpose, description FROM iban_purpose WHERE purpose = $1")
                .bind(target)
                .fetch_optional(connection)
                .await?;
        let form = row.or_else(|| built_in(target)).map(|(name, description)| PurposeForm { name, description });
        Ok(form.map(|form| serde_json::to_string(&form).unwrap_or_default()))
    }

    /// Makes a purpose as it is wished to be. None goes: accounts are chosen for them.
    pub(in crate::store) async fn write_purpose(
        connection: &mut Connection,
        target: &str,
        wanted: Option<&str>,
    ) -> Result<(), Refused> {
        let Some(json) = wanted else {
            return Err(Conflict::new("kept", "A label of accounts stays, once there is one.").into());
        };
        let form: PurposeForm = read(serde_json::from_str(json), "label of a proposal")?;
        sqlx::query(
            "INSERT INTO iban_purpose (purpose, description) VALUES ($1, $2) \
             ON CONFLICT (purpose) DO UPDATE SET description = excluded.description",
        )
        .bind(target)
        .bind(&form.description)
        .execute(connection)
        .await?;
        Ok(())
    }
}

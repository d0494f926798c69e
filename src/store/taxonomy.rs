//! The taxonomy of collection services, replaced as a whole.

use jiff::civil::Date;

use crate::domain::taxonomy::{TaxonomyCode, TaxonomyEntry};

use super::dialect::{for_both_engines, on_engine};
use super::rows::read;
use super::{Store, StoreError};

/// All rows: code, first day, last day.
pub(super) const ALL: &str = "SELECT code, valid_from, valid_until FROM taxonomy";

/// A row of [`ALL`].
pub(super) type Row = (String, String, String);

/// What a row says.
pub(super) fn entry((code, from, until): &Row) -> Result<TaxonomyEntry, StoreError> {
    let day = |text: &str| read(text.parse::<Date>(), "day");
    Ok(TaxonomyEntry {
        code: read(TaxonomyCode::listed(code), "taxonomy code")?,
        valid_from: day(from)?,
        valid_until: day(until)?,
    })
}

impl Store {
    /// Puts these entries in the place of all that there are, in one commit. Of two with one code and one
    /// first day the last counts.
    pub async fn replace_taxonomy(&self, entries: &[TaxonomyEntry]) -> Result<(), StoreError> {
        on_engine!(&self.pools, write, |pool, engine| engine::replace(pool, entries).await)
            .map_err(StoreError::during("replace_taxonomy"))
    }
}

for_both_engines! {
    pub(super) async fn replace(pool: &Pool, entries: &[TaxonomyEntry]) -> Result<(), sqlx::Error> {
        let mut tx = begin(pool, BEGIN).await?;
        sqlx::query("DELETE FROM taxonomy").execute(&mut *tx).await?;
        for entry in entries {
            sqlx::query(
                "INSERT INTO taxonomy (code, valid_from, valid_until) VALUES ($1, $2, $3) \
                 ON CONFLICT (code, valid_from) DO UPDATE SET valid_until = excluded.valid_until",
            )
            .bind(entry.code.as_str())
            .bind(entry.valid_from.to_string())
            .bind(entry.valid_until.to_string())
            .execute(&mut *tx)
            .await?;
        }
        tx.commit().await
    }
}

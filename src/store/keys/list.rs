//! Keys as people see them.

use std::collections::HashMap;

use jiff::Timestamp;

use super::live::{KeyRow, grouped, key_columns};
use crate::domain::access::{ApiKey, Deed, Slot};
use crate::store::dialect::{for_both_engines, on_engine};
use crate::store::rows::{instant, optional_instant};
use crate::store::{Store, StoreError};

/// A key and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRecord {
    /// The key.
    pub key: ApiKey,
    /// When and by whom it was made; keys of before do not say.
    pub created: Option<Deed>,
    /// Its end, no longer included.
    pub until: Option<Timestamp>,
    /// When and by whom it was revoked.
    pub revoked: Option<Deed>,
    /// Its secrets, the primary one first.
    pub secrets: Vec<KeySecret>,
    /// When it was last used, to the minute.
    pub used_at: Option<Timestamp>,
}

/// A secret of a key, of which nothing is told but when it works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeySecret {
    /// Which of the two.
    pub slot: Slot,
    /// When it was made; those of before do not say.
    pub made_at: Option<Timestamp>,
    /// The end of one that was replaced.
    pub until: Option<Timestamp>,
}

impl Store {
    /// All keys, revoked ones too, in the order in which they were made.
    pub async fn key_records(&self) -> Result<Vec<KeyRecord>, StoreError> {
        let rows = on_engine!(&self.pools, read, |pool, engine| engine::records(pool).await);
        parse(rows.map_err(StoreError::during("key_records"))?)
    }

    /// The key of that name.
    pub async fn key_record(&self, id: &str) -> Result<Option<KeyRecord>, StoreError> {
        let rows = on_engine!(&self.pools, read, |pool, engine| engine::one_record(pool, id).await);
        Ok(parse(rows.map_err(StoreError::during("key_record"))?)?.into_iter().next())
    }
}

/// The rows of some keys.
#[derive(Debug)]
pub(in crate::store) struct Records {
    keys: Vec<KeyRow>,
    institutions: Vec<(String, String)>,
    codes: Vec<(String, String)>,
    secrets: Vec<(String, String, Option<i64>, Option<i64>)>,
    uses: Vec<(String, i64)>,
}

pub(super) fn parse(rows: Records) -> Result<Vec<KeyRecord>, StoreError> {
    let (mut institutions, mut codes) = (grouped(rows.institutions), grouped(rows.codes));
    let used: HashMap<String, i64> = rows.uses.into_iter().collect();
    let mut others: HashMap<String, Vec<KeySecret>> = HashMap::new();
    for (id, slot, made_at, until) in rows.secrets {
        let slot = Slot::named(&slot).ok_or(StoreError::Corrupt { what: "secret of a key" })?;
        let (made_at, until) = (optional_instant(made_at)?, optional_instant(until)?);
        others.entry(id).or_default().push(KeySecret { slot, made_at, until });
    }
    let record = |row: KeyRow| {
        let held = institutions.remove(&row.id).unwrap_or_default();
        let key = row.read(&held, &codes.remove(&row.id).unwrap_or_default())?;
        let primary =
            KeySecret { slot: Slot::Primary, made_at: optional_instant(row.primary_at)?, until: None };
        let mut secrets = vec![primary];
        secrets.append(&mut others.remove(&row.id).unwrap_or_default());
        Ok(KeyRecord {
            key,
            created: deed(row.created_at, row.created_by)?,
            until: optional_instant(row.expires_at)?,
            revoked: deed(row.revoked_at, row.revoked_by)?,
            secrets,
            used_at: optional_instant(used.get(&row.id).copied())?,
        })
    };
    rows.keys.into_iter().map(record).collect()
}

fn deed(at: Option<i64>, by: Option<String>) -> Result<Option<Deed>, StoreError> {
    at.map(|at| Ok(Deed { at: instant(at)?, by: by.unwrap_or_default() })).transpose()
}

for_both_engines! {
    pub(in crate::store) async fn records(pool: &Pool) -> Result<Records, sqlx::Error> {
        let mut tx = begin(pool, BEGIN_SNAPSHOT).await?;
        const KEYS: &str = concat!(
            "SELECT ",
            key_columns!(),
            " FROM api_key k ORDER BY COALESCE(k.created_at, 0), k.id"
        );
        let rows = Records {
            keys: sqlx::query_as(KEYS).fetch_all(&mut *tx).await?,
            institutions: sqlx::query_as("SELECT id, ec FROM api_key_institution ORDER BY ec")
                .fetch_all(&mut *tx)
                .await?,
            codes: sqlx::query_as("SELECT id, code FROM api_key_segregation ORDER BY code")
                .fetch_all(&mut *tx)
                .await?,
            secrets: sqlx::query_as(
                "SELECT id, slot, made_at, until FROM api_key_secret ORDER BY slot, COALESCE(until, 0), hash",
            )
            .fetch_all(&mut *tx)
            .await?,
            uses: sqlx::query_as("SELECT id, used_at FROM api_key_use").fetch_all(&mut *tx).await?,
        };
        tx.commit().await?;
        Ok(rows)
    }

    pub(in crate::store) async fn one_record(pool: &Pool, id: &str) -> Result<Records, sqlx::Error> {
        let mut tx = begin(pool, BEGIN_SNAPSHOT).await?;
        let rows = record_of(&mut tx, id).await?;
        tx.commit().await?;
        Ok(rows)
    }

    pub(in crate::store) async fn record_of(connection: &mut Connection, id: &str) -> Result<Records, sqlx::Error> {
        const KEY: &str = concat!("SELECT ", key_columns!(), " FROM api_key k WHERE k.id = $1");
        Ok(Records {
            keys: sqlx::query_as(KEY).bind(id).fetch_all(&mut *connection).await?,
            institutions: sqlx::query_as("SELECT id, ec FROM api_key_institution WHERE id = $1 ORDER BY ec")
                .bind(id)
                .fetch_all(&mut *connection)
                .await?,
            codes: sqlx::query_as("SELECT id, code FROM api_key_segregation WHERE id = $1 ORDER BY code")
                .bind(id)
                .fetch_all(&mut *connection)
                .await?,
            secrets: sqlx::query_as(
                "SELECT id, slot, made_at, until FROM api_key_secret WHERE id = $1 \
                 ORDER BY slot, COALESCE(until, 0), hash",
            )
            .bind(id)
            .fetch_all(&mut *connection)
            .await?,
            uses: sqlx::query_as("SELECT id, used_at FROM api_key_use WHERE id = $1")
                .bind(id)
                .fetch_all(connection)
                .await?,
        })
    }
}

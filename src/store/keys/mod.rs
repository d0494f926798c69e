//! API keys, known only by hashes of their secrets.
//!
//! A secret has 256 random bits, so its SHA-256 gives nothing away; put under the master key of the vault it
//! cannot even be compared by who has the database alone. Each key has a primary and a secondary secret, and
//! those that were replaced while systems still use them.

mod document;
mod list;
mod live;
mod upkeep;
pub(super) mod wish;

use crate::domain::access::Role;
use crate::domain::segregation::Segregation;

use super::dialect::{for_both_engines, on_engine};
use super::{Store, StoreError};
use live::{KeyRow, key_columns};

pub use crate::domain::access::{ApiKey, ApiScope, KeyRights};
pub use document::{KeyWish, NewSecret, key_of_form};
pub use list::{KeyRecord, KeySecret};
pub use live::{KeyHash, LiveKey};
pub use upkeep::SealKey;

impl Store {
    /// The key whose primary secret has that SHA-256.
    pub async fn api_key(&self, hash: &[u8; 32]) -> Result<Option<ApiKey>, StoreError> {
        let found = on_engine!(&self.pools, read, |pool, engine| engine::find(pool, hash).await);
        let found = found.map_err(StoreError::during("api_key"))?;
        found.map(|(row, institutions, codes)| row.read(&institutions, &codes)).transpose()
    }

    /// Adds a key under the SHA-256 of its primary secret; a key of that id is replaced.
    pub async fn add_api_key(&self, key: &ApiKey, hash: &[u8; 32]) -> Result<(), StoreError> {
        on_engine!(&self.pools, write, |pool, engine| engine::add(pool, key, hash).await)
            .map_err(StoreError::during("add_api_key"))
    }
}

for_both_engines! {
    [wish]

    pub(super) async fn find(
        pool: &Pool,
        hash: &[u8; 32],
    ) -> Result<Option<(KeyRow, Vec<String>, Vec<String>)>, sqlx::Error> {
        const FIND: &str =
            concat!("SELECT ", key_columns!(), " FROM api_key k WHERE k.hash = $1 AND k.revoked_at IS NULL");
        let found: Option<KeyRow> =
            sqlx::query_as(FIND).bind(hash.as_slice()).fetch_optional(pool).await?;
        let Some(row) = found else { return Ok(None) };
        let institutions = sqlx::query_scalar("SELECT ec FROM api_key_institution WHERE id = $1 ORDER BY ec")
            .bind(&row.id)
            .fetch_all(pool)
            .await?;
        let codes = sqlx::query_scalar("SELECT code FROM api_key_segregation WHERE id = $1 ORDER BY code")
            .bind(&row.id)
            .fetch_all(pool)
            .await?;
        Ok(Some((row, institutions, codes)))
    }

    pub(super) async fn add(pool: &Pool, key: &ApiKey, hash: &[u8; 32]) -> Result<(), sqlx::Error> {
        let mut tx = begin(pool, BEGIN).await?;
        sqlx::query("DELETE FROM api_key WHERE id = $1").bind(&key.id).execute(&mut *tx).await?;
        sqlx::query(
            "INSERT INTO api_key (hash, id, label, every_ec, every_notice, owner, scopes, role) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(hash.as_slice())
        .bind(&key.id)
        .bind(&key.label)
        .bind(key.institutions == ApiScope::Every)
        .bind(key.segregation == Segregation::Every)
        .bind(key.rights.owner.to_string())
        .bind(wish::scope_names(&key.rights.scopes))
        .bind(key.rights.role.map(Role::name))
        .execute(&mut *tx)
        .await?;
        limit(&mut tx, &key.id, (&key.institutions, &key.segregation)).await?;
        tx.commit().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::StoreOptions;
    use crate::store::dialect::Pools;

    /// SQLite ends a transaction by itself when the disk is full, behind the driver's back.
    #[tokio::test]
    async fn a_full_disk_stops_writing_only_while_it_is_full() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("varco.db").display());
        let store = Store::open(&url, StoreOptions::default()).await.unwrap();
        store.migrate().await.unwrap();
        let Pools::Sqlite { write, .. } = &store.pools else { panic!("it is SQLite") };
        sqlx::query("PRAGMA max_page_count = 60").execute(write).await.unwrap();
        let mut kept = 0;
        while kept < 100 && add(&store, kept).await.is_ok() {
            kept += 1;
        }
        assert!(kept < 100, "the disk is full");
        // The connection that met the full disk is put away, and with it the small limit.
        add(&store, 101).await.expect("there is room again");
        store.ping().await.expect("it is ready");
    }

    async fn add(store: &Store, number: u8) -> Result<(), StoreError> {
        let label = "x".repeat(10_000);
        let (institutions, segregation) = (ApiScope::Every, Segregation::Every);
        let (id, rights) = (number.to_string(), KeyRights::data());
        let key = ApiKey { id, label, institutions, segregation, rights };
        store.add_api_key(&key, &[number; 32]).await
    }
}

//! What happens to keys besides what people do: their use is written down, and hashes of before, those of the
//! passwords of partners too, are put under the master key.

use jiff::Timestamp;

use crate::store::dialect::{for_both_engines, on_engine};
use crate::store::rows::read;
use crate::store::{Store, StoreError};

/// How many hashes are rewritten in one transaction: receipts must not wait.
const AT_ONCE: i64 = 64;

/// Puts a SHA-256 under the master key.
pub type SealKey<'a> = &'a (dyn Fn(&[u8; 32]) -> [u8; 32] + Sync);

impl Store {
    /// Writes down that a key was used. A key that is gone is not there any more.
    pub async fn key_used(&self, id: &str, at: Timestamp) -> Result<(), StoreError> {
        on_engine!(&self.pools, write, |pool, engine| engine::used(pool, id, at).await)
            .map_err(StoreError::during("key_used"))
    }

    /// Puts every hash that is SHA-256 alone under the master key; returns how many there were.
    pub async fn seal_keys(&self, seal: SealKey<'_>) -> Result<u64, StoreError> {
        let mut sealed = 0;
        loop {
            let some = on_engine!(&self.pools, write, |pool, engine| engine::seal_some(pool, seal).await)?;
            if some == 0 {
                return Ok(sealed);
            }
            sealed += some;
        }
    }
}

for_both_engines! {
    pub(in crate::store) async fn used(pool: &Pool, id: &str, at: Timestamp) -> Result<(), sqlx::Error> {
        sqlx::query(
            "INSERT INTO api_key_use (id, used_at) SELECT k.id, $2 FROM api_key k WHERE k.id = $1 \
             ON CONFLICT (id) DO UPDATE SET used_at = excluded.used_at \
             WHERE api_key_use.used_at < excluded.used_at",
        )
        .bind(id)
        .bind(at.as_microsecond())
        .execute(pool)
        .await
        .map(drop)
    }

    pub(in crate::store) async fn seal_some(pool: &Pool, seal: SealKey<'_>) -> Result<u64, StoreError> {
        let failed = || StoreError::during("seal_keys");
        let mut tx = begin(pool, BEGIN).await.map_err(failed())?;
        let mut sealed = 0;
        for (find, replace) in [
            (
                "SELECT hash FROM api_key WHERE keyed = FALSE ORDER BY hash LIMIT $1",
                "UPDATE api_key SET hash = $2, keyed = TRUE WHERE hash = $1 AND keyed = FALSE",
            ),
            (
                "SELECT hash FROM api_key_secret WHERE keyed = FALSE ORDER BY hash LIMIT $1",
                "UPDATE api_key_secret SET hash = $2, keyed = TRUE WHERE hash = $1 AND keyed = FALSE",
            ),
            // The passwords of partners are known by the same.
            (
                "SELECT password_hash FROM partner WHERE password_hash IS NOT NULL AND password_keyed = FALSE \
                 ORDER BY password_hash LIMIT $1",
                "UPDATE partner SET password_hash = $2, password_keyed = TRUE \
                 WHERE password_hash = $1 AND password_keyed = FALSE",
            ),
        ] {
            let found: Vec<Vec<u8>> =
                sqlx::query_scalar(find).bind(AT_ONCE).fetch_all(&mut *tx).await.map_err(failed())?;
            for hash in found {
                let digest: [u8; 32] = read(hash.as_slice().try_into(), "hash of a key")?;
                let code = seal(&digest);
                let done = sqlx::query(replace).bind(&hash).bind(code.as_slice());
                sealed += done.execute(&mut *tx).await.map_err(failed())?.rows_affected();
            }
        }
        tx.commit().await.map_err(failed())?;
        Ok(sealed)
    }
}

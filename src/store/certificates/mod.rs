//! Certificates that people manage, their private keys (sealed before they come here), revocation lists, and
//! which ends were told.
//!
//! Certificates and lists change through [`carry_out`](Store::carry_out); [`form`] is how they look there.

mod alarms;
pub(super) mod certificate;
mod form;
mod lists;
pub(super) mod revocation_list;
pub(super) mod row;

use jiff::Timestamp;

use crate::domain::certificate::{Certificate, CertificateId, Fingerprint};

use super::dialect::{for_both_engines, on_engine};
use super::{Store, StoreError};
pub use alarms::Ending;
pub use form::{certificate_form, read_certificate_form};
pub use lists::{RevocationList, revocation_list_form};
use row::CertificateRow;

impl Store {
    /// The certificate of that name.
    pub async fn certificate(&self, id: &CertificateId) -> Result<Option<Certificate>, StoreError> {
        let row = on_engine!(&self.pools, read, |pool, engine| engine::find(pool, id.as_str()).await);
        row.map_err(StoreError::during("certificate"))?.map(CertificateRow::read).transpose()
    }

    /// All certificates, in the order in which they came.
    pub async fn certificates(&self) -> Result<Vec<Certificate>, StoreError> {
        let rows = on_engine!(&self.pools, read, |pool, engine| engine::all(pool).await);
        let rows = rows.map_err(StoreError::during("certificates"))?;
        rows.into_iter().map(CertificateRow::read).collect()
    }

    /// Keeps a private key, sealed, under the SHA-256 of its public key. One that is there is replaced: it
    /// is the same key, sealed anew.
    pub async fn keep_private_key(
        &self,
        public_key: &Fingerprint,
        sealed: &[u8],
        at: Timestamp,
    ) -> Result<(), StoreError> {
        on_engine!(&self.pools, write, |pool, engine| engine::keep(pool, public_key, sealed, at).await)
            .map_err(StoreError::during("keep_private_key"))
    }

    /// The sealed private key of a public key, by its SHA-256.
    pub async fn private_key(&self, public_key: &Fingerprint) -> Result<Option<Vec<u8>>, StoreError> {
        on_engine!(&self.pools, read, |pool, engine| engine::key(pool, public_key).await)
            .map_err(StoreError::during("private_key"))
    }
}

for_both_engines! {
    [row]

    pub(super) async fn find<'c>(
        executor: impl sqlx::Executor<'c, Database = <Connection as sqlx::Connection>::Database>,
        id: &str,
    ) -> Result<Option<CertificateRow>, sqlx::Error> {
        find_row(executor, id).await
    }

    pub(super) async fn all(pool: &Pool) -> Result<Vec<CertificateRow>, sqlx::Error> {
        const ALL: &str =
            concat!("SELECT ", row::certificate_columns!(), " FROM certificate c ORDER BY c.created_at, c.id");
        sqlx::query_as(ALL).fetch_all(pool).await
    }

    pub(super) async fn keep(
        pool: &Pool,
        public_key: &Fingerprint,
        sealed: &[u8],
        at: Timestamp,
    ) -> Result<(), sqlx::Error> {
        sqlx::query(
            "INSERT INTO certificate_key (public_key, sealed, created_at) VALUES ($1, $2, $3) \
             ON CONFLICT (public_key) DO UPDATE SET sealed = excluded.sealed",
        )
        .bind(public_key.as_str())
        .bind(sealed)
        .bind(at.as_microsecond())
        .execute(pool)
        .await
        .map(drop)
    }

    pub(super) async fn key(pool: &Pool, public_key: &Fingerprint) -> Result<Option<Vec<u8>>, sqlx::Error> {
        sqlx::query_scalar("SELECT sealed FROM certificate_key WHERE public_key = $1")
            .bind(public_key.as_str())
            .fetch_optional(pool)
            .await
    }
}

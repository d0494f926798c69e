//! API keys, known only by their hash.

use std::collections::BTreeSet;

use crate::domain::access::{KeyScope, Role, Tenant};
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::notice_number::TwoDigits;
use crate::domain::segregation::Segregation;

use super::dialect::{for_both_engines, on_engine};
use super::rows::read;
use super::{Store, StoreError};

/// An API key, without the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    /// Its name, as logs and audits show it.
    pub id: String,
    /// What people call it.
    pub label: String,
    /// Whose data it opens.
    pub institutions: ApiScope,
    /// Which of their notices it may work with.
    pub segregation: Segregation,
    /// What it is for.
    pub rights: KeyRights,
}

/// What an API key is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRights {
    /// On whose behalf it acts.
    pub owner: Tenant,
    /// What it opens.
    pub scopes: BTreeSet<KeyScope>,
    /// In what role it administers, if it does.
    pub role: Option<Role>,
}

impl KeyRights {
    /// Those of a key that works with data and administers nothing.
    pub fn data() -> Self {
        KeyRights { owner: Tenant::Gateway, scopes: BTreeSet::from(KeyScope::DATA), role: None }
    }

    /// Those of an operator's key: it administers everything, and opens all data.
    pub fn operator() -> Self {
        let scopes = BTreeSet::from(KeyScope::ALL);
        KeyRights { owner: Tenant::Gateway, scopes, role: Some(Role::Operator) }
    }
}

/// The creditor institutions whose data a key opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApiScope {
    /// All of this installation.
    Every,
    /// Only these.
    Only(BTreeSet<FiscalCode>),
}

impl ApiScope {
    /// Whether a key of this scope opens the data of the creditor institution.
    pub fn holds(&self, ec: &FiscalCode) -> bool {
        match self {
            ApiScope::Every => true,
            ApiScope::Only(institutions) => institutions.contains(ec),
        }
    }
}

impl Store {
    /// The key with that SHA-256.
    pub async fn api_key(&self, hash: &[u8; 32]) -> Result<Option<ApiKey>, StoreError> {
        let found = on_engine!(&self.pools, read, |pool, engine| engine::find(pool, hash).await);
        found.map_err(StoreError::during("api_key"))?.map(parse).transpose()
    }

    /// Adds a key under the SHA-256 of its secret; a key of that id is replaced.
    pub async fn add_api_key(&self, key: &ApiKey, hash: &[u8; 32]) -> Result<(), StoreError> {
        on_engine!(&self.pools, write, |pool, engine| engine::add(pool, key, hash).await)
            .map_err(StoreError::during("add_api_key"))
    }
}

/// The rows of one key.
#[derive(Debug)]
struct Rows {
    id: String,
    label: String,
    every_ec: bool,
    every_notice: bool,
    rights: (String, String, Option<String>),
    institutions: Vec<(String,)>,
    segregation: Vec<(String,)>,
}

fn parse(rows: Rows) -> Result<ApiKey, StoreError> {
    let institutions = match rows.every_ec {
        true => ApiScope::Every,
        false => {
            let codes = rows.institutions.iter().map(|(ec,)| read(FiscalCode::new(ec), "fiscal code"));
            ApiScope::Only(codes.collect::<Result<_, _>>()?)
        }
    };
    let segregation = match rows.every_notice {
        true => Segregation::Every,
        false => {
            let codes = rows.segregation.iter().map(|(code,)| read(TwoDigits::new(code), "segregation code"));
            Segregation::Only(codes.collect::<Result<_, _>>()?)
        }
    };
    let (id, label, rights) = (rows.id, rows.label, parse_rights(&rows.rights)?);
    Ok(ApiKey { id, label, institutions, segregation, rights })
}

fn parse_rights((owner, scopes, role): &(String, String, Option<String>)) -> Result<KeyRights, StoreError> {
    let scope = |name| KeyScope::named(name).ok_or(StoreError::Corrupt { what: "scope of a key" });
    let role_named = |name: &String| Role::named(name).ok_or(StoreError::Corrupt { what: "role of a key" });
    Ok(KeyRights {
        owner: read(Tenant::parse(owner), "owner of a key")?,
        scopes: scopes.split_ascii_whitespace().map(scope).collect::<Result<_, _>>()?,
        role: role.as_ref().map(role_named).transpose()?,
    })
}

/// The names of scopes as they are kept.
fn scope_names(scopes: &BTreeSet<KeyScope>) -> String {
    scopes.iter().map(|scope| scope.name()).collect::<Vec<_>>().join(" ")
}

type KeyRow = (String, String, bool, bool, String, String, Option<String>);

for_both_engines! {
    pub(super) async fn find(pool: &Pool, hash: &[u8; 32]) -> Result<Option<Rows>, sqlx::Error> {
        let key: Option<KeyRow> = sqlx::query_as(
            "SELECT id, label, every_ec, every_notice, owner, scopes, role FROM api_key WHERE hash = $1",
        )
        .bind(hash.as_slice())
        .fetch_optional(pool)
        .await?;
        let Some((id, label, every_ec, every_notice, owner, scopes, role)) = key else { return Ok(None) };
        let rights = (owner, scopes, role);
        let institutions = sqlx::query_as("SELECT ec FROM api_key_institution WHERE id = $1")
            .bind(&id)
            .fetch_all(pool)
            .await?;
        let segregation = sqlx::query_as("SELECT code FROM api_key_segregation WHERE id = $1")
            .bind(&id)
            .fetch_all(pool)
            .await?;
        Ok(Some(Rows { id, label, every_ec, every_notice, rights, institutions, segregation }))
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
        .bind(scope_names(&key.rights.scopes))
        .bind(key.rights.role.map(Role::name))
        .execute(&mut *tx)
        .await?;
        if let ApiScope::Only(institutions) = &key.institutions {
            for ec in institutions {
                sqlx::query("INSERT INTO api_key_institution (ec, id) VALUES ($1, $2)")
                    .bind(ec.as_str())
                    .bind(&key.id)
                    .execute(&mut *tx)
                    .await?;
            }
        }
        if let Segregation::Only(codes) = &key.segregation {
            for code in codes {
                sqlx::query("INSERT INTO api_key_segregation (id, code) VALUES ($1, $2)")
                    .bind(&key.id)
                    .bind(code.to_string())
                    .execute(&mut *tx)
                    .await?;
            }
        }
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

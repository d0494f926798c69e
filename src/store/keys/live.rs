//! All keys that work now, read whole: what every request is held against.

use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;

use crate::domain::access::{ApiKey, ApiScope, KeyRights, KeyScope, Role, Tenant};
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::notice_number::TwoDigits;
use crate::domain::segregation::Segregation;
use crate::store::dialect::{for_both_engines, on_engine};
use crate::store::rows::{optional_instant, read};
use crate::store::{Store, StoreError};

/// A key that was not revoked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveKey {
    /// The key.
    pub key: ApiKey,
    /// Its end, no longer included.
    pub until: Option<Timestamp>,
    /// What its secrets are known by.
    pub secrets: Vec<KeyHash>,
    /// When it was last used, as far as that was written.
    pub used_at: Option<Timestamp>,
}

/// What a secret of a key is known by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyHash {
    /// SHA-256 of the secret, or a code over that.
    pub hash: [u8; 32],
    /// Whether it is a code under the master key of the vault.
    pub keyed: bool,
    /// The end of one that was replaced.
    pub until: Option<Timestamp>,
}

impl Store {
    /// All keys that were not revoked.
    pub async fn live_keys(&self) -> Result<Vec<LiveKey>, StoreError> {
        let rows = on_engine!(&self.pools, read, |pool, engine| engine::all(pool).await);
        let rows = rows.map_err(StoreError::during("live_keys"))?;
        let (mut institutions, mut codes) = (grouped(rows.institutions), grouped(rows.codes));
        let mut secrets: HashMap<String, Vec<KeyHash>> = HashMap::new();
        for (id, hash, keyed, until) in rows.secrets {
            let known = KeyHash { hash: digest(&hash)?, keyed, until: optional_instant(until)? };
            secrets.entry(id).or_default().push(known);
        }
        let used: HashMap<String, i64> = rows.uses.into_iter().collect();
        let keys = rows.keys.into_iter().map(|row| {
            let mut known = secrets.remove(&row.id).unwrap_or_default();
            known.push(KeyHash { hash: digest(&row.hash)?, keyed: row.keyed, until: None });
            let named = institutions.remove(&row.id).unwrap_or_default();
            let codes = codes.remove(&row.id).unwrap_or_default();
            let used_at = optional_instant(used.get(&row.id).copied())?;
            let until = optional_instant(row.expires_at)?;
            Ok(LiveKey { key: row.read(&named, &codes)?, until, secrets: known, used_at })
        });
        keys.collect()
    }

    /// Whether a secret of a key that was not revoked is known by one of these.
    pub async fn knows_key(&self, hashes: [&[u8; 32]; 2]) -> Result<bool, StoreError> {
        on_engine!(&self.pools, read, |pool, engine| engine::knows(pool, hashes).await)
            .map_err(StoreError::during("knows_key"))
    }
}

/// The row of a key.
#[derive(Debug, sqlx::FromRow)]
pub(in crate::store) struct KeyRow {
    pub(super) id: String,
    pub(super) label: String,
    pub(super) owner: String,
    pub(super) scopes: String,
    pub(super) role: Option<String>,
    pub(super) every_ec: bool,
    pub(super) every_notice: bool,
    pub(super) expires_at: Option<i64>,
    pub(super) hash: Vec<u8>,
    pub(super) keyed: bool,
    pub(super) primary_at: Option<i64>,
    pub(super) created_at: Option<i64>,
    pub(super) created_by: Option<String>,
    pub(super) revoked_at: Option<i64>,
    pub(super) revoked_by: Option<String>,
}

/// The columns of [`KeyRow`].
macro_rules! key_columns {
    () => {
        "k.id, k.label, k.owner, k.scopes, k.role, k.every_ec, k.every_notice, k.expires_at, k.hash, k.keyed, \
         k.primary_at, k.created_at, k.created_by, k.revoked_at, k.revoked_by"
    };
}
pub(super) use key_columns;

impl KeyRow {
    /// The key, with the institutions and codes that its other rows name.
    pub(in crate::store) fn read(
        &self,
        institutions: &[String],
        codes: &[String],
    ) -> Result<ApiKey, StoreError> {
        let held = institutions.iter().map(|ec| read(FiscalCode::new(ec), "fiscal code"));
        let allowed = codes.iter().map(|code| read(TwoDigits::new(code), "segregation code"));
        Ok(ApiKey {
            id: self.id.clone(),
            label: self.label.clone(),
            institutions: match self.every_ec {
                true => ApiScope::Every,
                false => ApiScope::Only(held.collect::<Result<_, _>>()?),
            },
            segregation: match self.every_notice {
                true => Segregation::Every,
                false => Segregation::Only(allowed.collect::<Result<_, _>>()?),
            },
            rights: KeyRights {
                owner: read(Tenant::parse(&self.owner), "owner of a key")?,
                scopes: scopes(&self.scopes)?,
                role: self.role.as_deref().map(role).transpose()?,
            },
        })
    }
}

fn scopes(names: &str) -> Result<BTreeSet<KeyScope>, StoreError> {
    let known = |name| KeyScope::named(name).ok_or(StoreError::Corrupt { what: "scope of a key" });
    names.split_whitespace().map(known).collect()
}

fn role(name: &str) -> Result<Role, StoreError> {
    Role::named(name).ok_or(StoreError::Corrupt { what: "role of a key" })
}

fn digest(bytes: &[u8]) -> Result<[u8; 32], StoreError> {
    read(bytes.try_into(), "hash of a key")
}

pub(super) fn grouped(rows: Vec<(String, String)>) -> HashMap<String, Vec<String>> {
    let mut groups: HashMap<String, Vec<String>> = HashMap::new();
    for (id, value) in rows {
        groups.entry(id).or_default().push(value);
    }
    groups
}

/// All rows.
#[derive(Debug)]
pub(in crate::store) struct Rows {
    keys: Vec<KeyRow>,
    institutions: Vec<(String, String)>,
    codes: Vec<(String, String)>,
    secrets: Vec<(String, Vec<u8>, bool, Option<i64>)>,
    uses: Vec<(String, i64)>,
}

for_both_engines! {
    pub(in crate::store) async fn all(pool: &Pool) -> Result<Rows, sqlx::Error> {
        let mut tx = begin(pool, BEGIN_SNAPSHOT).await?;
        let keys = concat!("SELECT ", key_columns!(), " FROM api_key k WHERE k.revoked_at IS NULL");
        let rows = Rows {
            keys: sqlx::query_as(keys).fetch_all(&mut *tx).await?,
            institutions: sqlx::query_as("SELECT id, ec FROM api_key_institution").fetch_all(&mut *tx).await?,
            codes: sqlx::query_as("SELECT id, code FROM api_key_segregation").fetch_all(&mut *tx).await?,
            secrets: sqlx::query_as("SELECT id, hash, keyed, until FROM api_key_secret")
                .fetch_all(&mut *tx)
                .await?,
            uses: sqlx::query_as("SELECT id, used_at FROM api_key_use").fetch_all(&mut *tx).await?,
        };
        tx.commit().await?;
        Ok(rows)
    }

    pub(in crate::store) async fn knows(pool: &Pool, [plain, keyed]: [&[u8; 32]; 2]) -> Result<bool, sqlx::Error> {
        let known = sqlx::query(
            "SELECT 1 FROM api_key k WHERE k.hash IN ($1, $2) AND k.revoked_at IS NULL \
             UNION ALL SELECT 1 FROM api_key_secret s WHERE s.hash IN ($1, $2) LIMIT 1",
        );
        let known = known.bind(plain.as_slice()).bind(keyed.as_slice()).fetch_optional(pool).await?;
        Ok(known.is_some())
    }
}

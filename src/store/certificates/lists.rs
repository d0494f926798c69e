//! Revocation lists: the latest of each authority.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::certificate::Fingerprint;
use crate::store::dialect::{for_both_engines, on_engine};
use crate::store::rows::{instant, optional_instant, read};
use crate::store::{Store, StoreError};

/// What an authority took back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevocationList {
    /// The SHA-256 of the name of the authority.
    pub authority: Fingerprint,
    /// Its name.
    pub issuer: String,
    /// The list in PEM form.
    pub pem: String,
    /// When it was made.
    pub this_update: Timestamp,
    /// By when a newer one is to be made, if it says so.
    pub next_update: Option<Timestamp>,
    /// When it was brought.
    pub uploaded_at: Timestamp,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Form {
    issuer: String,
    this_update: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    next_update: Option<Timestamp>,
    pem: String,
}

/// A list as it is proposed and audited (JSON); the SHA-256 of its authority's name is the target.
pub fn revocation_list_form(one: &RevocationList) -> String {
    let RevocationList { issuer, this_update, next_update, pem, .. } = one.clone();
    serde_json::to_string(&Form { issuer, this_update, next_update, pem }).unwrap_or_default()
}

pub(super) fn read_form(authority: &str, json: &str, at: Timestamp) -> Result<RevocationList, StoreError> {
    let Form { issuer, this_update, next_update, pem } =
        read(serde_json::from_str(json), "proposal of a revocation list")?;
    let authority = read(Fingerprint::new(authority), "authority of a revocation list")?;
    Ok(RevocationList { authority, issuer, pem, this_update, next_update, uploaded_at: at })
}

pub(super) type ListRow = (String, String, String, i64, Option<i64>, i64);

pub(super) fn of_row(
    (authority, issuer, pem, this_update, next_update, uploaded_at): ListRow,
) -> Result<RevocationList, StoreError> {
    Ok(RevocationList {
        authority: read(Fingerprint::new(&authority), "authority of a revocation list")?,
        issuer,
        pem,
        this_update: instant(this_update)?,
        next_update: optional_instant(next_update)?,
        uploaded_at: instant(uploaded_at)?,
    })
}

impl Store {
    /// All lists, by the names of the authorities.
    pub async fn revocation_lists(&self) -> Result<Vec<RevocationList>, StoreError> {
        let rows = on_engine!(&self.pools, read, |pool, engine| engine::all(pool).await);
        rows.map_err(StoreError::during("revocation_lists"))?.into_iter().map(of_row).collect()
    }
}

for_both_engines! {
    pub(super) async fn all(pool: &Pool) -> Result<Vec<ListRow>, sqlx::Error> {
        sqlx::query_as(
            "SELECT authority, issuer, pem, this_update, next_update, uploaded_at FROM revocation_list \
             ORDER BY issuer, authority",
        )
        .fetch_all(pool)
        .await
    }
}

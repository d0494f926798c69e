//! How a key is changed: what may become of it, and what becomes of its secrets.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::document::{Document, NewDocument, audited, institutions, segregation, wished};
use super::list::{self, KeyRecord, Records};
use crate::domain::access::{ApiScope, KeyScope, Slot};
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::governance::Conflict;
use crate::domain::segregation::Segregation;
use crate::store::StoreError;
use crate::store::dialect::for_both_engines;
use crate::store::governance::Refused;

/// The names of scopes as they are kept.
pub(super) fn scope_names(scopes: &BTreeSet<KeyScope>) -> String {
    scopes.iter().map(|scope| scope.name()).collect::<Vec<_>>().join(" ")
}

/// A change of a key that is revoked, or a new key without a secret.
fn refused(code: &'static str, message: &'static str) -> Refused {
    Conflict::new(code, message).into()
}

fn one(rows: Records) -> Result<Option<KeyRecord>, StoreError> {
    Ok(list::parse(rows)?.into_iter().next())
}

for_both_engines! {
    [list]

    pub(in crate::store) async fn read(
        connection: &mut Connection,
        id: &str,
    ) -> Result<Option<String>, Refused> {
        let found = one(record_of(connection, id).await?)?;
        Ok(found.map(audited).transpose()?)
    }

    pub(in crate::store) async fn write(
        connection: &mut Connection,
        id: &str,
        wanted: Option<&str>,
        at: Timestamp,
    ) -> Result<(), Refused> {
        let Some(wanted) = wanted else {
            return Err(refused("key_not_removed", "An API key is revoked, and kept for the audit."));
        };
        let (document, secrets) = wished(wanted)?;
        let known = one(record_of(&mut *connection, id).await?)?;
        match &known {
            Some(known) if known.revoked.is_some() => {
                return Err(refused("key_revoked", "The API key is revoked for good; make another one."));
            }
            Some(known) if known.key.rights.owner.to_string() != document.owner => {
                return Err(refused("key_owner", "The owner of an API key does not change; make another one."));
            }
            Some(_) => {}
            None => {
                let primary = secrets.iter().find(|(slot, ..)| *slot == Slot::Primary);
                let Some((_, hash, new)) = primary else {
                    return Err(refused("key_without_secret", "A new API key has a primary secret."));
                };
                insert(&mut *connection, (id, &document), (hash, new.keyed), at).await?;
            }
        }
        change(&mut *connection, id, &document, at).await?;
        if document.revoked_by.is_some() {
            sqlx::query("DELETE FROM api_key_secret WHERE id = $1").bind(id).execute(connection).await?;
            return Ok(());
        }
        for (slot, hash, new) in &secrets {
            match slot {
                Slot::Primary if known.is_none() => {}
                Slot::Primary => replace_primary(&mut *connection, id, (hash, new), at).await?,
                Slot::Secondary => replace_secondary(&mut *connection, id, (hash, new), at).await?,
            }
        }
        Ok(())
    }

    async fn insert(
        connection: &mut Connection,
        (id, document): (&str, &Document),
        (hash, keyed): (&[u8], bool),
        at: Timestamp,
    ) -> Result<(), sqlx::Error> {
        sqlx::query(
            "INSERT INTO api_key (hash, keyed, id, label, every_ec, every_notice, owner, scopes, primary_at, \
             created_at, created_by) VALUES ($1, $2, $3, $4, FALSE, FALSE, $5, '', $6, $6, $7)",
        )
        .bind(hash)
        .bind(keyed)
        .bind(id)
        .bind(&document.label)
        .bind(&document.owner)
        .bind(at.as_microsecond())
        .bind(&document.created_by)
        .execute(connection)
        .await
        .map(drop)
    }

    async fn change(
        connection: &mut Connection,
        id: &str,
        document: &Document,
        at: Timestamp,
    ) -> Result<(), Refused> {
        let revoked_at = document.revoked_by.as_ref().map(|_| at.as_microsecond());
        sqlx::query(
            "UPDATE api_key SET label = $2, scopes = $3, role = $4, every_ec = $5, every_notice = $6, \
             expires_at = $7, revoked_at = $8, revoked_by = $9 WHERE id = $1",
        )
        .bind(id)
        .bind(&document.label)
        .bind(document.scopes.join(" "))
        .bind(&document.role)
        .bind(document.organizations.is_none())
        .bind(document.segregation_codes.is_none())
        .bind(document.expires_at.map(Timestamp::as_microsecond))
        .bind(revoked_at)
        .bind(&document.revoked_by)
        .execute(&mut *connection)
        .await?;
        for delete in
            ["DELETE FROM api_key_institution WHERE id = $1", "DELETE FROM api_key_segregation WHERE id = $1"]
        {
            sqlx::query(delete).bind(id).execute(&mut *connection).await?;
        }
        Ok(limit(connection, id, (&institutions(document)?, &segregation(document)?)).await?)
    }

    async fn replace_primary(
        connection: &mut Connection,
        id: &str,
        (hash, new): (&[u8], &NewDocument),
        at: Timestamp,
    ) -> Result<(), sqlx::Error> {
        let until = new.overlap.map(Timestamp::as_microsecond);
        match until {
            Some(until) => {
                sqlx::query(
                    "INSERT INTO api_key_secret (hash, id, slot, keyed, made_at, until) \
                     SELECT k.hash, k.id, 'primary', k.keyed, k.primary_at, $2 FROM api_key k WHERE k.id = $1",
                )
                .bind(id)
                .bind(until)
                .execute(&mut *connection)
                .await?;
                forget(&mut *connection, id, at).await?;
            }
            // What leaked is worth nothing at once, nor is what was replaced before it.
            None => {
                sqlx::query("DELETE FROM api_key_secret WHERE id = $1 AND slot = 'primary'")
                    .bind(id)
                    .execute(&mut *connection)
                    .await?;
            }
        }
        sqlx::query("UPDATE api_key SET hash = $2, keyed = $3, primary_at = $4 WHERE id = $1")
            .bind(id)
            .bind(hash)
            .bind(new.keyed)
            .bind(at.as_microsecond())
            .execute(connection)
            .await
            .map(drop)
    }

    async fn replace_secondary(
        connection: &mut Connection,
        id: &str,
        (hash, new): (&[u8], &NewDocument),
        at: Timestamp,
    ) -> Result<(), sqlx::Error> {
        match new.overlap {
            Some(until) => {
                sqlx::query(
                    "UPDATE api_key_secret SET until = $2 \
                     WHERE id = $1 AND slot = 'secondary' AND until IS NULL",
                )
                .bind(id)
                .bind(until.as_microsecond())
                .execute(&mut *connection)
                .await?;
                forget(&mut *connection, id, at).await?;
            }
            None => {
                sqlx::query("DELETE FROM api_key_secret WHERE id = $1 AND slot = 'secondary'")
                    .bind(id)
                    .execute(&mut *connection)
                    .await?;
            }
        }
        sqlx::query(
            "INSERT INTO api_key_secret (hash, id, slot, keyed, made_at) VALUES ($1, $2, 'secondary', $3, $4)",
        )
        .bind(hash)
        .bind(id)
        .bind(new.keyed)
        .bind(at.as_microsecond())
        .execute(connection)
        .await
        .map(drop)
    }

    /// Takes away what was replaced and is over.
    async fn forget(connection: &mut Connection, id: &str, at: Timestamp) -> Result<(), sqlx::Error> {
        sqlx::query("DELETE FROM api_key_secret WHERE id = $1 AND until <= $2")
            .bind(id)
            .bind(at.as_microsecond())
            .execute(connection)
            .await
            .map(drop)
    }

    /// Says which institutions and notices a key is for, where it is not for all.
    pub(in crate::store) async fn limit(
        connection: &mut Connection,
        id: &str,
        (institutions, segregation): (&ApiScope, &Segregation),
    ) -> Result<(), sqlx::Error> {
        let held: Vec<&str> = match institutions {
            ApiScope::Every => Vec::new(),
            ApiScope::Only(held) => held.iter().map(FiscalCode::as_str).collect(),
        };
        let codes: Vec<String> = segregation.codes().into_iter().flatten().map(ToString::to_string).collect();
        let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
        for (insert, values) in [
            ("INSERT INTO api_key_institution (ec, id) VALUES ($2, $1)", held),
            ("INSERT INTO api_key_segregation (id, code) VALUES ($1, $2)", codes),
        ] {
            for value in values {
                sqlx::query(insert).bind(id).bind(value).execute(&mut *connection).await?;
            }
        }
        Ok(())
    }
}

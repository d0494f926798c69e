//! The audit: who did what, in what order, each entry bound to the one before it.
//!
//! Whoever writes an entry holds the head of the audit from the beginning of the transaction. So the registry
//! changes one change after the other, whichever instance makes them, and no two decide on the same facts.

mod checkpoint;
mod read;
pub(super) mod verify;

use crate::domain::access::Tenant;
use crate::domain::governance::Author;

use super::dialect::{for_both_engines, on_engine};
use super::{Store, StoreError, sha256};
pub use read::AuditQuery;
pub use verify::{AuditBreach, AuditVerified};

/// Something that was done.
#[derive(Clone, Copy, Debug)]
pub(super) struct Act<'a> {
    /// What, such as `station.create`.
    pub(super) action: &'a str,
    /// Whose it was done to.
    pub(super) tenant: &'a Tenant,
    /// What it was done to.
    pub(super) target: &'a str,
    /// How that was.
    pub(super) before: Option<&'a str>,
    /// How it is now.
    pub(super) after: Option<&'a str>,
}

/// An entry of the audit, as it is kept. It names a person, so that it has no `Debug`.
#[derive(Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct AuditEntry {
    /// Its number, from 1.
    pub seq: i64,
    /// When, in microseconds UTC.
    pub at: i64,
    /// The id of who did it.
    pub actor: String,
    /// Their name.
    pub actor_name: String,
    /// In what role; none for the gateway itself.
    pub role: Option<String>,
    /// Whose role it is.
    pub acting_for: String,
    /// The id of the request.
    pub request: String,
    /// Why, in their words.
    pub reason: Option<String>,
    /// What was done, such as `station.create`.
    pub action: String,
    /// Whose it was done to.
    pub tenant: String,
    /// What it was done to.
    pub target: String,
    /// How that was (JSON).
    pub before: Option<String>,
    /// How it was then (JSON).
    pub after: Option<String>,
    /// The digest of the chain before it and of all that it says.
    pub chain: String,
}

/// The columns of [`AuditEntry`].
macro_rules! columns {
    () => {
        "seq, at, actor, actor_name, role, acting_for, request, reason, action, tenant, target, before, after, \
         chain"
    };
}
use columns;

/// The last entry and the chain up to it.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub(super) struct AuditHead {
    pub(super) last: i64,
    pub(super) chain: String,
}

impl Store {
    /// Notes an act that changes no target, such as the reading of a secret.
    pub async fn note(
        &self,
        author: &Author,
        action: &str,
        (tenant, target): (&Tenant, &str),
    ) -> Result<(), StoreError> {
        let act = Act { action, tenant, target, before: None, after: None };
        on_engine!(&self.pools, write, |pool, engine| engine::note(pool, author, act).await)
            .map_err(StoreError::during("note"))
    }
}

impl AuditEntry {
    /// The entry behind a head.
    fn behind(head: &AuditHead, author: &Author, act: &Act<'_>) -> Self {
        let mut entry = AuditEntry {
            seq: head.last + 1,
            at: author.at.as_microsecond(),
            actor: author.actor.clone(),
            actor_name: author.name.clone(),
            role: author.role.map(|role| role.name().to_owned()),
            acting_for: author.tenant.to_string(),
            request: author.request.clone(),
            reason: author.reason.as_ref().map(ToString::to_string),
            action: act.action.to_owned(),
            tenant: act.tenant.to_string(),
            target: act.target.to_owned(),
            before: act.before.map(str::to_owned),
            after: act.after.map(str::to_owned),
            chain: String::new(),
        };
        entry.chain = entry.link(&head.chain);
        entry
    }

    /// The chain behind it. Each value goes in with its length, so that none can lend characters to its
    /// neighbour; one that is missing differs from an empty one.
    fn link(&self, before: &str) -> String {
        let (seq, at) = (self.seq.to_string(), self.at.to_string());
        digest(&[
            Some(before),
            Some(&seq),
            Some(&at),
            Some(&self.actor),
            Some(&self.actor_name),
            self.role.as_deref(),
            Some(&self.acting_for),
            Some(&self.request),
            self.reason.as_deref(),
            Some(&self.action),
            Some(&self.tenant),
            Some(&self.target),
            self.before.as_deref(),
            self.after.as_deref(),
        ])
    }
}

/// The digest of values, each with its length.
fn digest(values: &[Option<&str>]) -> String {
    let mut whole = String::new();
    for value in values {
        match value {
            Some(value) => whole.push_str(&format!("{}:{value}", value.len())),
            None => whole.push('-'),
        }
        whole.push('\n');
    }
    sha256(whole.as_bytes())
}

const BEGIN_AUDIT: &str =
    "INSERT INTO audit_head (name, last, chain) VALUES ('audit', 0, '') ON CONFLICT DO NOTHING";

const MOVE_HEAD: &str = "UPDATE audit_head SET last = $1, chain = $2 WHERE name = 'audit'";

const INSERT: &str = concat!(
    "INSERT INTO audit (",
    columns!(),
    ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)"
);

for_both_engines! {
    /// Locks the head of the audit until the end of the transaction: the first of all locks.
    pub(in crate::store) async fn hold_audit(connection: &mut Connection) -> Result<AuditHead, sqlx::Error> {
        sqlx::query(BEGIN_AUDIT).execute(&mut *connection).await?;
        sqlx::query_as(LOCK_AUDIT).fetch_one(connection).await
    }

    /// Writes entries behind the head, and moves it.
    pub(in crate::store) async fn record(
        connection: &mut Connection,
        mut head: AuditHead,
        author: &Author,
        acts: &[Act<'_>],
    ) -> Result<(), sqlx::Error> {
        for act in acts {
            let entry = AuditEntry::behind(&head, author, act);
            sqlx::query(INSERT)
                .bind(entry.seq)
                .bind(entry.at)
                .bind(&entry.actor)
                .bind(&entry.actor_name)
                .bind(&entry.role)
                .bind(&entry.acting_for)
                .bind(&entry.request)
                .bind(&entry.reason)
                .bind(&entry.action)
                .bind(&entry.tenant)
                .bind(&entry.target)
                .bind(&entry.before)
                .bind(&entry.after)
                .bind(&entry.chain)
                .execute(&mut *connection)
                .await?;
            head = AuditHead { last: entry.seq, chain: entry.chain };
        }
        sqlx::query(MOVE_HEAD).bind(head.last).bind(&head.chain).execute(connection).await.map(drop)
    }

    pub(super) async fn note(pool: &Pool, author: &Author, act: Act<'_>) -> Result<(), sqlx::Error> {
        let mut tx = begin(pool, BEGIN).await?;
        let head = hold_audit(&mut tx).await?;
        record(&mut tx, head, author, &[act]).await?;
        tx.commit().await
    }
}

//! The audit: who did what, in what order, each entry bound to the one before it.
//!
//! Whoever writes an entry holds the head of the audit from the beginning of the transaction. So the registry
//! changes one change after the other, whichever instance makes them, and no two decide on the same facts.

use crate::domain::access::Tenant;
use crate::domain::governance::Author;
use crate::domain::text::Text;

use super::dialect::{for_both_engines, on_engine};
use super::{Store, StoreError, sha256};

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

/// The chain behind an entry. Each value goes in with its length, so that none can lend characters to its
/// neighbour; one that is missing differs from an empty one.
pub(super) fn link(before: &str, seq: i64, author: &Author, act: &Act<'_>) -> String {
    let tenant = author.tenant.to_string();
    let (seq, at, about) = (seq.to_string(), author.at.as_microsecond().to_string(), act.tenant.to_string());
    let values = [
        Some(before),
        Some(&seq),
        Some(&at),
        Some(&author.actor),
        Some(&author.name),
        author.role.map(|role| role.name()),
        Some(&tenant),
        Some(&author.request),
        author.reason.as_ref().map(Text::as_str),
        Some(act.action),
        Some(&about),
        Some(act.target),
        act.before,
        act.after,
    ];
    digest(&values)
}

/// The digest of values, each with its length.
pub(super) fn digest(values: &[Option<&str>]) -> String {
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

const INSERT: &str = "INSERT INTO audit (seq, at, actor, actor_name, role, acting_for, request, reason, action, \
    tenant, target, before, after, chain) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";

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
            head.last += 1;
            head.chain = link(&head.chain, head.last, author, act);
            sqlx::query(INSERT)
                .bind(head.last)
                .bind(author.at.as_microsecond())
                .bind(&author.actor)
                .bind(&author.name)
                .bind(author.role.map(|role| role.name()))
                .bind(author.tenant.to_string())
                .bind(&author.request)
                .bind(author.reason.as_ref().map(Text::as_str))
                .bind(act.action)
                .bind(act.tenant.to_string())
                .bind(act.target)
                .bind(act.before)
                .bind(act.after)
                .bind(&head.chain)
                .execute(&mut *connection)
                .await?;
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

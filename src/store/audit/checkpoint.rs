//! Checkpoints of the audit: where it stands, and those that were signed.

use jiff::Timestamp;

use crate::domain::governance::checkpoint::{Checkpoint, SignedCheckpoint};
use crate::store::dialect::{for_both_engines, on_engine};
use crate::store::rows::instant;
use crate::store::{Store, StoreError};

use super::AuditHead;

const HEAD: &str = "SELECT last, chain FROM audit_head WHERE name = 'audit' AND last > 0";

const LAST: &str = "SELECT seq, chain, at, signature FROM audit_checkpoint ORDER BY seq DESC LIMIT 1";

const ALL: &str = "SELECT seq, chain, at, signature FROM audit_checkpoint ORDER BY seq";

const KEEP: &str = "INSERT INTO audit_checkpoint (seq, chain, at, signature) VALUES ($1, $2, $3, $4) \
    ON CONFLICT DO NOTHING";

type Row = (i64, String, i64, String);

impl Store {
    /// Where the audit stands at that instant; nothing, if it has no entry yet.
    pub async fn audit_stand(&self, at: Timestamp) -> Result<Option<Checkpoint>, StoreError> {
        let head = on_engine!(&self.pools, read, |pool, engine| engine::head(pool).await);
        let head = head.map_err(StoreError::during("audit_stand"))?;
        Ok(head.map(|AuditHead { last, chain }| Checkpoint { seq: last, chain, at }))
    }

    /// The number of the last entry that a kept checkpoint tells of; 0 if there is none.
    pub async fn last_checkpoint(&self) -> Result<i64, StoreError> {
        let last = on_engine!(&self.pools, read, |pool, engine| engine::rows(pool, LAST).await);
        let last = last.map_err(StoreError::during("last_checkpoint"))?;
        Ok(last.first().map_or(0, |(seq, ..)| *seq))
    }

    /// Keeps a signed checkpoint. Of two that tell of the same entry the first is kept.
    pub async fn keep_checkpoint(&self, signed: &SignedCheckpoint) -> Result<(), StoreError> {
        on_engine!(&self.pools, write, |pool, engine| engine::keep(pool, signed).await)
            .map_err(StoreError::during("keep_checkpoint"))
    }

    /// Every checkpoint that is kept, the first at the beginning.
    pub async fn checkpoints(&self) -> Result<Vec<SignedCheckpoint>, StoreError> {
        let rows = on_engine!(&self.pools, read, |pool, engine| engine::rows(pool, ALL).await);
        rows.map_err(StoreError::during("checkpoints"))?.into_iter().map(read_row).collect()
    }
}

fn read_row((seq, chain, at, signature): Row) -> Result<SignedCheckpoint, StoreError> {
    Ok(SignedCheckpoint { checkpoint: Checkpoint { seq, chain, at: instant(at)? }, signature })
}

for_both_engines! {
    pub(super) async fn head(pool: &Pool) -> Result<Option<AuditHead>, sqlx::Error> {
        sqlx::query_as(HEAD).fetch_optional(pool).await
    }

    pub(super) async fn rows(pool: &Pool, statement: &'static str) -> Result<Vec<Row>, sqlx::Error> {
        sqlx::query_as(statement).fetch_all(pool).await
    }

    pub(super) async fn keep(pool: &Pool, signed: &SignedCheckpoint) -> Result<(), sqlx::Error> {
        let SignedCheckpoint { checkpoint, signature } = signed;
        sqlx::query(KEEP)
            .bind(checkpoint.seq)
            .bind(&checkpoint.chain)
            .bind(checkpoint.at.as_microsecond())
            .bind(signature)
            .execute(pool)
            .await
            .map(drop)
    }
}

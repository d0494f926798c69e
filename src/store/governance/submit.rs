//! A change that waits for a second person.

use serde::Serialize;

use crate::domain::governance::{Author, Proposal};
use crate::domain::text::Text;
use crate::store::audit::{self, Act};
use crate::store::dialect::{for_both_engines, on_engine};
use crate::store::{Store, StoreError};

use super::{WriteFailure, WriteMode};

/// A proposal as it is kept.
#[derive(Debug, Serialize)]
pub(super) struct Kept {
    kind: String,
    tenant: String,
    target: String,
    wish: String,
    wanted: Option<String>,
}

impl From<&Proposal> for Kept {
    fn from(proposal: &Proposal) -> Self {
        Kept {
            kind: proposal.kind.name().to_owned(),
            tenant: proposal.tenant.to_string(),
            target: proposal.target.clone(),
            wish: proposal.wish.name().to_owned(),
            wanted: proposal.wanted.clone(),
        }
    }
}

impl Store {
    /// Keeps proposals as a change that is submitted under an id: tried, and not carried out.
    pub async fn submit_change(
        &self,
        author: &Author,
        id: &str,
        proposals: &[Proposal],
    ) -> Result<(), WriteFailure> {
        let tried = self.carry_out(author, proposals, WriteMode::DryRun).await?;
        let was: Vec<Option<String>> = tried.into_iter().map(|one| one.before).collect();
        let kept: Vec<Kept> = proposals.iter().map(Kept::from).collect();
        let unkept = |_| failure(StoreError::Corrupt { what: "proposal" });
        let rows = Rows {
            kept: serde_json::to_string(&kept).map_err(unkept)?,
            was: serde_json::to_string(&was).map_err(unkept)?,
        };
        on_engine!(&self.pools, write, |pool, engine| engine::submit(pool, author, (id, proposals), &rows)
            .await)
        .map_err(|error| failure(StoreError::during("submit_change")(error)))
    }
}

fn failure(error: StoreError) -> WriteFailure {
    WriteFailure { index: 0, error: error.into() }
}

#[derive(Debug)]
struct Rows {
    kept: String,
    was: String,
}

const INSERT: &str = "INSERT INTO change_request (id, kind, tenant, proposals, was, reason, created_at, created_by, \
    creator_name, submitted_at, submitted_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $7, $8)";

for_both_engines! {
    [audit]

    pub(super) async fn submit(
        pool: &Pool,
        author: &Author,
        (id, proposals): (&str, &[Proposal]),
        rows: &Rows,
    ) -> Result<(), sqlx::Error> {
        let Some(first) = proposals.first() else { return Ok(()) };
        let mut tx = begin(pool, BEGIN).await?;
        let head = hold_audit(&mut tx).await?;
        sqlx::query(INSERT)
            .bind(id)
            .bind(first.kind.name())
            .bind(first.tenant.to_string())
            .bind(&rows.kept)
            .bind(&rows.was)
            .bind(author.reason.as_ref().map(Text::as_str))
            .bind(author.at.as_microsecond())
            .bind(&author.actor)
            .bind(&author.name)
            .execute(&mut *tx)
            .await?;
        let after = Some(rows.kept.as_str());
        let act = Act { action: "change.submit", tenant: &first.tenant, target: id, before: None, after };
        record(&mut tx, head, author, &[act]).await?;
        tx.commit().await
    }
}

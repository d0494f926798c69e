//! What people do with changes: each step is a fact, and an entry of the audit in the same commit.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::domain::access::Tenant;
use crate::domain::governance::change::{
    Act as ChangeStepKind, Course, Deciding, NotADecider, NotNow, can_decide,
};
use crate::domain::governance::{Author, Carried, Conflict, Proposal};
use crate::domain::text::Text;
use crate::store::audit::{self, Act};
use crate::store::dialect::{for_both_engines, on_engine};
use crate::store::{Store, StoreError};

use super::changes::{self, Change, ChangeStep, Kept, StepRow};
use super::hands;
use super::{WriteError, WriteFailure, WriteMode};

/// A change that somebody begins.
#[derive(Clone, Copy, Debug)]
pub struct NewChange<'a> {
    /// Its id.
    pub id: &'a str,
    /// What is wished, at least one thing.
    pub proposals: &'a [Proposal],
    /// The change that it undoes.
    pub rolls_back: Option<&'a str>,
}

/// What somebody does with a change, beside writing it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeAct {
    /// Lays it before a second person, to hold from that instant on.
    Submit(Option<Timestamp>),
    /// Takes it back.
    Withdraw,
    /// Agrees, to hold from that instant on; from the one that was asked for, or at once, if it is none.
    Approve(Deciding, Option<Timestamp>),
    /// Disagrees.
    Reject(Deciding),
}

impl ChangeAct {
    const fn kind(self) -> ChangeStepKind {
        match self {
            ChangeAct::Submit(_) => ChangeStepKind::Submit,
            ChangeAct::Withdraw => ChangeStepKind::Withdraw,
            ChangeAct::Approve(..) => ChangeStepKind::Approve,
            ChangeAct::Reject(_) => ChangeStepKind::Reject,
        }
    }
}

/// Why nothing was done with a change.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// There is no such change.
    #[error("there is no such change")]
    Missing,
    /// Its state does not admit it.
    #[error(transparent)]
    NotNow(#[from] NotNow),
    /// It is not theirs to decide.
    #[error(transparent)]
    NotADecider(#[from] NotADecider),
    /// What is wished cannot be carried out.
    #[error(transparent)]
    Unfit(#[from] WriteFailure),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for ChangeError {
    fn from(source: sqlx::Error) -> Self {
        ChangeError::Store(StoreError::Database { during: "change", source })
    }
}

/// What changed between the draft of a change and now.
pub(super) fn changed_since() -> Conflict {
    Conflict::new("changed_since", "It was changed by somebody else since the change was drafted.")
}

impl Store {
    /// Keeps proposals as a change, tried and not carried out, and does with it at once what follows.
    pub async fn keep_change(
        &self,
        author: &Author,
        new: NewChange<'_>,
        then: &[ChangeAct],
    ) -> Result<(), ChangeError> {
        let rows = self.tried(author, new.proposals).await?;
        on_engine!(&self.pools, write, |pool, engine| engine::keep(pool, author, (new, &rows), then).await)
    }

    /// Writes a draft anew.
    pub async fn rewrite_change(
        &self,
        author: &Author,
        id: &str,
        proposals: &[Proposal],
    ) -> Result<(), ChangeError> {
        let rows = self.tried(author, proposals).await?;
        on_engine!(&self.pools, write, |pool, engine| {
            engine::rewrite(pool, author, (id, proposals), &rows).await
        })
    }

    /// Does something with a change, whatever it proposes.
    pub async fn act_on_change(
        &self,
        author: &Author,
        id: &str,
        acts: &[ChangeAct],
    ) -> Result<(), ChangeError> {
        let (change, _) = self.change(id).await?.ok_or(ChangeError::Missing)?;
        self.act_on_judged_change(author, &change, acts).await
    }

    /// Does something with a change that still proposes what the caller has judged: a draft may have been written
    /// anew since. What is submitted is tried before: against what it was written for.
    pub async fn act_on_judged_change(
        &self,
        author: &Author,
        change: &Change,
        acts: &[ChangeAct],
    ) -> Result<(), ChangeError> {
        if acts.iter().any(|act| matches!(act, ChangeAct::Submit(_))) {
            let tried = self.carry_out(author, &change.proposals, WriteMode::DryRun).await?;
            if let Some(index) = first_that_differs(&change.was, &tried) {
                let error = WriteError::Conflict(changed_since());
                return Err(WriteFailure { index, error }.into());
            }
        }
        on_engine!(&self.pools, write, |pool, engine| engine::act(pool, author, change, acts).await)
    }

    /// Tries proposals and writes them as they are kept.
    async fn tried(&self, author: &Author, proposals: &[Proposal]) -> Result<Rows, ChangeError> {
        let tried = self.carry_out(author, proposals, WriteMode::DryRun).await?;
        let was: Vec<Option<String>> = tried.into_iter().map(|one| one.before).collect();
        let kept: Vec<Kept> = proposals.iter().map(Kept::from).collect();
        let unkept = |_| StoreError::Corrupt { what: "proposal" };
        Ok(Rows {
            proposals: serde_json::to_string(&kept).map_err(unkept)?,
            was: serde_json::to_string(&was).map_err(unkept)?,
        })
    }
}

/// The first proposal that finds its thing otherwise than it was.
pub(super) fn first_that_differs(was: &[Option<String>], found: &[Carried]) -> Option<usize> {
    was.iter().zip(found).position(|(was, found)| *was != found.before)
}

/// Proposals as they are kept.
#[derive(Debug)]
struct Rows {
    proposals: String,
    was: String,
}

/// Whose entry it is in the audit: whoever reads it reads all that is proposed, so it is nobody's but the gateway's
/// where the things are of several.
pub(super) fn tenant_of(proposals: &[Proposal]) -> &Tenant {
    let Some(first) = proposals.first() else { return &Tenant::Gateway };
    let of_one = proposals.iter().all(|proposal| proposal.tenant == first.tenant);
    if of_one { &first.tenant } else { &Tenant::Gateway }
}

/// A state as the audit tells it.
pub(super) fn told(course: &Course) -> String {
    let effective_at = course.effective_at.map(|at| at.to_string());
    serde_json::json!({ "state": course.state().word(), "effectiveAt": effective_at }).to_string()
}

/// Who wrote it, as far as it was told.
fn writers(steps: &[ChangeStep]) -> BTreeSet<String> {
    let written = [ChangeStepKind::Draft, ChangeStepKind::Edit, ChangeStepKind::Submit];
    let written = steps.iter().filter(|step| written.contains(&step.act));
    written.map(|step| step.author.actor.clone()).collect()
}

/// The course after an act, with the instant from which the change holds.
fn after(
    change: &Change,
    writers: &BTreeSet<String>,
    author: &Author,
    act: ChangeAct,
) -> Result<Course, ChangeError> {
    let mut course = change.course.with(act.kind(), author.at)?;
    let writers: BTreeSet<&str> = writers.iter().map(String::as_str).collect();
    match act {
        ChangeAct::Withdraw => {}
        ChangeAct::Submit(from) => course.effective_at = from,
        ChangeAct::Reject(deciding) => can_decide(&writers, &author.actor, deciding)?,
        ChangeAct::Approve(deciding, from) => {
            can_decide(&writers, &author.actor, deciding)?;
            let asked_for = from.or(course.effective_at);
            course.effective_at = Some(asked_for.map_or(author.at, |from| from.max(author.at)));
        }
    }
    Ok(course)
}

const INSERT: &str = "INSERT INTO change_request (id, kind, proposals, was, reason, created_at, created_by, \
    creator_name, rolls_back) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";

const REWRITE: &str =
    "UPDATE change_request SET kind = $2, proposals = $3, was = $4, reason = $5 WHERE id = $1";

const ADD_TENANT: &str =
    "INSERT INTO change_tenant (tenant, change_id) VALUES ($1, $2) ON CONFLICT DO NOTHING";

const SAVE_COURSE: &str = "UPDATE change_request SET submitted_at = $2, approved_at = $3, effective_at = $4, \
    rejected_at = $5, withdrawn_at = $6, applied_at = $7, failed_at = $8, rolled_back_at = $9 WHERE id = $1";

const ADD_STEP: &str = "INSERT INTO change_step (change_id, step_no, act, at, actor, actor_name, role, acting_for, \
    request, note) SELECT $1, COUNT(*) + 1, $2, $3, $4, $5, $6, $7, $8, $9 FROM change_step WHERE change_id = $1";

for_both_engines! {
    [audit, changes, hands]

    pub(super) async fn keep(
        pool: &Pool,
        author: &Author,
        (new, rows): (NewChange<'_>, &Rows),
        then: &[ChangeAct],
    ) -> Result<(), ChangeError> {
        let Some(first) = new.proposals.first() else { return Err(ChangeError::Missing) };
        let mut tx = begin(pool, BEGIN).await?;
        let head = hold_audit(&mut tx).await?;
        sqlx::query(INSERT)
            .bind(new.id)
            .bind(first.kind.name())
            .bind(&rows.proposals)
            .bind(&rows.was)
            .bind(author.reason.as_ref().map(Text::as_str))
            .bind(author.at.as_microsecond())
            .bind(&author.actor)
            .bind(&author.name)
            .bind(new.rolls_back)
            .execute(&mut *tx)
            .await?;
        add_tenants(&mut tx, new.id, new.proposals).await?;
        add_step(&mut tx, new.id, ChangeStepKind::Draft, author).await?;
        let (tenant, after) = (tenant_of(new.proposals), Some(rows.proposals.as_str()));
        let act = Act { action: "change.draft", tenant, target: new.id, before: None, after };
        record(&mut tx, head, author, &[act]).await?;
        for act in then {
            step(&mut tx, author, new.id, *act).await?;
        }
        Ok(tx.commit().await?)
    }

    pub(super) async fn rewrite(
        pool: &Pool,
        author: &Author,
        (id, proposals): (&str, &[Proposal]),
        rows: &Rows,
    ) -> Result<(), ChangeError> {
        let Some(first) = proposals.first() else { return Err(ChangeError::Missing) };
        let mut tx = begin(pool, BEGIN).await?;
        let head = hold_audit(&mut tx).await?;
        let (row, _) = kept_change(&mut tx, id).await?.ok_or(ChangeError::Missing)?;
        let before = row.proposals.clone();
        let draft = row.read()?;
        draft.course.with(ChangeStepKind::Edit, author.at)?;
        let told: Vec<Proposal> = draft.proposals.into_iter().chain(proposals.iter().cloned()).collect();
        sqlx::query(REWRITE)
            .bind(id)
            .bind(first.kind.name())
            .bind(&rows.proposals)
            .bind(&rows.was)
            .bind(author.reason.as_ref().map(Text::as_str))
            .execute(&mut *tx)
            .await?;
        sqlx::query("DELETE FROM change_tenant WHERE change_id = $1").bind(id).execute(&mut *tx).await?;
        add_tenants(&mut tx, id, proposals).await?;
        add_step(&mut tx, id, ChangeStepKind::Edit, author).await?;
        let (tenant, before, after) = (tenant_of(&told), Some(before.as_str()), Some(rows.proposals.as_str()));
        record(&mut tx, head, author, &[Act { action: "change.edit", tenant, target: id, before, after }]).await?;
        Ok(tx.commit().await?)
    }

    pub(super) async fn act(
        pool: &Pool,
        author: &Author,
        judged: &Change,
        acts: &[ChangeAct],
    ) -> Result<(), ChangeError> {
        let mut tx = begin(pool, BEGIN).await?;
        hold_audit(&mut tx).await?;
        let (row, _) = kept_change(&mut tx, &judged.id).await?.ok_or(ChangeError::Missing)?;
        if row.read()?.proposals != judged.proposals {
            return Err(WriteFailure { index: 0, error: WriteError::Conflict(changed_since()) }.into());
        }
        for act in acts {
            step(&mut tx, author, &judged.id, *act).await?;
        }
        Ok(tx.commit().await?)
    }

    async fn step(
        connection: &mut Connection,
        author: &Author,
        id: &str,
        act: ChangeAct,
    ) -> Result<(), ChangeError> {
        let head = hold_audit(&mut *connection).await?;
        let (row, steps) = kept_change(&mut *connection, id).await?.ok_or(ChangeError::Missing)?;
        let steps: Vec<ChangeStep> = steps.into_iter().map(StepRow::read).collect::<Result<_, _>>()?;
        let change = row.read()?;
        let writers = with_hands(&mut *connection, writers(&steps)).await?;
        let course = after(&change, &writers, author, act)?;
        save_course(&mut *connection, id, &course).await?;
        add_step(&mut *connection, id, act.kind(), author).await?;
        let (before, after) = (told(&change.course), told(&course));
        let act = Act {
            action: &format!("change.{}", act.kind().word()),
            tenant: tenant_of(&change.proposals),
            target: id,
            before: Some(&before),
            after: Some(&after),
        };
        Ok(record(connection, head, author, &[act]).await?)
    }

    async fn add_tenants(
        connection: &mut Connection,
        id: &str,
        proposals: &[Proposal],
    ) -> Result<(), sqlx::Error> {
        let tenants: BTreeSet<&Tenant> = proposals.iter().map(|proposal| &proposal.tenant).collect();
        for tenant in tenants {
            let tenant = tenant.to_string();
            sqlx::query(ADD_TENANT).bind(tenant).bind(id).execute(&mut *connection).await?;
        }
        Ok(())
    }

    pub(in crate::store) async fn save_course(
        connection: &mut Connection,
        id: &str,
        course: &Course,
    ) -> Result<(), sqlx::Error> {
        let microseconds = |at: Option<Timestamp>| at.map(Timestamp::as_microsecond);
        sqlx::query(SAVE_COURSE)
            .bind(id)
            .bind(microseconds(course.submitted_at))
            .bind(microseconds(course.approved_at))
            .bind(microseconds(course.effective_at))
            .bind(microseconds(course.rejected_at))
            .bind(microseconds(course.withdrawn_at))
            .bind(microseconds(course.applied_at))
            .bind(microseconds(course.failed_at))
            .bind(microseconds(course.rolled_back_at))
            .execute(connection)
            .await
            .map(drop)
    }

    pub(in crate::store) async fn add_step(
        connection: &mut Connection,
        id: &str,
        act: ChangeStepKind,
        author: &Author,
    ) -> Result<(), sqlx::Error> {
        sqlx::query(ADD_STEP)
            .bind(id)
            .bind(act.word())
            .bind(author.at.as_microsecond())
            .bind(&author.actor)
            .bind(&author.name)
            .bind(author.role.map(|role| role.name()))
            .bind(author.tenant.to_string())
            .bind(&author.request)
            .bind(author.reason.as_ref().map(Text::as_str))
            .execute(connection)
            .await
            .map(drop)
    }
}

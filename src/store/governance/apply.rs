//! Changes whose instant has come: carried out in the commit that says so, or failed for a reason that is told.

use jiff::Timestamp;

use crate::domain::governance::change::{Act as ChangeStepKind, State};
use crate::domain::governance::{Author, Conflict};
use crate::domain::text::Text;
use crate::store::accounts::still_named;
use crate::store::audit::{self, Act};
use crate::store::dialect::{for_both_engines, on_engine};
use crate::store::governance as carrying;
use crate::store::positions::until_no_conflict;
use crate::store::rows::read;
use crate::store::{Store, StoreError};

use super::changes::{self, Change, ChangeStep, StepRow};
use super::steps::{self, changed_since, first_that_differs, tenant_of, told};
use super::{WriteError, WriteFailure};

/// The part of the gateway that carries changes out.
const PART: &str = "changes";

/// Why a change was not carried out.
#[derive(Debug, thiserror::Error)]
enum Unapplied {
    /// The world is not as it has to be.
    #[error("{0}")]
    Refused(Conflict),
    /// The store failed: it can be tried again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Unapplied {
    fn is_conflict(&self) -> bool {
        matches!(self, Unapplied::Store(error) if error.is_conflict())
    }
}

impl From<sqlx::Error> for Unapplied {
    fn from(source: sqlx::Error) -> Self {
        Unapplied::Store(StoreError::Database { during: "apply_change", source })
    }
}

impl From<WriteFailure> for Unapplied {
    fn from(failure: WriteFailure) -> Self {
        match failure.error {
            WriteError::Missing => Unapplied::Refused(Conflict::new("missing", "It is not there any more.")),
            WriteError::Exists => Unapplied::Refused(Conflict::new("exists", "It is there already.")),
            WriteError::Conflict(conflict) => Unapplied::Refused(conflict),
            // What was proposed is not in the form of its kind: it will not be the next time either.
            WriteError::Store(StoreError::Corrupt { .. }) => {
                Unapplied::Refused(Conflict::new("unreadable", "What is wished cannot be read."))
            }
            WriteError::Store(error) => Unapplied::Store(error),
        }
    }
}

impl Store {
    /// Carries an approved change out if its instant has come, in one commit with the audit; or marks it as
    /// failed, if things are not as they were when it was drafted or a rule stands against it now. Returns
    /// where it stands then, whoever did it; nothing, if there is no such change.
    pub async fn apply_change(&self, id: &str, now: Timestamp) -> Result<Option<State>, StoreError> {
        if let Some((change, _)) = self.change(id).await?.filter(|(change, _)| change.course.is_due(now))
            && !self.removals_of_named(&change.proposals, now).await?.is_empty()
        {
            let why = still_named();
            return on_engine!(&self.pools, write, |pool, engine| engine::fail(pool, (id, now), &why).await);
        }
        let applied = until_no_conflict!(on_engine!(&self.pools, write, |pool, engine| {
            engine::apply(pool, id, now).await
        }));
        match applied {
            Ok(state) => Ok(state),
            Err(Unapplied::Store(error)) => Err(error),
            Err(Unapplied::Refused(why)) => {
                on_engine!(&self.pools, write, |pool, engine| engine::fail(pool, (id, now), &why).await)
            }
        }
    }
}

/// Who carries a change out: who agreed to it last, for the reason of who proposed it.
fn approver(change: &Change, steps: &[ChangeStep], now: Timestamp) -> Result<Author, StoreError> {
    let approval = steps.iter().rev().find(|step| step.act == ChangeStepKind::Approve);
    let approval = approval.ok_or(StoreError::Corrupt { what: "approval" })?;
    let reason = change.reason.as_deref().and_then(|reason| Text::new(reason).ok());
    Ok(Author { reason, at: now, ..approval.author.clone() })
}

const MADE: &str = "UPDATE change_request SET made = $2 WHERE id = $1";

const FAILED: &str = "UPDATE change_request SET failure_code = $2, failure = $3 WHERE id = $1";

const ROLLED_BACK: &str = "UPDATE change_request SET rolled_back_at = $2, rolled_back_by = $3 WHERE id = $1 \
    AND applied_at IS NOT NULL AND rolled_back_at IS NULL";

for_both_engines! {
    [audit, changes, steps, carrying]

    pub(super) async fn apply(pool: &Pool, id: &str, now: Timestamp) -> Result<Option<State>, Unapplied> {
        let mut tx = begin(pool, BEGIN).await?;
        hold_audit(&mut tx).await?;
        let Some((row, steps)) = kept_change(&mut tx, id).await? else { return Ok(None) };
        let steps: Vec<ChangeStep> = steps.into_iter().map(StepRow::read).collect::<Result<_, _>>()?;
        let change = row.read()?;
        if !change.course.is_due(now) {
            return Ok(Some(change.course.state()));
        }
        let author = approver(&change, &steps, now)?;
        let carried = carry_out_within(&mut tx, &author, &change.proposals).await?;
        if first_that_differs(&change.was, &carried).is_some() {
            return Err(Unapplied::Refused(changed_since()));
        }
        let made: Vec<Option<String>> = carried.into_iter().map(|one| one.after).collect();
        let made = serde_json::to_string(&made).map_err(|_| StoreError::Corrupt { what: "state of a thing" })?;
        sqlx::query(MADE).bind(id).bind(made).execute(&mut *tx).await?;
        if let Some(undone) = &change.rolls_back {
            roll_back(&mut tx, (undone, id), &author).await?;
        }
        let state = finish(&mut tx, &change, ChangeStepKind::Apply, now).await?;
        tx.commit().await?;
        Ok(Some(state))
    }

    /// Marks the change that was undone by another.
    async fn roll_back(
        connection: &mut Connection,
        (undone, by): (&str, &str),
        author: &Author,
    ) -> Result<(), Unapplied> {
        let marked = sqlx::query(ROLLED_BACK)
            .bind(undone)
            .bind(author.at.as_microsecond())
            .bind(by)
            .execute(&mut *connection)
            .await?;
        if marked.rows_affected() == 0 {
            let already = Conflict::new("already_rolled_back", "The change that it undoes was undone before.");
            return Err(Unapplied::Refused(already));
        }
        Ok(add_step(connection, undone, ChangeStepKind::RollBack, author).await?)
    }

    pub(super) async fn fail(
        pool: &Pool,
        (id, now): (&str, Timestamp),
        why: &Conflict,
    ) -> Result<Option<State>, StoreError> {
        let failed = || StoreError::during("apply_change");
        let mut tx = begin(pool, BEGIN).await.map_err(failed())?;
        hold_audit(&mut tx).await.map_err(failed())?;
        let found = kept_change(&mut tx, id).await.map_err(failed())?;
        let Some((row, _)) = found else { return Ok(None) };
        let change = row.read()?;
        if !change.course.is_due(now) {
            return Ok(Some(change.course.state()));
        }
        sqlx::query(FAILED)
            .bind(id)
            .bind(why.code)
            .bind(why.message.as_ref())
            .execute(&mut *tx)
            .await
            .map_err(failed())?;
        let state = finish(&mut tx, &change, ChangeStepKind::Fail, now).await?;
        tx.commit().await.map_err(failed())?;
        Ok(Some(state))
    }

    /// Takes the last step of a change.
    async fn finish(
        connection: &mut Connection,
        change: &Change,
        act: ChangeStepKind,
        now: Timestamp,
    ) -> Result<State, StoreError> {
        let failed = || StoreError::during("apply_change");
        let course = read(change.course.with(act, now), "course of a change")?;
        save_course(&mut *connection, &change.id, &course).await.map_err(failed())?;
        let gateway = Author::gateway(PART, now);
        add_step(&mut *connection, &change.id, act, &gateway).await.map_err(failed())?;
        let head = hold_audit(&mut *connection).await.map_err(failed())?;
        let (before, after) = (told(&change.course), told(&course));
        let entry = Act {
            action: &format!("change.{}", act.word()),
            tenant: tenant_of(&change.proposals),
            target: &change.id,
            before: Some(&before),
            after: Some(&after),
        };
        record(connection, head, &gateway, &[entry]).await.map_err(failed())?;
        Ok(course.state())
    }
}

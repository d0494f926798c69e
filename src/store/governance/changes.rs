//! Changes as they are kept: what was proposed, against which state of things, and what became of it.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::access::{Role, Tenant};
use crate::domain::governance::change::{Act, Course, State};
use crate::domain::governance::{Author, Kind, Proposal, Wish};
use crate::domain::text::Text;
use crate::store::dialect::{Assembled, Value, for_both_engines, on_engine};
use crate::store::rows::{instant, optional_instant, read};
use crate::store::{Store, StoreError};

/// A change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Its id.
    pub id: String,
    /// What is wished, in this order.
    pub proposals: Vec<Proposal>,
    /// How each thing was when it was proposed.
    pub was: Vec<Option<String>>,
    /// How each thing was once it was carried out; none before.
    pub made: Option<Vec<Option<String>>>,
    /// Why, in the words of who proposed it.
    pub reason: Option<String>,
    /// When it was drafted, and by whom: the id and the name.
    pub created_at: Timestamp,
    /// The id of who drafted it.
    pub created_by: String,
    /// Their name.
    pub creator_name: String,
    /// What has happened to it.
    pub course: Course,
    /// Why it could not be carried out: a word and a sentence.
    pub failure: Option<(String, String)>,
    /// The change that this one undoes.
    pub rolls_back: Option<String>,
    /// The change by which this one was undone.
    pub rolled_back_by: Option<String>,
}

impl Change {
    /// Whose things it is about.
    pub fn tenants(&self) -> BTreeSet<&Tenant> {
        self.proposals.iter().map(|proposal| &proposal.tenant).collect()
    }
}

/// Something that somebody did with a change.
#[derive(Clone, Debug, PartialEq)]
pub struct ChangeStep {
    /// What.
    pub act: Act,
    /// Who; `reason` is the note that they left.
    pub author: Author,
}

/// Which changes are asked for.
#[derive(Clone, Debug)]
pub struct ChangeQuery {
    /// Only those about one of these tenants, or drafted by that somebody; all, if it is none.
    pub sight: Option<(Vec<Tenant>, String)>,
    /// Only those in that state.
    pub state: Option<State>,
    /// Only those whose first proposal is of that kind.
    pub kind: Option<Kind>,
    /// Only those about that tenant.
    pub tenant: Option<Tenant>,
    /// How many make a page.
    pub limit: u32,
    /// The last of the page before.
    pub after: Option<ChangePlace>,
}

/// Where a change stands in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangePlace {
    /// When it was drafted.
    pub created_at: Timestamp,
    /// Its id.
    pub id: String,
}

/// A page of changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangePage {
    /// Those of the page, the latest first.
    pub changes: Vec<Change>,
    /// Where the next page begins, if there is one.
    pub next: Option<ChangePlace>,
}

impl Store {
    /// The change of that id, and what was done with it, oldest first.
    pub async fn change(&self, id: &str) -> Result<Option<(Change, Vec<ChangeStep>)>, StoreError> {
        let found = on_engine!(&self.pools, read, |pool, engine| engine::whole(pool, id).await);
        let Some((row, steps)) = found.map_err(StoreError::during("change"))? else { return Ok(None) };
        let steps = steps.into_iter().map(StepRow::read).collect::<Result<_, _>>()?;
        Ok(Some((row.read()?, steps)))
    }

    /// A page of the changes that a query asks for, the latest first.
    pub async fn list_changes(&self, query: &ChangeQuery) -> Result<ChangePage, StoreError> {
        let rows = on_engine!(&self.pools, read, |pool, engine| engine::list(pool, query).await);
        let rows = rows.map_err(StoreError::during("list_changes"))?;
        let mut changes: Vec<Change> = rows.into_iter().map(ChangeRow::read).collect::<Result<_, _>>()?;
        let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
        let more = changes.len() > limit;
        changes.truncate(limit);
        let place = |last: &Change| ChangePlace { created_at: last.created_at, id: last.id.clone() };
        let next = changes.last().filter(|_| more).map(place);
        Ok(ChangePage { changes, next })
    }

    /// The approved changes whose instant has come, that of the earliest first.
    pub async fn due_changes(&self, now: Timestamp) -> Result<Vec<String>, StoreError> {
        on_engine!(&self.pools, read, |pool, engine| engine::due(pool, now).await)
            .map_err(StoreError::during("due_changes"))
    }
}

/// A proposal as it is kept.
#[derive(Debug, Serialize, Deserialize)]
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

impl Kept {
    fn read(self) -> Result<Proposal, StoreError> {
        Ok(Proposal {
            kind: Kind::named(&self.kind).ok_or(StoreError::Corrupt { what: "kind" })?,
            tenant: read(Tenant::parse(&self.tenant), "tenant")?,
            target: self.target,
            wish: Wish::named(&self.wish).ok_or(StoreError::Corrupt { what: "wish" })?,
            wanted: self.wanted,
        })
    }
}

macro_rules! columns {
    () => {
        "c.id, c.proposals, c.was, c.made, c.reason, c.created_at, c.created_by, c.creator_name, \
         c.submitted_at, c.approved_at, c.effective_at, c.rejected_at, c.withdrawn_at, c.applied_at, \
         c.failed_at, c.failure_code, c.failure, c.rolls_back, c.rolled_back_at, c.rolled_back_by"
    };
}

pub(super) const ONE: &str = concat!("SELECT ", columns!(), " FROM change_request c WHERE c.id = $1");

const STEPS: &str = "SELECT act, at, actor, actor_name, role, acting_for, request, note FROM change_step \
    WHERE change_id = $1 ORDER BY step_no";

const DUE: &str = "SELECT id FROM change_request WHERE approved_at IS NOT NULL AND applied_at IS NULL \
    AND failed_at IS NULL AND withdrawn_at IS NULL AND effective_at <= $1 ORDER BY effective_at, id LIMIT 100";

#[derive(Debug, sqlx::FromRow)]
pub(in crate::store) struct ChangeRow {
    id: String,
    pub(super) proposals: String,
    was: String,
    made: Option<String>,
    reason: Option<String>,
    created_at: i64,
    created_by: String,
    creator_name: String,
    submitted_at: Option<i64>,
    approved_at: Option<i64>,
    effective_at: Option<i64>,
    rejected_at: Option<i64>,
    withdrawn_at: Option<i64>,
    applied_at: Option<i64>,
    failed_at: Option<i64>,
    failure_code: Option<String>,
    failure: Option<String>,
    rolls_back: Option<String>,
    rolled_back_at: Option<i64>,
    rolled_back_by: Option<String>,
}

impl ChangeRow {
    pub(super) fn read(self) -> Result<Change, StoreError> {
        let kept: Vec<Kept> = read(serde_json::from_str(&self.proposals), "proposal")?;
        let states = |text: &String| read(serde_json::from_str(text), "state of a thing");
        Ok(Change {
            id: self.id,
            proposals: kept.into_iter().map(Kept::read).collect::<Result<_, _>>()?,
            was: states(&self.was)?,
            made: self.made.as_ref().map(states).transpose()?,
            reason: self.reason,
            created_at: instant(self.created_at)?,
            created_by: self.created_by,
            creator_name: self.creator_name,
            course: Course {
                submitted_at: optional_instant(self.submitted_at)?,
                approved_at: optional_instant(self.approved_at)?,
                effective_at: optional_instant(self.effective_at)?,
                rejected_at: optional_instant(self.rejected_at)?,
                withdrawn_at: optional_instant(self.withdrawn_at)?,
                applied_at: optional_instant(self.applied_at)?,
                failed_at: optional_instant(self.failed_at)?,
                rolled_back_at: optional_instant(self.rolled_back_at)?,
            },
            failure: self.failure_code.zip(self.failure),
            rolls_back: self.rolls_back,
            rolled_back_by: self.rolled_back_by,
        })
    }
}

#[derive(Debug, sqlx::FromRow)]
pub(in crate::store) struct StepRow {
    act: String,
    at: i64,
    actor: String,
    actor_name: String,
    role: Option<String>,
    acting_for: String,
    request: String,
    note: Option<String>,
}

impl StepRow {
    pub(super) fn read(self) -> Result<ChangeStep, StoreError> {
        let role = |name: String| Role::named(&name).ok_or(StoreError::Corrupt { what: "role" });
        let act = Act::ALL.into_iter().find(|act| act.word() == self.act);
        Ok(ChangeStep {
            act: act.ok_or(StoreError::Corrupt { what: "step of a change" })?,
            author: Author {
                actor: self.actor,
                name: self.actor_name,
                role: self.role.map(role).transpose()?,
                tenant: read(Tenant::parse(&self.acting_for), "tenant")?,
                request: self.request,
                reason: self.note.map(|note| read(Text::new(&note), "note")).transpose()?,
                at: instant(self.at)?,
            },
        })
    }
}

/// What the columns of a change in that state have in common.
const fn in_state(state: State) -> &'static str {
    match state {
        State::Draft => " AND c.submitted_at IS NULL AND c.withdrawn_at IS NULL",
        State::Submitted => {
            " AND c.submitted_at IS NOT NULL AND c.approved_at IS NULL AND c.rejected_at IS NULL \
             AND c.withdrawn_at IS NULL"
        }
        State::Approved => {
            " AND c.approved_at IS NOT NULL AND c.applied_at IS NULL AND c.failed_at IS NULL \
             AND c.withdrawn_at IS NULL"
        }
        State::Rejected => " AND c.rejected_at IS NOT NULL",
        State::Withdrawn => " AND c.withdrawn_at IS NOT NULL",
        State::Applied => " AND c.applied_at IS NOT NULL AND c.rolled_back_at IS NULL",
        State::Failed => " AND c.failed_at IS NOT NULL",
        State::RolledBack => " AND c.rolled_back_at IS NOT NULL",
    }
}

/// One page, and one change more if there is a next one.
fn page(query: &ChangeQuery) -> Assembled {
    let text = |text: &dyn ToString| Value::Text(text.to_string());
    let mut statement = Assembled::default();
    statement.push(concat!("SELECT ", columns!(), " FROM change_request c WHERE c.kind <> ''"), []);
    if let Some((tenants, author)) = &query.sight {
        statement.push(" AND (c.created_by = #", [text(author)]);
        for tenant in tenants {
            statement.push(
                " OR EXISTS (SELECT 1 FROM change_tenant t WHERE t.tenant = # AND t.change_id = c.id)",
                [text(tenant)],
            );
        }
        statement.push(")", []);
    }
    if let Some(state) = query.state {
        statement.push(in_state(state), []);
    }
    if let Some(kind) = query.kind {
        statement.push(" AND c.kind = #", [Value::Text(kind.name().to_owned())]);
    }
    if let Some(tenant) = &query.tenant {
        statement.push(
            " AND EXISTS (SELECT 1 FROM change_tenant t WHERE t.tenant = # AND t.change_id = c.id)",
            [text(tenant)],
        );
    }
    if let Some(ChangePlace { created_at, id }) = &query.after {
        let at = Value::Number(created_at.as_microsecond());
        statement
            .push(" AND (c.created_at < # OR (c.created_at = # AND c.id < #))", [at.clone(), at, text(id)]);
    }
    let limit = Value::Number(i64::from(query.limit) + 1);
    statement.push(" ORDER BY c.created_at DESC, c.id DESC LIMIT #", [limit]);
    statement
}

for_both_engines! {
    pub(super) async fn whole(pool: &Pool, id: &str) -> Result<Option<(ChangeRow, Vec<StepRow>)>, sqlx::Error> {
        let mut tx = begin(pool, BEGIN_SNAPSHOT).await?;
        kept_change(&mut tx, id).await
    }

    /// A change and its steps, as they are kept.
    pub(in crate::store) async fn kept_change(
        connection: &mut Connection,
        id: &str,
    ) -> Result<Option<(ChangeRow, Vec<StepRow>)>, sqlx::Error> {
        let row: Option<ChangeRow> = sqlx::query_as(ONE).bind(id).fetch_optional(&mut *connection).await?;
        let Some(row) = row else { return Ok(None) };
        let steps = sqlx::query_as(STEPS).bind(id).fetch_all(connection).await?;
        Ok(Some((row, steps)))
    }

    pub(super) async fn list(pool: &Pool, query: &ChangeQuery) -> Result<Vec<ChangeRow>, sqlx::Error> {
        let (text, values) = page(query).parts();
        let mut page = sqlx::query_as(text).persistent(KEEPS_ASSEMBLED);
        for value in values {
            page = match value {
                Value::Number(number) => page.bind(number),
                Value::Text(text) => page.bind(text),
            };
        }
        page.fetch_all(pool).await
    }

    pub(super) async fn due(pool: &Pool, now: Timestamp) -> Result<Vec<String>, sqlx::Error> {
        sqlx::query_scalar(DUE).bind(now.as_microsecond()).fetch_all(pool).await
    }
}

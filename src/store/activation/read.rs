//! Reading a plan, and what was shown of its steps.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::domain::activation::{Digest, EvidenceId, MediaType, Outcome, Plan, Said, Step, Waiver};
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::text::Text;
use crate::store::dialect::{for_both_engines, on_engine};
use crate::store::rows::{instant, optional_instant, read};
use crate::store::{Store, StoreError};

use super::facts;
use super::write::{EvidenceForm, FileForm};

/// A piece of evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownEvidence {
    /// Its name.
    pub id: EvidenceId,
    /// Of which step.
    pub step: Step,
    /// How the test ended.
    pub outcome: Outcome,
    /// What was said of it.
    pub note: Option<Text<1000>>,
    /// When it was shown.
    pub at: Timestamp,
    /// Who showed it: an id, and a name as it was then.
    pub actor: (String, String),
    /// The file.
    pub file: Option<ShownFile>,
}

/// A file that was shown, without what is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownFile {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: MediaType,
    /// The SHA-256 of what is in it, in hexadecimal.
    pub sha256: String,
}

const STEPS: &str = "SELECT step, responsible, due_day, waived_at, waived_reason, declared_at \
    FROM activation_step WHERE ec = $1";

/// One step.
pub(super) const ONE_STEP: &str = "SELECT step, responsible, due_day, waived_at, waived_reason, declared_at \
    FROM activation_step WHERE ec = $1 AND step = $2";

const EVIDENCE: &str = "SELECT id, step, outcome, note, shown_at, actor, actor_name, file_name, media_type, \
    sha256 FROM activation_evidence WHERE ec = $1 ORDER BY step, shown_no";

/// One piece of evidence.
pub(super) const ONE: &str = "SELECT id, step, outcome, note, shown_at, actor, actor_name, file_name, media_type, \
    sha256 FROM activation_evidence WHERE ec = $1 AND id = $2";

const FILE: &str = "SELECT body FROM activation_file WHERE ec = $1 AND sha256 = $2";

#[derive(Debug, sqlx::FromRow)]
pub(in crate::store) struct StepRow {
    step: String,
    responsible: Option<String>,
    due_day: Option<String>,
    waived_at: Option<i64>,
    waived_reason: Option<String>,
    declared_at: Option<i64>,
}

#[derive(Debug, sqlx::FromRow)]
pub(in crate::store) struct EvidenceRow {
    id: String,
    step: String,
    outcome: String,
    note: Option<String>,
    shown_at: i64,
    actor: String,
    actor_name: String,
    file_name: Option<String>,
    media_type: Option<String>,
    sha256: Option<String>,
}

/// All that a plan is read from.
#[derive(Debug)]
pub(in crate::store) struct PlanRows {
    facts: facts::Rows,
    steps: Vec<StepRow>,
    evidence: Vec<EvidenceRow>,
}

impl Store {
    /// How far an institution is, and everything that was shown, step by step in the order in which it was.
    pub async fn activation_plan(
        &self,
        ec: &FiscalCode,
        now: Timestamp,
    ) -> Result<(Plan, Vec<ShownEvidence>), StoreError> {
        let rows = on_engine!(&self.pools, read, |pool, engine| engine::whole_plan(pool, ec, now).await);
        rows.map_err(StoreError::during("activation_plan"))?.read(now)
    }

    /// A piece of evidence of an institution, with what is in its file.
    pub async fn activation_evidence(
        &self,
        ec: &FiscalCode,
        id: &EvidenceId,
    ) -> Result<Option<(ShownEvidence, Option<Vec<u8>>)>, StoreError> {
        let found = on_engine!(&self.pools, read, |pool, engine| engine::one(pool, ec, id).await);
        let found = found.map_err(StoreError::during("activation_evidence"))?;
        found.map(|(row, body)| Ok((row.read()?, body))).transpose()
    }

    /// Keeps a file of an institution, for evidence that will name it by its digest. One that is there
    /// already stays as it is.
    pub async fn keep_activation_file(
        &self,
        ec: &FiscalCode,
        digest: &Digest,
        body: &[u8],
    ) -> Result<(), StoreError> {
        let kept =
            on_engine!(&self.pools, write, |pool, engine| engine::keep(pool, (ec, digest), body).await);
        kept.map_err(StoreError::during("keep_activation_file"))
    }
}

impl PlanRows {
    pub(in crate::store) fn read(self, now: Timestamp) -> Result<(Plan, Vec<ShownEvidence>), StoreError> {
        let mut said: BTreeMap<Step, Said> = BTreeMap::new();
        for row in self.steps {
            said.insert(step(&row.step)?, row.read()?);
        }
        let evidence: Vec<ShownEvidence> =
            self.evidence.into_iter().map(EvidenceRow::read).collect::<Result<_, _>>()?;
        for shown in evidence.iter().filter(|shown| shown.outcome != Outcome::Noted) {
            said.entry(shown.step).or_default().shown = Some((shown.outcome, shown.at));
        }
        Ok((Plan::new(&self.facts.read(now)?, said, now), evidence))
    }
}

fn step(word: &str) -> Result<Step, StoreError> {
    Step::from_word(word).ok_or(StoreError::Corrupt { what: "step" })
}

impl StepRow {
    pub(super) fn read(self) -> Result<Said, StoreError> {
        let waiver = match (optional_instant(self.waived_at)?, self.waived_reason) {
            (Some(at), Some(reason)) => Some(Waiver { at, reason: read(Text::new(&reason), "reason")? }),
            _ => None,
        };
        Ok(Said {
            responsible: self.responsible.map(|name| read(Text::new(&name), "name")).transpose()?,
            due_day: self.due_day.map(|day| read(day.parse(), "day")).transpose()?,
            waiver,
            declared_at: optional_instant(self.declared_at)?,
            shown: None,
        })
    }
}

impl EvidenceRow {
    /// Its step, and its form.
    pub(super) fn form(self) -> Result<(Step, EvidenceForm), StoreError> {
        let shown = self.read()?;
        let file = shown.file.map(|file| FileForm {
            name: file.name,
            media_type: file.kind.name().to_owned(),
            sha256: file.sha256,
        });
        let (actor, actor_name) = shown.actor;
        let note = shown.note.map(|note| note.as_str().to_owned());
        let outcome = shown.outcome.word().to_owned();
        Ok((shown.step, EvidenceForm { outcome, note, actor, actor_name, file }))
    }

    fn read(self) -> Result<ShownEvidence, StoreError> {
        let corrupt = |what| StoreError::Corrupt { what };
        let file = match (self.file_name, self.media_type, self.sha256) {
            (Some(name), Some(kind), Some(sha256)) => {
                Some(ShownFile { name, kind: read(MediaType::new(&kind), "media type")?, sha256 })
            }
            _ => None,
        };
        Ok(ShownEvidence {
            id: EvidenceId::new(&self.id).ok_or(corrupt("name of evidence"))?,
            step: step(&self.step)?,
            outcome: Outcome::from_word(&self.outcome).ok_or(corrupt("outcome"))?,
            note: self.note.map(|note| read(Text::new(&note), "note")).transpose()?,
            at: instant(self.shown_at)?,
            actor: (self.actor, self.actor_name),
            file,
        })
    }
}

for_both_engines! {
    [facts]

    pub(in crate::store) async fn whole_plan(
        pool: &Pool,
        ec: &FiscalCode,
        now: Timestamp,
    ) -> Result<PlanRows, sqlx::Error> {
        let mut tx = begin(pool, BEGIN_SNAPSHOT).await?;
        let rows = plan(&mut tx, ec, now).await?;
        tx.commit().await?;
        Ok(rows)
    }

    /// The same in a transaction that is under way.
    pub(in crate::store) async fn plan(
        connection: &mut Connection,
        ec: &FiscalCode,
        now: Timestamp,
    ) -> Result<PlanRows, sqlx::Error> {
        Ok(PlanRows {
            facts: facts(&mut *connection, ec, now).await?,
            steps: sqlx::query_as(STEPS).bind(ec.as_str()).fetch_all(&mut *connection).await?,
            evidence: sqlx::query_as(EVIDENCE).bind(ec.as_str()).fetch_all(&mut *connection).await?,
        })
    }

    pub(in crate::store) async fn one(
        pool: &Pool,
        ec: &FiscalCode,
        id: &EvidenceId,
    ) -> Result<Option<(EvidenceRow, Option<Vec<u8>>)>, sqlx::Error> {
        let found: Option<EvidenceRow> =
            sqlx::query_as(ONE).bind(ec.as_str()).bind(id.as_str()).fetch_optional(pool).await?;
        let Some(row) = found else { return Ok(None) };
        let body = match &row.sha256 {
            Some(digest) => {
                sqlx::query_scalar(FILE).bind(ec.as_str()).bind(digest).fetch_optional(pool).await?
            }
            None => None,
        };
        Ok(Some((row, body)))
    }

    pub(in crate::store) async fn keep(
        pool: &Pool,
        (ec, digest): (&FiscalCode, &Digest),
        body: &[u8],
    ) -> Result<(), sqlx::Error> {
        sqlx::query(
            "INSERT INTO activation_file (ec, sha256, body) VALUES ($1, $2, $3) \
             ON CONFLICT (ec, sha256) DO NOTHING",
        )
        .bind(ec.as_str())
        .bind(digest.as_str())
        .bind(body)
        .execute(pool)
        .await
        .map(drop)
    }
}

//! What people say and show of a plan, as things that are managed.
//!
//! Three forms of target: `EC/step` is what is planned of a step and whether it was declared, `EC/step/waiver`
//! that it may be left out, which is the gateway's to say, and `EC/step/evidence/ID` a piece of evidence.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::domain::access::Tenant;
use crate::domain::activation::{EvidenceId, MediaType, Outcome, Plan, Said, Step};
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::governance::{Conflict, Proposal};
use crate::domain::text::Text;
use crate::store::StoreError;
use crate::store::dialect::for_both_engines;
use crate::store::governance::Refused;

use super::read::{self, EvidenceRow, StepRow};

/// What is planned of a step, and whether it was declared.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StepForm {
    /// Who sees to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub responsible: Option<String>,
    /// By which day in Italy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_day: Option<Date>,
    /// Since when it is declared to be done. Whoever declares it gives any instant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declared_at: Option<Timestamp>,
}

/// That a step may be left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WaiverForm {
    /// Why.
    pub reason: String,
}

/// A piece of evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EvidenceForm {
    /// How the test ended.
    pub outcome: String,
    /// What is said of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Who shows it.
    pub actor: String,
    /// What people call them.
    pub actor_name: String,
    /// The file, which is kept already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<FileForm>,
}

/// A file, without what is in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FileForm {
    /// Its name.
    pub name: String,
    /// What it is.
    pub media_type: String,
    /// The SHA-256 of what is in it.
    pub sha256: String,
}

/// What a target names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::store) struct Target {
    ec: FiscalCode,
    step: Step,
    part: Part,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Planned,
    Waiver,
    Evidence(EvidenceId),
}

impl Target {
    /// Reads one; none if it names nothing that there could be.
    fn new(text: &str) -> Option<Self> {
        let mut parts = text.split('/');
        let ec = FiscalCode::new(parts.next()?).ok()?;
        let step = Step::from_word(parts.next()?)?;
        let part = match (parts.next(), parts.next(), parts.next()) {
            (None, None, None) => Part::Planned,
            (Some("waiver"), None, None) => Part::Waiver,
            (Some("evidence"), Some(id), None) => Part::Evidence(EvidenceId::new(id)?),
            _ => return None,
        };
        Some(Target { ec, step, part })
    }

    /// Whose it is to say.
    fn tenant(&self) -> Tenant {
        match self.part {
            Part::Waiver => Tenant::Gateway,
            Part::Planned | Part::Evidence(_) => Tenant::Institution(self.ec.clone()),
        }
    }
}

/// What a proposal wishes, with nothing left to judge but what there is.
enum Wanted {
    Step(StepForm),
    Waiver(Option<WaiverForm>),
    Evidence(EvidenceForm),
}

impl Wanted {
    fn of(proposal: &Proposal, target: &Target) -> Result<Self, Conflict> {
        if proposal.tenant != target.tenant() {
            return Err(Conflict::new("foreign_target", "That is not for this tenant to say."));
        }
        let wanted = proposal.wanted.as_deref();
        match &target.part {
            Part::Planned => {
                let form: StepForm = wanted.map(form).transpose()?.unwrap_or_default();
                text::<140>(form.responsible.as_deref())?;
                if form.declared_at.is_some() && target.step != Step::GoLive {
                    let message =
                        "Only going live is declared; the other steps are told by facts or evidence.";
                    return Err(Conflict::new("not_declarable", message));
                }
                Ok(Wanted::Step(form))
            }
            Part::Waiver => {
                let form: Option<WaiverForm> = wanted.map(form).transpose()?;
                text::<500>(form.as_ref().map(|form| form.reason.as_str()))?;
                Ok(Wanted::Waiver(form))
            }
            Part::Evidence(_) => {
                let Some(wanted) = wanted else { return Err(stays()) };
                let form: EvidenceForm = form(wanted)?;
                text::<1000>(form.note.as_deref())?;
                let kind = form.file.as_ref().map(|file| MediaType::new(&file.media_type)).transpose();
                if Outcome::from_word(&form.outcome).is_none() || kind.is_err() {
                    return Err(malformed());
                }
                Ok(Wanted::Evidence(form))
            }
        }
    }
}

fn form<T: DeserializeOwned>(json: &str) -> Result<T, Conflict> {
    serde_json::from_str(json).map_err(|_| malformed())
}

fn text<const MAX: usize>(value: Option<&str>) -> Result<(), Conflict> {
    value.map(Text::<MAX>::new).transpose().map(drop).map_err(|_| malformed())
}

fn malformed() -> Conflict {
    Conflict::new("malformed", "The form is not that of an activation plan.")
}

fn stays() -> Conflict {
    Conflict::new("evidence_stays", "What was shown is neither changed nor taken away: show more.")
}

/// The steps that have to be done first, in words.
fn blocked(plan: &Plan, step: Step) -> Result<(), Conflict> {
    let before: Vec<&str> = plan.before(step).iter().map(|step| step.word()).collect();
    if before.is_empty() {
        return Ok(());
    }
    let message = format!("Steps that come before it are neither done nor waived: {}.", before.join(", "));
    Err(Conflict::new("step_blocked", message))
}

fn json<T: Serialize>(form: &T) -> Result<String, Refused> {
    serde_json::to_string(form).map_err(|_| StoreError::Corrupt { what: "activation plan" }.into())
}

fn microseconds(instant: Option<Timestamp>) -> Option<i64> {
    instant.map(|instant| instant.as_microsecond())
}

/// A row of a step that says nothing is left out.
const FORGET: &str = "DELETE FROM activation_step WHERE ec = $1 AND step = $2 AND responsible IS NULL \
    AND due_day IS NULL AND waived_at IS NULL AND declared_at IS NULL";

const PLAN_STEP: &str = "INSERT INTO activation_step (ec, step, responsible, due_day, declared_at) \
    VALUES ($1, $2, $3, $4, $5) ON CONFLICT (ec, step) DO UPDATE SET responsible = excluded.responsible, \
    due_day = excluded.due_day, declared_at = excluded.declared_at";

const WAIVE: &str = "INSERT INTO activation_step (ec, step, waived_at, waived_reason) VALUES ($1, $2, $3, $4) \
    ON CONFLICT (ec, step) DO UPDATE SET waived_at = excluded.waived_at, waived_reason = excluded.waived_reason";

const NUMBER: &str =
    "SELECT COALESCE(MAX(shown_no), 0) + 1 FROM activation_evidence WHERE ec = $1 AND step = $2";

const SHOW: &str = "INSERT INTO activation_evidence (id, ec, step, shown_no, outcome, note, shown_at, actor, \
    actor_name, file_name, media_type, sha256) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";

const KEPT: &str = "SELECT sha256 FROM activation_file WHERE ec = $1 AND sha256 = $2";

impl Target {
    fn shown(&self, row: Option<StepRow>) -> Result<Option<String>, Refused> {
        let Some(said) = row.map(StepRow::read).transpose()? else { return Ok(None) };
        let Said { responsible, due_day, waiver, declared_at, .. } = said;
        let responsible = responsible.map(|name| name.as_str().to_owned());
        let planned = StepForm { responsible, due_day, declared_at };
        match (&self.part, waiver) {
            (Part::Waiver, Some(waiver)) => {
                json(&WaiverForm { reason: waiver.reason.as_str().to_owned() }).map(Some)
            }
            (Part::Planned, _) if planned != StepForm::default() => json(&planned).map(Some),
            _ => Ok(None),
        }
    }
}

for_both_engines! {
    [read]

    /// What is said or shown, as its form.
    pub(in crate::store) async fn read_activation(
        connection: &mut Connection,
        target: &str,
    ) -> Result<Option<String>, Refused> {
        let Some(target) = Target::new(target) else { return Ok(None) };
        let Part::Evidence(id) = &target.part else {
            let row = sqlx::query_as(read::ONE_STEP).bind(target.ec.as_str()).bind(target.step.word());
            return target.shown(row.fetch_optional(connection).await?);
        };
        let row = sqlx::query_as(read::ONE).bind(target.ec.as_str()).bind(id.as_str());
        let row: Option<EvidenceRow> = row.fetch_optional(connection).await?;
        match row.map(EvidenceRow::form).transpose()?.filter(|(step, _)| *step == target.step) {
            Some((_, form)) => json(&form).map(Some),
            None => Ok(None),
        }
    }

    /// Says or shows something.
    pub(in crate::store) async fn write_activation(
        connection: &mut Connection,
        proposal: &Proposal,
        at: Timestamp,
    ) -> Result<(), Refused> {
        let target = Target::new(&proposal.target).ok_or_else(malformed)?;
        match Wanted::of(proposal, &target)? {
            Wanted::Step(form) => plan_step(connection, &target, form, at).await,
            Wanted::Waiver(form) => {
                sqlx::query(WAIVE)
                    .bind(target.ec.as_str())
                    .bind(target.step.word())
                    .bind(form.as_ref().map(|_| at.as_microsecond()))
                    .bind(form.map(|form| form.reason))
                    .execute(&mut *connection)
                    .await?;
                forget(connection, &target).await
            }
            Wanted::Evidence(form) => show(connection, &target, form, at).await,
        }
    }

    async fn plan_step(
        connection: &mut Connection,
        target: &Target,
        form: StepForm,
        at: Timestamp,
    ) -> Result<(), Refused> {
        let (plan, _) = plan(&mut *connection, &target.ec, at).await?.read(at)?;
        let before = plan.step(target.step).and_then(|report| report.said.declared_at);
        let declared = match (form.declared_at, before) {
            (None, _) => None,
            (Some(_), Some(before)) => Some(before),
            (Some(_), None) => {
                blocked(&plan, target.step)?;
                Some(at)
            }
        };
        sqlx::query(PLAN_STEP)
            .bind(target.ec.as_str())
            .bind(target.step.word())
            .bind(form.responsible)
            .bind(form.due_day.map(|day| day.to_string()))
            .bind(microseconds(declared))
            .execute(&mut *connection)
            .await?;
        forget(connection, target).await
    }

    async fn forget(connection: &mut Connection, target: &Target) -> Result<(), Refused> {
        sqlx::query(FORGET).bind(target.ec.as_str()).bind(target.step.word()).execute(connection).await?;
        Ok(())
    }

    async fn show(
        connection: &mut Connection,
        target: &Target,
        form: EvidenceForm,
        at: Timestamp,
    ) -> Result<(), Refused> {
        let Part::Evidence(id) = &target.part else { return Err(malformed().into()) };
        let (ec, step) = (target.ec.as_str(), target.step.word());
        let known: Option<EvidenceRow> =
            sqlx::query_as(read::ONE).bind(ec).bind(id.as_str()).fetch_optional(&mut *connection).await?;
        if known.is_some() {
            return Err(stays().into());
        }
        if Outcome::from_word(&form.outcome) == Some(Outcome::Passed) {
            let (plan, _) = plan(&mut *connection, &target.ec, at).await?.read(at)?;
            blocked(&plan, target.step)?;
        }
        if let Some(file) = &form.file {
            let kept: Option<String> =
                sqlx::query_scalar(KEPT).bind(ec).bind(&file.sha256).fetch_optional(&mut *connection).await?;
            kept.ok_or_else(|| Conflict::new("no_file", "The file that it names is not kept here."))?;
        }
        let number: i64 = sqlx::query_scalar(NUMBER).bind(ec).bind(step).fetch_one(&mut *connection).await?;
        let file = form.file.map(|file| (file.name, file.media_type, file.sha256));
        let (name, kind, digest) = match file {
            Some((name, kind, digest)) => (Some(name), Some(kind), Some(digest)),
            None => (None, None, None),
        };
        sqlx::query(SHOW)
            .bind(id.as_str())
            .bind(ec)
            .bind(step)
            .bind(number)
            .bind(form.outcome)
            .bind(form.note)
            .bind(at.as_microsecond())
            .bind(form.actor)
            .bind(form.actor_name)
            .bind(name)
            .bind(kind)
            .bind(digest)
            .execute(connection)
            .await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_names_a_step_its_waiver_or_its_evidence() {
        let id = "0".repeat(32);
        for (text, tenant) in [
            ("77777777777/go_live".to_owned(), "ec:77777777777"),
            ("77777777777/EC-PSP-02M/waiver".to_owned(), "gateway"),
            (format!("77777777777/EC-PSP-01/evidence/{id}"), "ec:77777777777"),
        ] {
            assert_eq!(Target::new(&text).unwrap().tenant().to_string(), tenant, "{text}");
        }
        for wrong in [
            "",
            "7/go_live",
            "77777777777",
            "77777777777/x",
            "77777777777/ibans/x",
            "77777777777/ibans/waiver/x",
            "77777777777/ibans/evidence",
            "77777777777/ibans/evidence/x",
        ] {
            assert_eq!(Target::new(wrong), None, "{wrong}");
        }
    }
}

//! A plan as JSON. Instants are UTC, days are those of Italy.

use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::openapi::form::{Instant, form, text, words};
use crate::domain::activation::{
    FILE_MAX, MediaType, Missing, Outcome, Plan, State, Step, StepReport, ToldBy,
};
use crate::domain::fiscal_code::FiscalCode;
use crate::store::ShownEvidence;

/// A step.
pub(super) enum StepWord {}
form!(
    StepWord,
    "ActivationStepName",
    words(Step::ALL.map(Step::word), "A step, in the order of the plan; EC-PSP are test cases of pagoPA.")
);

/// How far a step is.
pub(super) enum StateWord {}
form!(
    StateWord,
    "ActivationState",
    words(
        [State::Done, State::Waived, State::Open, State::Blocked].map(State::word),
        "done; waived: left out with a reason; open: it can be done; blocked: it waits for others.",
    )
);

/// By what a step is told to be done.
pub(super) enum ToldByWord {}
form!(
    ToldByWord,
    "ActivationToldBy",
    words(
        ["facts", "facts_or_evidence", "evidence", "declaration"],
        "By what the step is told to be done: what is registered and in use, what was shown last, or a declaration.",
    )
);

/// How a test ended.
pub(super) enum OutcomeWord {}
form!(
    OutcomeWord,
    "ActivationOutcome",
    words(Outcome::ALL.map(Outcome::word), "How a test ended; noted for what was no test.")
);

/// What a file is.
pub(super) enum MediaTypeWord {}
form!(
    MediaTypeWord,
    "EvidenceMediaType",
    words(MediaType::ALL.map(MediaType::name), "What the file is; it must begin like one of these.")
);

/// A day in Italy.
pub(super) enum DayWord {}
form!(DayWord, "Day", text("^2[0-9]{3}-[0-9]{2}-[0-9]{2}$", "A civil day in Italy.", "2026-12-31"));

/// What is in a file.
pub(super) enum FileContent {}
form!(
    FileContent,
    "EvidenceContent",
    utoipa::openapi::ObjectBuilder::new()
        .schema_type(utoipa::openapi::schema::Type::String)
        .min_length(Some(4))
        .max_length(Some(FILE_MAX.div_ceil(3) * 4))
        .pattern(Some("^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"))
        .description(Some("What is in the file, in Base64: at most a mebibyte."))
        .examples([serde_json::json!("UHJvdmEgc3VwZXJhdGE=")])
);

/// The activation plan of an institution.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ActivationPlan)]
pub(super) struct PlanModel<'a> {
    /// Whose it is.
    #[schema(value_type = FiscalCode)]
    fiscal_code: &'a str,
    /// Whether citizens can pay, as far as somebody has declared it.
    live: bool,
    /// The steps, in their order.
    #[schema(value_type = Vec<StepModel<'static>>)]
    steps: Vec<StepModel<'a>>,
}

/// A step.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ActivationStep)]
pub(super) struct StepModel<'a> {
    /// Its name.
    #[schema(value_type = StepWord)]
    step: &'static str,
    /// How far it is.
    #[schema(value_type = StateWord)]
    state: &'static str,
    /// By what it is told to be done.
    #[schema(value_type = ToldByWord)]
    told_by: &'static str,
    /// What it lacks by itself.
    #[schema(value_type = Vec<MissingModel>)]
    missing: Vec<MissingModel>,
    /// Which steps it waits for.
    #[schema(value_type = Vec<StepWord>)]
    waits_for: Vec<&'static str>,
    /// Who sees to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    responsible: Option<&'a str>,
    /// By which day.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = DayWord)]
    due_date: Option<Date>,
    /// Why it may be left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    waiver: Option<WaiverModel<'a>>,
    /// When it was declared.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Instant)]
    declared_at: Option<String>,
    /// What was shown of it, the first first. The last that has passed or failed counts.
    #[schema(value_type = Vec<EvidenceModel<'static>>)]
    evidence: Vec<EvidenceModel<'a>>,
}

/// What a step lacks.
#[derive(Serialize, ToSchema)]
#[schema(as = ActivationMissing)]
pub(super) struct MissingModel {
    /// What, for programs.
    #[schema(value_type = String)]
    code: &'static str,
    /// What, for people.
    message: String,
}

/// Why a step may be left out.
#[derive(Serialize, ToSchema)]
#[schema(as = ActivationWaiver)]
pub(super) struct WaiverModel<'a> {
    /// Since when.
    #[schema(value_type = Instant)]
    at: String,
    /// Why.
    #[schema(value_type = String)]
    reason: &'a str,
}

/// A piece of evidence.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ActivationEvidence)]
pub(super) struct EvidenceModel<'a> {
    /// Its id.
    #[schema(value_type = String)]
    id: &'a str,
    /// Of which step.
    #[schema(value_type = StepWord)]
    step: &'static str,
    /// How the test ended.
    #[schema(value_type = OutcomeWord)]
    outcome: &'static str,
    /// What was said of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    note: Option<&'a str>,
    /// When it was shown.
    #[schema(value_type = Instant)]
    at: String,
    /// Who showed it.
    #[schema(value_type = String)]
    by: &'a str,
    /// What people called them then.
    #[schema(value_type = String)]
    name: &'a str,
    /// The file, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<FileModel<'a>>,
}

/// A file that was shown.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = EvidenceFile)]
pub(super) struct FileModel<'a> {
    /// Its name.
    #[schema(value_type = String)]
    name: &'a str,
    /// What it is.
    #[schema(value_type = MediaTypeWord)]
    media_type: &'static str,
    /// The SHA-256 of what is in it, in hexadecimal.
    #[schema(value_type = String)]
    sha256: &'a str,
}

impl<'a> PlanModel<'a> {
    pub(super) fn new(ec: &'a FiscalCode, plan: &'a Plan, evidence: &'a [ShownEvidence]) -> Self {
        let steps = plan.steps().iter().map(|report| StepModel::new(report, evidence)).collect();
        PlanModel { fiscal_code: ec.as_str(), live: plan.is_live(), steps }
    }
}

impl<'a> StepModel<'a> {
    fn new(report: &'a StepReport, evidence: &'a [ShownEvidence]) -> Self {
        let said = &report.said;
        let missing = |one: &Missing| MissingModel { code: one.code(), message: one.to_string() };
        let of_step = evidence.iter().filter(|shown| shown.step == report.step);
        StepModel {
            step: report.step.word(),
            state: report.state.word(),
            told_by: match report.step.told_by() {
                ToldBy::Facts => "facts",
                ToldBy::FactsOrEvidence => "facts_or_evidence",
                ToldBy::Evidence => "evidence",
                ToldBy::Declaration => "declaration",
            },
            missing: report.missing.iter().map(missing).collect(),
            waits_for: report.waits_for.iter().map(|step| step.word()).collect(),
            responsible: said.responsible.as_ref().map(|name| name.as_str()),
            due_date: said.due_day,
            waiver: said
                .waiver
                .as_ref()
                .map(|waiver| WaiverModel { at: waiver.at.to_string(), reason: waiver.reason.as_str() }),
            declared_at: said.declared_at.map(|at| at.to_string()),
            evidence: of_step.map(EvidenceModel::new).collect(),
        }
    }
}

impl<'a> EvidenceModel<'a> {
    pub(super) fn new(shown: &'a ShownEvidence) -> Self {
        let (by, name) = &shown.actor;
        EvidenceModel {
            id: shown.id.as_str(),
            step: shown.step.word(),
            outcome: shown.outcome.word(),
            note: shown.note.as_ref().map(|note| note.as_str()),
            at: shown.at.to_string(),
            by,
            name,
            file: shown.file.as_ref().map(|file| FileModel {
                name: &file.name,
                media_type: file.kind.name(),
                sha256: &file.sha256,
            }),
        }
    }
}

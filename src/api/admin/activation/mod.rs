//! The activation plan of a creditor institution: what has to be done until citizens can pay it, how far it is,
//! and what people say and show of it.

use axum::http::StatusCode;
use serde::Deserialize;

use super::HEADING;
use crate::api::access::{Needs, Of};
use crate::api::openapi::{Doc, Method, Routes, form};
use crate::api::problem::{Problem, Violation};
use crate::domain::access::Permission;
use crate::domain::activation::Step;
use crate::domain::fiscal_code::FiscalCode;

mod evidence;
mod examples;
mod model;
mod plan;
mod show;
mod step;
mod waiver;

/// Whose plan.
const EC: &str = "ec";

pub(super) fn routes() -> Routes {
    let read = Needs::new(Permission::ActivationRead, Of::Institution(EC));
    let write = Needs::new(Permission::ActivationWrite, Of::Institution(EC));
    // To leave a step out is not for those to say who have to do it.
    let waive = Needs::new(Permission::ActivationWrite, Of::Gateway);
    let all = "/creditor-institutions/{ec}/activation";
    let below = |path: &str| format!("{all}{path}");
    let (step, waiver) = (below("/steps/{step}"), below("/steps/{step}/waiver"));
    let (evidence, one) = (below("/steps/{step}/evidence"), below("/evidence/{evidence}"));
    let file = below("/evidence/{evidence}/file");
    let at = |method, path| (method, (HEADING.0, path));
    Routes::default()
        .guarded(read, at(Method::Get, all), plan::handler, plan::doc())
        .guarded(write, at(Method::Put, &step), step::handler, step::doc())
        .guarded(waive, at(Method::Put, &waiver), waiver::put, waiver::doc_of_put())
        .guarded(waive, at(Method::Delete, &waiver), waiver::delete, waiver::doc_of_delete())
        .guarded(write, at(Method::Post, &evidence), show::handler, show::doc())
        .guarded(read, at(Method::Get, &one), evidence::handler, evidence::doc())
        .guarded(read, at(Method::Get, &file), evidence::file, evidence::doc_of_file())
}

/// The institution of a path.
#[derive(Deserialize)]
struct PlanPath {
    ec: String,
}

/// A step of a path.
#[derive(Deserialize)]
struct StepPath {
    ec: String,
    step: String,
}

impl PlanPath {
    fn institution(&self) -> Result<FiscalCode, ActivationError> {
        FiscalCode::new(&self.ec).map_err(|_| ActivationError::UnknownInstitution)
    }
}

impl StepPath {
    fn read(&self) -> Result<(FiscalCode, Step), ActivationError> {
        let ec = FiscalCode::new(&self.ec).map_err(|_| ActivationError::UnknownInstitution)?;
        Ok((ec, Step::from_word(&self.step).ok_or(ActivationError::UnknownStep)?))
    }
}

/// What every endpoint of a plan can refuse.
#[derive(Debug, thiserror::Error)]
enum ActivationError {
    #[error("there can be no such institution")]
    UnknownInstitution,
    #[error("the plan has no such step")]
    UnknownStep,
    #[error("no such evidence was shown")]
    UnknownEvidence,
    #[error("the body is not what it must be")]
    Invalid(Vec<Violation>),
}

/// Begins what is said of an endpoint.
fn doc(id: &str, summary: &str) -> Doc {
    Doc::new(id, summary)
        .path(EC, form::institution(), "The creditor institution, registered or not yet.")
        .refuses([ActivationError::UnknownInstitution.into()])
}

/// The same for a step.
fn doc_of_step(id: &str, summary: &str) -> Doc {
    doc(id, summary)
        .path("step", form::reference::<model::StepWord>(), "The step.")
        .names::<model::StepWord>()
        .refuses([ActivationError::UnknownStep.into()])
}

impl From<ActivationError> for Problem {
    fn from(error: ActivationError) -> Self {
        let unknown =
            |code, detail: &'static str| Problem::new(StatusCode::NOT_FOUND, "Not Found", code, detail);
        match error {
            ActivationError::UnknownInstitution => {
                unknown("unknown_institution", "The fiscal code of the path is none of an institution.")
            }
            ActivationError::UnknownStep => unknown("unknown_step", "The activation plan has no such step."),
            ActivationError::UnknownEvidence => {
                unknown("unknown_evidence", "The institution has shown no such evidence.")
            }
            ActivationError::Invalid(violations) => Problem::new(
                StatusCode::BAD_REQUEST,
                "Bad Request",
                "invalid_activation",
                "It cannot be written, for the reasons that violations gives.",
            )
            .with_violations(violations),
        }
    }
}

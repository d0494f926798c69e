//! `PUT …/activation/steps/{step}`: who sees to a step and by when; and that the institution goes live.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use jiff::civil::Date;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::model::DayWord;
use super::{ActivationError, StepPath, doc_of_step, plan};
use crate::api::Api;
use crate::api::access::{Access, WritesError, Written, carry_out};
use crate::api::body::JsonBody;
use crate::api::openapi::form::Text140;
use crate::api::openapi::{Answer, Doc};
use crate::api::positions::field::{Field, Shape};
use crate::api::positions::rows::{Pointer, Report};
use crate::api::problem::{Problem, Violation};
use crate::domain::access::Tenant;
use crate::domain::governance::{Conflict, Kind, Proposal, Wish};
use crate::domain::text::Text;
use crate::store::{StepForm, WriteError, WriteFailure};

/// What is planned of a step; what is left out is taken away.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ActivationStepPlan)]
pub(super) struct StepRequest {
    /// Who sees to it.
    #[serde(default)]
    #[schema(value_type = Text140, required = false)]
    responsible: Field<String>,
    /// By which day.
    #[serde(default)]
    #[schema(value_type = DayWord, required = false)]
    due_date: Field<String>,
    /// Whether it is declared: going live only, once all else is done or waived.
    #[serde(default)]
    #[schema(value_type = bool, required = false)]
    declared: Field<bool>,
}

impl Shape for StepRequest {
    const IS_OBJECT: bool = true;
}

/// Answers 200 with the plan; 409 if the step cannot be declared yet.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    Path(path): Path<StepPath>,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let (ec, step) = path.read()?;
    let form = read(body, &access).map_err(ActivationError::Invalid)?;
    let proposal = Proposal {
        kind: Kind::Activation,
        tenant: Tenant::Institution(ec.clone()),
        target: format!("{ec}/{}", step.word()),
        wish: Wish::Put,
        wanted: Some(json!(form).to_string()),
    };
    match carry_out(&api, &access, &[proposal]).await? {
        Written::Done(_) => plan::show(&api, &access, &ec).await,
        waiting => Ok(waiting.answer(|_| Response::default())),
    }
}

fn read(body: Value, access: &Access) -> Result<StepForm, Vec<Violation>> {
    let mut report = Report::default();
    let root = Pointer::root();
    let field = Field::<StepRequest>::deserialize(body).unwrap_or(Field::WrongType);
    let request = report.required(field, &root).unwrap_or_default();
    let name: Option<Text<140>> = report.optional_text(request.responsible, &root.field("responsible"));
    let at = root.field("dueDate");
    let due_day = report.optional_string(request.due_date, &at).and_then(|text| {
        let day = text.parse::<Date>().ok().filter(|day| (2000..3000).contains(&day.year()));
        if day.is_none() {
            report.add(&at, "date_form", "must be a day such as 2026-12-31");
        }
        day
    });
    let declared = report.optional(request.declared, &root.field("declared"));
    let declared_at = declared.filter(|declared| *declared).map(|_| access.now);
    let responsible = name.map(|name| name.as_str().to_owned());
    report
        .is_clean()
        .then_some(StepForm { responsible, due_day, declared_at })
        .ok_or_else(|| report.into_violations())
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let body = json!({ "responsible": "Anna Verdi", "dueDate": "2026-12-31" });
    let violation = Violation {
        pointer: "/dueDate".into(),
        code: "date_form",
        message: "must be a day such as 2026-12-31".into(),
    };
    doc_of_step("planActivationStep", "Plan a step, or declare that the institution goes live")
        .about(
            "Going live can be declared once every other step is done or waived, and nothing else is: the others \
             are told by the facts or by evidence.",
        )
        .takes::<StepRequest>(body)
        .answers(StatusCode::OK, plan::answer())
        .answers(StatusCode::ACCEPTED, Answer::empty("It waits for a second person; Location tells where."))
        .refuses([
            ActivationError::Invalid(vec![violation]).into(),
            refused("step_blocked", "Steps that come before it are neither done nor waived: connectivity."),
            refused("not_declarable", "Only going live is declared."),
        ])
}

/// What the store refuses, to show it.
pub(super) fn refused(code: &'static str, message: &'static str) -> Problem {
    let error = WriteError::Conflict(Conflict::new(code, message));
    WritesError::from(WriteFailure { index: 0, error }).into()
}

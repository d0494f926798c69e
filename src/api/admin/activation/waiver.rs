//! `PUT` and `DELETE …/activation/steps/{step}/waiver`: the operator lets a step be left out, or no longer.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{ActivationError, StepPath, doc_of_step, plan};
use crate::api::Api;
use crate::api::access::{Access, WritesError, Written, carry_out};
use crate::api::body::JsonBody;
use crate::api::openapi::{Answer, Doc};
use crate::api::positions::field::{Field, Shape};
use crate::api::positions::rows::{Pointer, Report};
use crate::api::problem::{Problem, Violation};
use crate::domain::access::Tenant;
use crate::domain::governance::{Kind, Proposal, Wish};
use crate::domain::text::Text;
use crate::store::{WaiverForm, WriteError, WriteFailure};

/// A name for the derived schema, which cannot write generic types.
type Text500 = Text<500>;

/// Why a step may be left out.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[schema(as = ActivationWaiverRequest)]
pub(super) struct WaiverRequest {
    /// Why.
    #[serde(default)]
    #[schema(value_type = Text500, required)]
    reason: Field<String>,
}

impl Shape for WaiverRequest {
    const IS_OBJECT: bool = true;
}

/// Answers 200 with the plan.
pub(super) async fn put(
    State(api): State<Arc<Api>>,
    access: Access,
    Path(path): Path<StepPath>,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let form = read(body).map_err(ActivationError::Invalid)?;
    write(&api, &access, &path, (Wish::Put, Some(json!(form).to_string()))).await
}

/// Answers 200 with the plan; 404 if the step is not waived.
pub(super) async fn delete(
    State(api): State<Arc<Api>>,
    access: Access,
    Path(path): Path<StepPath>,
) -> Result<Response, Problem> {
    write(&api, &access, &path, (Wish::Remove, None)).await
}

async fn write(
    api: &Api,
    access: &Access,
    path: &StepPath,
    (wish, wanted): (Wish, Option<String>),
) -> Result<Response, Problem> {
    let (ec, step) = path.read()?;
    let target = format!("{ec}/{}/waiver", step.word());
    let proposal = Proposal { kind: Kind::Activation, tenant: Tenant::Gateway, target, wish, wanted };
    match carry_out(api, access, &[proposal]).await? {
        Written::Done(_) => plan::show(api, access, &ec).await,
        waiting => Ok(waiting.answer(|_| Response::default())),
    }
}

fn read(body: Value) -> Result<WaiverForm, Vec<Violation>> {
    let mut report = Report::default();
    let field = Field::<WaiverRequest>::deserialize(body).unwrap_or(Field::WrongType);
    let request = report.required(field, &Pointer::root());
    let reason: Option<Text500> =
        request.and_then(|request| report.text(request.reason, &Pointer::root().field("reason")));
    let form = reason.map(|reason| WaiverForm { reason: reason.as_str().to_owned() });
    form.filter(|_| report.is_clean()).ok_or_else(|| report.into_violations())
}

/// What is said of saying so.
pub(super) fn doc_of_put() -> Doc {
    let violation = Violation { pointer: "/reason".into(), code: "required", message: "is required".into() };
    doc("waiveActivationStep", "Let a step be left out")
        .takes::<WaiverRequest>(json!({ "reason": "In esercizio da anni con un altro sistema" }))
        .refuses([ActivationError::Invalid(vec![violation]).into()])
}

/// What is said of taking it back.
pub(super) fn doc_of_delete() -> Doc {
    let missing = WriteFailure { index: 0, error: WriteError::Missing };
    doc("requireActivationStep", "Let a step no longer be left out")
        .refuses([WritesError::from(missing).into()])
}

fn doc(id: &str, summary: &str) -> Doc {
    doc_of_step(id, summary)
        .about("For operators: to leave a step out is not for those to say who have to do it.")
        .answers(StatusCode::OK, plan::answer())
        .answers(StatusCode::ACCEPTED, Answer::empty("It waits for a second person; Location tells where."))
}

//! `GET …/activation`: how far an institution is.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::model::PlanModel;
use super::{PlanPath, doc as doc_of, examples};
use crate::api::Api;
use crate::api::access::Access;
use crate::api::openapi::{Answer, Doc};
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;
use crate::domain::fiscal_code::FiscalCode;

/// Answers 200, for an institution that is not registered too: that is its first step.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    Path(path): Path<PlanPath>,
) -> Result<Response, Problem> {
    let ec = path.institution()?;
    show(&api, &access, &ec).await
}

/// The plan as it is now.
pub(super) async fn show(api: &Api, access: &Access, ec: &FiscalCode) -> Result<Response, Problem> {
    let read = api.store.activation_plan(ec, access.now).await;
    let (plan, evidence) = read.map_err(|error| Problem::internal("Internal Server Error", &error))?;
    Ok(unkept(Json(PlanModel::new(ec, &plan, &evidence)).into_response()))
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    doc_of("readActivationPlan", "Read how far an institution is on its way to going live")
        .about(
            "What the registry, keys, certificates and calls of the node tell is read from them each time; of \
             the rest people show evidence.",
        )
        .answers(StatusCode::OK, answer())
}

/// The plan as an answer.
pub(super) fn answer() -> Answer {
    Answer::json::<PlanModel<'static>>("The plan, with every step.", examples::plan())
}

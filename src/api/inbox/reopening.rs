//! `POST …/anomalies/{anomalyId}/reopening`: a person takes an anomaly up again, and says why.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::act::{ActError, Said, act, invalid_example, read};
use super::anomaly::{AnomalyPath, answer, named};
use super::desk::Desk;
use super::model::Text1000;
use super::{Side, doc_of};
use crate::api::Api;
use crate::api::body::JsonBody;
use crate::api::openapi::Doc;
use crate::api::openapi::form::Text140;
use crate::api::positions::field::{Field, Shape};
use crate::api::positions::rows::Pointer;
use crate::api::problem::Problem;
use crate::domain::anomaly::Step;

/// Why an anomaly is taken up again.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[schema(as = AnomalyReopening)]
pub(super) struct ReopeningRequest {
    /// Who does it.
    #[serde(default)]
    #[schema(value_type = Text140, required)]
    person: Field<String>,
    /// Why.
    #[serde(default)]
    #[schema(value_type = Text1000, required)]
    reason: Field<String>,
}

impl Shape for ReopeningRequest {
    const IS_OBJECT: bool = true;
}

/// Answers 200 with the anomaly; 404 if there is none, 409 if it is open.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    desk: Desk,
    Path(path): Path<AnomalyPath>,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let root = Pointer::root();
    let said = read(body, |report, request: ReopeningRequest| {
        let person = report.text(request.person, &root.field("person"));
        let note = report.text(request.reason, &root.field("reason"));
        Some(Said { person: person?, step: Step::Reopened, note: note? })
    });
    Ok(act(&api, desk, &path, said, StatusCode::OK).await?)
}

/// What is said of it.
pub(super) fn doc(side: Side) -> Doc {
    let example = json!({ "person": "Anna Verdi", "reason": "Il rimborso è tornato indietro" });
    named(doc_of(side, "reopenAnomaly", "Take up again what was put to rest"))
        .takes::<ReopeningRequest>(example)
        .answers(StatusCode::OK, answer("The anomaly, which is open again."))
        .refuses([invalid_example(), ActError::NotResolved.into()])
}

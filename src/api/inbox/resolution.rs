//! `POST …/anomalies/{anomalyId}/resolution`: a person puts an anomaly to rest, and says how and why.

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
use super::model::{ResolutionByHand, Text1000};
use super::{Side, doc_of};
use crate::api::Api;
use crate::api::body::JsonBody;
use crate::api::openapi::Doc;
use crate::api::openapi::form::Text140;
use crate::api::positions::field::{Field, Shape};
use crate::api::positions::rows::Pointer;
use crate::api::problem::Problem;
use crate::domain::anomaly::{Resolution, Step};

/// How a person puts an anomaly to rest.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[schema(as = AnomalyResolution)]
pub(super) struct ResolutionRequest {
    /// Who does it.
    #[serde(default)]
    #[schema(value_type = Text140, required)]
    person: Field<String>,
    /// How.
    #[serde(default)]
    #[schema(value_type = ResolutionByHand, required)]
    resolution: Field<String>,
    /// Why.
    #[serde(default)]
    #[schema(value_type = Text1000, required)]
    reason: Field<String>,
}

impl Shape for ResolutionRequest {
    const IS_OBJECT: bool = true;
}

/// Answers 200 with the anomaly; 404 if there is none, 409 if it was put to rest before.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    desk: Desk,
    Path(path): Path<AnomalyPath>,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let root = Pointer::root();
    let said = read(body, |report, request: ResolutionRequest| {
        let person = report.text(request.person, &root.field("person"));
        let at = root.field("resolution");
        let word = report.required(request.resolution, &at);
        let resolution = word.as_deref().and_then(Resolution::by_hand);
        if word.is_some() && resolution.is_none() {
            let words = Resolution::BY_HAND.map(Resolution::word).join(", ");
            report.add(&at, "unknown_resolution", format_args!("must be one of {words}"));
        }
        let note = report.text(request.reason, &root.field("reason"));
        Some(Said { person: person?, step: Step::Resolved(resolution?), note: note? })
    });
    Ok(act(&api, desk, &path, said, StatusCode::OK).await?)
}

/// What is said of it.
pub(super) fn doc(side: Side) -> Doc {
    let example = json!({
        "person": "Anna Verdi", "resolution": "refund_due", "reason": "Pagato due volte, rimborso chiesto",
    });
    named(doc_of(side, "resolveAnomaly", "Put to rest what did not fit"))
        .about("Of two people who do it at once the second is refused. To say something else, reopen it.")
        .takes::<ResolutionRequest>(example)
        .answers(StatusCode::OK, answer("The anomaly, which is resolved now."))
        .refuses([invalid_example(), ActError::AlreadyResolved.into()])
}

//! `POST …/anomalies/{anomalyId}/notes`: a person notes something.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::act::{Said, act, invalid_example, read};
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

/// What a person notes.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[schema(as = AnomalyNote)]
pub(super) struct NoteRequest {
    /// Who notes it.
    #[serde(default)]
    #[schema(value_type = Text140, required)]
    person: Field<String>,
    /// What.
    #[serde(default)]
    #[schema(value_type = Text1000, required)]
    text: Field<String>,
}

impl Shape for NoteRequest {
    const IS_OBJECT: bool = true;
}

/// Answers 201 with the anomaly; 404 if there is none.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    desk: Desk,
    Path(path): Path<AnomalyPath>,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let root = Pointer::root();
    let said = read(body, |report, request: NoteRequest| {
        let person = report.text(request.person, &root.field("person"));
        let note = report.text(request.text, &root.field("text"));
        Some(Said { person: person?, step: Step::Noted, note: note? })
    });
    Ok(act(&api, desk, &path, said, StatusCode::CREATED).await?)
}

/// What is said of it.
pub(super) fn doc(side: Side) -> Doc {
    named(doc_of(side, "noteAnomaly", "Note something about what did not fit"))
        .about("Notes stay: the history only grows.")
        .takes::<NoteRequest>(json!({ "person": "Anna Verdi", "text": "Chiesto all'ufficio tributi" }))
        .answers(StatusCode::CREATED, answer("The anomaly with the note."))
        .refuses([invalid_example()])
}

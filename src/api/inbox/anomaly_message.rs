//! `GET …/anomalies/{anomalyId}/message`: the message that did not fit, byte for byte.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::anomaly::{AnomalyError, AnomalyPath, find, named};
use super::desk::Desk;
use super::message::{answer, as_received};
use super::{Side, doc_of};
use crate::api::Api;
use crate::api::openapi::Doc;
use crate::api::problem::Problem;

/// Answers 200 with the message; 404 if there is no such anomaly.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    desk: Desk,
    Path(path): Path<AnomalyPath>,
) -> Result<Response, Problem> {
    let anomaly = find(&api, &desk, &path).await?;
    let message = api.store.anomaly_message(&desk.feed, &anomaly.facts.id).await;
    let message = message.map_err(AnomalyError::from)?.ok_or(AnomalyError::Unknown)?;
    Ok(as_received(message))
}

/// What is said of it.
pub(super) fn doc(side: Side) -> Doc {
    named(doc_of(side, "readAnomalyMessage", "Read the message of what did not fit as it was received"))
        .answers(StatusCode::OK, answer())
}

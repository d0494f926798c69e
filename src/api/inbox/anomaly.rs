//! `GET …/anomalies/{anomalyId}`: what did not fit, and all that was said of it.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::desk::Desk;
use super::model::{AnomalyDetail, detail_example};
use super::{Side, doc_of};
use crate::api::Api;
use crate::api::openapi::{Answer, Doc, form};
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;
use crate::domain::segregation::ForeignNotice;
use crate::store::{Anomaly, StoreError};

/// Why there is no anomaly to show.
#[derive(Debug, thiserror::Error)]
pub(super) enum AnomalyError {
    #[error("no such anomaly")]
    Unknown,
    #[error(transparent)]
    Foreign(#[from] ForeignNotice),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The anomaly that a path names.
#[derive(Deserialize)]
pub(super) struct AnomalyPath {
    #[serde(rename = "anomalyId")]
    pub anomaly_id: String,
}

/// Answers 200 with the anomaly; 404 if there is none.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    desk: Desk,
    Path(path): Path<AnomalyPath>,
) -> Result<Response, Problem> {
    let anomaly = find(&api, &desk, &path).await?;
    Ok(show(&api, &desk, StatusCode::OK, &anomaly).await?)
}

/// The anomaly that a request names, if it is for the caller.
pub(super) async fn find(api: &Api, desk: &Desk, path: &AnomalyPath) -> Result<Anomaly, AnomalyError> {
    // No id of ours has other characters, and one of them no database reads.
    let plain = path.anomaly_id.bytes().all(|b| b.is_ascii_graphic());
    if !plain {
        return Err(AnomalyError::Unknown);
    }
    let anomaly = api.store.anomaly(&desk.feed, &path.anomaly_id).await?.ok_or(AnomalyError::Unknown)?;
    if anomaly.facts.is_for(&desk.scope, &desk.feed) { Ok(anomaly) } else { Err(ForeignNotice.into()) }
}

/// The anomaly with its history.
pub(super) async fn show(
    api: &Api,
    desk: &Desk,
    status: StatusCode,
    anomaly: &Anomaly,
) -> Result<Response, AnomalyError> {
    let history = api.store.anomaly_history(&desk.feed, &anomaly.facts.id).await?;
    Ok(unkept((status, Json(AnomalyDetail::new(anomaly, history))).into_response()))
}

/// Adds the parameter that names an anomaly.
pub(super) fn named(doc: Doc) -> Doc {
    let id = form::example_text("5f0c1a6e2b7d4c3f8a9b0c1d2e3f4a5b");
    let doc = doc.path("anomalyId", id, "Name of the anomaly.");
    doc.refuses([AnomalyError::Unknown.into(), ForeignNotice.into()])
}

/// The answer that shows an anomaly.
pub(super) fn answer(about: &str) -> Answer {
    Answer::json::<AnomalyDetail>(about, detail_example())
}

/// What is said of it.
pub(super) fn doc(side: Side) -> Doc {
    named(doc_of(side, "readAnomaly", "Read what did not fit, with its history"))
        .answers(StatusCode::OK, answer("The anomaly and its history."))
}

impl From<AnomalyError> for Problem {
    fn from(error: AnomalyError) -> Self {
        match error {
            AnomalyError::Unknown => Problem::new(
                StatusCode::NOT_FOUND,
                "No anomaly found",
                "unknown_anomaly",
                "There is no anomaly of that name here.",
            ),
            AnomalyError::Foreign(foreign) => foreign.into(),
            AnomalyError::Store(error) => Problem::internal("INTERNAL SERVER ERROR", &error),
        }
    }
}

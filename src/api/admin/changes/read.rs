//! `GET /admin/v1/changes/{changeId}`: a change, what it does to each thing, and what was done with it.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::act;
use super::doc_of_one;
use super::find::ChangePath;
use crate::api::Api;
use crate::api::access::Access;
use crate::api::openapi::Doc;
use crate::api::problem::Problem;

/// Answers 200 with the change.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    Path(path): Path<ChangePath>,
) -> Result<Response, Problem> {
    Ok(act::show(&api, &access, &path, StatusCode::OK).await?)
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    doc_of_one("readChange", "Read a change")
        .answers(StatusCode::OK, act::answer("The change, its effects and its history."))
}

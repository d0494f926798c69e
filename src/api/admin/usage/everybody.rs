//! `GET …/usage`: what the installation did.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;

use super::{month, report};
use crate::api::Api;
use crate::api::access::Access;
use crate::api::openapi::Doc;
use crate::api::problem::Problem;
use crate::domain::usage::UsageOf;

/// Answers 200 with every creditor institution.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    (uri, headers): (Uri, HeaderMap),
) -> Result<Response, Problem> {
    let month = month(&uri, access.now)?;
    let usage = report::read(&api, &UsageOf::Everybody, &month).await?;
    Ok(report::answer(report::Report::whole(month, access.now, usage), &headers))
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    report::doc("readUsage", "Read the usage of the installation")
        .answers(StatusCode::OK, report::documented("The month, with every creditor institution."))
}

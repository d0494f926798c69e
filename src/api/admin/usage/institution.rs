//! `GET …/creditor-institutions/{ec}/usage`: what was done for one creditor institution.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;

use super::{month, report};
use crate::api::Api;
use crate::api::access::Access;
use crate::api::openapi::{Doc, form};
use crate::api::problem::Problem;
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::usage::UsageOf;

/// The institution is not registered, as far as who asks may know.
#[derive(Debug, thiserror::Error)]
#[error("no such creditor institution")]
struct UnknownInstitution;

/// Answers 200; 404 for an institution that is not registered.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    Path(ec): Path<String>,
    (uri, headers): (Uri, HeaderMap),
) -> Result<Response, Problem> {
    let month = month(&uri, access.now)?;
    let known = FiscalCode::new(&ec).ok().filter(|ec| access.registry.institution(ec).is_some());
    let of = UsageOf::Institution(known.ok_or(UnknownInstitution)?);
    let usage = report::read(&api, &of, &month).await?;
    Ok(report::answer(report::Report::whole(month, access.now, usage), &headers))
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    report::doc("readUsageOfInstitution", "Read the usage of a creditor institution")
        .path("ec", form::institution(), "The creditor institution.")
        .answers(StatusCode::OK, report::documented("The month, with one institution."))
        .refuses([UnknownInstitution.into()])
}

impl From<UnknownInstitution> for Problem {
    fn from(_: UnknownInstitution) -> Self {
        Problem::new(
            StatusCode::NOT_FOUND,
            "Not Found",
            "unknown_institution",
            "No creditor institution with the fiscal code of the path is registered here.",
        )
    }
}

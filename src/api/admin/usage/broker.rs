//! `GET …/brokers/{broker}/usage`: what the stations of a technology partner did.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;

use super::{month, report};
use crate::api::Api;
use crate::api::access::Access;
use crate::api::openapi::{Doc, form};
use crate::api::problem::Problem;
use crate::domain::access::Tenant;
use crate::domain::ids::BrokerCode;
use crate::domain::usage::UsageOf;

/// The broker is not registered, as far as who asks may know.
#[derive(Debug, thiserror::Error)]
#[error("no such broker")]
struct UnknownBroker;

/// Answers 200; 404 for a broker that is not registered. Institutions that the caller may not see now are added
/// together without their names: they are a part of what the partner did, and no longer its business.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    Path(broker): Path<String>,
    (uri, headers): (Uri, HeaderMap),
) -> Result<Response, Problem> {
    let month = month(&uri, access.now)?;
    let known = BrokerCode::new(&broker).ok().filter(|code| access.registry.broker(code).is_some());
    let of = UsageOf::Broker(known.ok_or(UnknownBroker)?);
    let usage = report::read(&api, &of, &month).await?;
    let (seen, unseen) =
        usage.into_iter().partition(|usage| access.sees(&Tenant::Institution(usage.ec.clone())));
    let report = report::Report::whole(month, access.now, seen).and_unnamed(unseen);
    Ok(report::answer(report, &headers))
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    report::doc("readUsageOfBroker", "Read what the stations of a partner did")
        .path("broker", form::example_text("99000040017"), "The partner.")
        .answers(
            StatusCode::OK,
            report::documented("The month, with each institution that the caller may see."),
        )
        .refuses([UnknownBroker.into()])
}

impl From<UnknownBroker> for Problem {
    fn from(_: UnknownBroker) -> Self {
        Problem::new(
            StatusCode::NOT_FOUND,
            "Not Found",
            "unknown_broker",
            "No broker with the code of the path is registered here.",
        )
    }
}

//! `DELETE …/station-maintenances/{maintenanceid}`: a broker takes back what it announced.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::{doc_of_one, found, known_broker};
use crate::api::Api;
use crate::api::access::{Access, carry_out};
use crate::api::openapi::{Answer, Doc};
use crate::api::problem::Problem;
use crate::domain::access::Tenant;
use crate::domain::governance::{Kind, Proposal, Wish};
use crate::domain::maintenance::HasBegun;
use crate::store::maintenance_target;

/// Answers 200; 404, or 409 if it has begun.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    Path((code, id)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let broker = known_broker(&access, &code)?;
    let known = found(&api, &broker, &id).await?;
    known.judge_removal(access.now)?;
    let proposal = Proposal {
        kind: Kind::Maintenance,
        target: maintenance_target(&broker, known.id),
        tenant: Tenant::Broker(broker),
        wish: Wish::Remove,
        wanted: None,
    };
    let written = carry_out(&api, &access, &[proposal]).await?;
    Ok(written.answer(|_| StatusCode::OK.into_response()))
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    doc_of_one("deleteStationMaintenance", "Take back a maintenance of a station")
        .about("As long as it has not begun. What has begun is ended instead, and its hours stay counted.")
        .answers(StatusCode::OK, Answer::empty("It will not be."))
        .refuses([HasBegun.into()])
}

impl From<HasBegun> for Problem {
    fn from(_: HasBegun) -> Self {
        Problem::new(
            StatusCode::CONFLICT,
            "Conflict",
            "maintenance_begun",
            "The maintenance has begun: end it instead (POST /admin/v1/…/finish).",
        )
    }
}

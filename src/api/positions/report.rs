//! `POST …/paymentoptions/{iuv}/transfers/{transfer}/report`: a flow of the payment service provider accounts
//! for a transfer.
//!
//! Internal in the published service, which learns it from the node's flows. Here it is what the
//! reconciliation of flows stands on, and what a creditor calls that reconciles by itself.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::ORGANIZATION;
use super::contract::Moment;
use super::examples::NAV;
use super::{notice_name, unknown_notice, v1};
use crate::api::Api;
use crate::api::auth::Organization;
use crate::api::openapi::{Answer, Doc, form};
use crate::api::problem::Problem;
use crate::domain::reporting::{NotReportable, report};
use crate::domain::segregation::ForeignNotice;
use crate::store::StoreError;

/// Why a transfer cannot be accounted for.
#[derive(Debug, thiserror::Error)]
pub(super) enum ReportError {
    #[error("no such notice")]
    Unknown,
    #[error(transparent)]
    Foreign(#[from] ForeignNotice),
    #[error(transparent)]
    Refused(#[from] NotReportable),
    #[error(transparent)]
    Store(#[from] StoreError),
}

#[derive(Deserialize)]
pub(super) struct TransferPath {
    iuv: String,
    transfer: String,
}

/// Answers 200 with the payment option; 404, or 409 unless it is paid and the transfer not reported yet.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    Organization(ec, scope): Organization,
    Path(path): Path<TransferPath>,
) -> Result<Response, Problem> {
    let moment = Moment { now: api.clock.now(), hold: api.hold };
    let name = notice_name(&path.iuv).ok_or(ReportError::Unknown)?;
    let transfer = path.transfer.parse().map_err(|_| ReportError::Refused(NotReportable::UnknownTransfer))?;
    let reported = api.store.change_notice(&ec, &name, |position, number| {
        scope.admits(position)?;
        report(position, number, transfer, moment.now).map_err(ReportError::from)
    });
    let reported = reported.await.map_err(ReportError::from)?;
    let (position, number) = reported.ok_or(ReportError::Unknown)??;
    Ok(v1::notice(StatusCode::OK, &position, &number, moment))
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let answer = Answer::json::<v1::PaidNotice>("The payment option with its history.", v1::paid_example());
    Doc::new("reportTransferV1", "Note that a flow accounts for a transfer")
        .organization(ORGANIZATION)
        .path("iuv", form::example_text(NAV), "Notice number or IUV of the payment option.")
        .path("transfer", form::example_text("1"), "Number of the transfer.")
        .answers(StatusCode::OK, answer)
        .refuses([
            ReportError::Unknown.into(),
            ForeignNotice.into(),
            ReportError::Refused(NotReportable::UnknownTransfer).into(),
            ReportError::Refused(NotReportable::Unpaid).into(),
        ])
}

impl From<ReportError> for Problem {
    fn from(error: ReportError) -> Self {
        match error {
            ReportError::Unknown | ReportError::Refused(NotReportable::UnknownNotice) => unknown_notice(),
            ReportError::Refused(reason @ NotReportable::UnknownTransfer) => Problem::new(
                StatusCode::NOT_FOUND,
                "Not found the transfer",
                "unknown_transfer",
                format!("Nothing was reported: {reason}."),
            ),
            ReportError::Refused(reason @ (NotReportable::Unpaid | NotReportable::Reported)) => Problem::new(
                StatusCode::CONFLICT,
                "The transfer is not accountable",
                "not_reportable",
                format!("The transfer stays as it is: {reason}."),
            ),
            ReportError::Foreign(foreign) => foreign.into(),
            ReportError::Store(error) => {
                Problem::internal("The report of a transfer of a payment option is failed", &error)
            }
        }
    }
}

//! `GET` and `POST …/notices/{noticenumber}`: every way to pay the debt of a notice.
//!
//! Any notice of a position leads to all of its options, also once one of them is paid: the statuses tell.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::Deserialize;

use super::fault::{Code, refuse};
use super::model::PaymentOptionsResponse;
use crate::api::Api;
use crate::api::auth::Organization;
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;
use crate::domain::notice_number::NoticeNumber;
use crate::domain::payment_options::offered_options;
use crate::domain::segregation::ForeignNotice;
use crate::store::StoreError;

/// Why no options are told.
#[derive(Debug, thiserror::Error)]
enum VerifyError {
    #[error("the notice number is none")]
    Syntax,
    #[error("no such notice, or none that payers may know of")]
    Unknown,
    #[error(transparent)]
    Foreign(#[from] ForeignNotice),
    #[error(transparent)]
    Store(#[from] StoreError),
}

#[derive(Deserialize)]
pub(super) struct NoticePath {
    noticenumber: String,
}

/// Answers 200 with the options; 400 or 404 as the contract has it, 401 and 403 as all of the API.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    organization: Result<Organization, Problem>,
    path: Option<Path<NoticePath>>,
) -> Response {
    let now = api.clock.now();
    let organization = match organization {
        Ok(organization) => organization,
        Err(problem) => return turned_away(problem, now),
    };
    let number = path.map(|Path(path)| path.noticenumber).unwrap_or_default();
    match options(&api, &organization, &number, now).await {
        Ok(answer) => answer,
        Err(VerifyError::Foreign(foreign)) => Problem::from(foreign).into_response(),
        Err(VerifyError::Syntax) => refuse(Code::Syntax, now),
        Err(VerifyError::Unknown) => refuse(Code::Unknown, now),
        Err(VerifyError::Store(error)) => {
            tracing::error!(%error, "payment options could not be read");
            refuse(Code::System, now)
        }
    }
}

async fn options(
    api: &Api,
    Organization(ec, scope): &Organization,
    number: &str,
    now: Timestamp,
) -> Result<Response, VerifyError> {
    let number = NoticeNumber::new(number).map_err(|_| VerifyError::Syntax)?;
    let position = api.store.position_of_notice(ec, &number).await?.ok_or(VerifyError::Unknown)?;
    scope.admits(&position)?;
    let options = offered_options(&position, now).ok_or(VerifyError::Unknown)?;
    Ok(unkept(Json(PaymentOptionsResponse::new(&position, &options)).into_response()))
}

/// Keys are refused as everywhere; the contract has words of its own for an unknown institution and for
/// failures.
fn turned_away(problem: Problem, now: Timestamp) -> Response {
    let response = problem.into_response();
    match response.status() {
        StatusCode::NOT_FOUND => refuse(Code::Domain, now),
        StatusCode::INTERNAL_SERVER_ERROR => refuse(Code::System, now),
        _ => response,
    }
}

//! `GET …/receipts/{iuv}`: one receipt, as the node sent it (XML) or as facts (JSON).
//!
//! A notice can have more than one: the one that settles it comes, unless `receiptId` (ours) names another.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::ORGANIZATION;
use super::list::{asked_for, codes_form};
use super::model::{self, ReceiptModel};
use crate::api::Api;
use crate::api::accept::{JSON, XML, prefers};
use crate::api::auth::Organization;
use crate::api::openapi::{Answer, Doc, form};
use crate::api::positions::query::{self, BadQuery};
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::ids::ReceiptId;
use crate::domain::notice_number::NoticeNumber;
use crate::domain::segregation::{ForeignNotice, Segregation};
use crate::store::{ReceiptDetail, StoreError};

/// Why there is no receipt to show.
#[derive(Debug, thiserror::Error)]
pub(super) enum DetailError {
    #[error(transparent)]
    Query(#[from] BadQuery),
    #[error("no such receipt")]
    Unknown,
    #[error("the notice is not paid")]
    Unpaid,
    #[error(transparent)]
    Foreign(ForeignNotice),
    #[error(transparent)]
    Store(#[from] StoreError),
}

#[derive(Deserialize)]
pub(super) struct IuvPath {
    iuv: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DetailQuery {
    receipt_id: Option<String>,
    segregation_codes: Option<String>,
}

/// Answers 200 with the receipt; 404 if there is none, 422 if its notice is not paid.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    Organization(ec, scope): Organization,
    Path(IuvPath { iuv }): Path<IuvPath>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Problem> {
    let twice = BadQuery("A query parameter is there twice.");
    let Query(query) = Query::<DetailQuery>::try_from_uri(&uri).map_err(|_| twice)?;
    let scope = scope.narrowed(&asked_for(query.segregation_codes.as_deref())?);
    let id = query.receipt_id.filter(|id| !id.is_empty());
    let unwritable = id.as_ref().is_some_and(|id| id.contains('\0'));
    if unwritable || !iuv.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(DetailError::Unknown.into());
    }
    let id = id.as_deref().map(ReceiptId::new);
    let found = api.store.receipt(&ec, &iuv, id.as_ref()).await.map_err(DetailError::from)?;
    match found {
        Some(receipt) if is_for(&scope, &ec, &receipt) => Ok(show(&api, &ec, &receipt, &headers)?),
        Some(_) => Err(DetailError::Foreign(ForeignNotice).into()),
        None if id.is_some() => Err(DetailError::Unknown.into()),
        None => Err(absent(&api, &ec, &iuv, &scope).await.into()),
    }
}

fn show(
    api: &Api,
    ec: &FiscalCode,
    receipt: &ReceiptDetail,
    headers: &HeaderMap,
) -> Result<Response, DetailError> {
    let mut response = if prefers(headers, JSON, XML) {
        Json(ReceiptModel::new(ec, receipt)).into_response()
    } else {
        let damaged = StoreError::Corrupt { what: "message of a receipt" };
        let document = (api.receipt_document)(&receipt.row.raw).ok_or(damaged)?;
        ([(header::CONTENT_TYPE, "application/xml")], document).into_response()
    };
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept"));
    Ok(unkept(response))
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let answer =
        Answer::empty("The receipt: the message of the node, or its facts for who likes JSON better.")
            .or_text("application/xml", "<paSendRTV2Request>…</paSendRTV2Request>")
            .or_json::<ReceiptModel<'static>>(model::example());
    Doc::new("readReceipt", "Read a receipt")
        .about("The one that settles the notice, unless receiptId names another.")
        .organization(ORGANIZATION)
        .path("iuv", form::example_text("02000000000100055"), "IUV of the notice.")
        .query("segregationCodes", codes_form(), "Only if the notice has one of these codes.")
        .query("receiptId", form::example_text("1f2e3d4c5b6a79880011223344556677"), "Which receipt. Ours.")
        .answers(StatusCode::OK, answer)
        .refuses([
            query::WRONG.into(),
            ForeignNotice.into(),
            DetailError::Unknown.into(),
            DetailError::Unpaid.into(),
        ])
}

/// Why a reference has no receipt.
async fn absent(api: &Api, ec: &FiscalCode, iuv: &str, scope: &Segregation) -> DetailError {
    match api.store.unpaid_notice(ec, iuv).await {
        Ok(Some(notice)) if scope.allows(&notice) => DetailError::Unpaid,
        Ok(Some(_)) => DetailError::Foreign(ForeignNotice),
        Ok(None) => DetailError::Unknown,
        Err(error) => DetailError::Store(error),
    }
}

/// Copies of another institution's notices are for callers who may work with all.
pub(in crate::api) fn is_for(scope: &Segregation, ec: &FiscalCode, receipt: &ReceiptDetail) -> bool {
    let own = receipt.row.issuer == ec.as_str();
    let notice = NoticeNumber::new(&receipt.row.notice_number);
    *scope == Segregation::Every || own && notice.is_ok_and(|notice| scope.allows(&notice))
}

impl From<DetailError> for Problem {
    fn from(error: DetailError) -> Self {
        match error {
            DetailError::Query(error) => error.into(),
            DetailError::Unknown => Problem::new(
                StatusCode::NOT_FOUND,
                "No receipt found",
                "unknown_receipt",
                "The creditor institution has no receipt of that IUV and id.",
            ),
            DetailError::Unpaid => Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "Unable to process the request",
                "notice_unpaid",
                "The payment option of that IUV is not paid, so that it has no receipt yet.",
            ),
            DetailError::Foreign(foreign) => foreign.into(),
            DetailError::Store(error) => Problem::internal("INTERNAL SERVER ERROR", &error),
        }
    }
}

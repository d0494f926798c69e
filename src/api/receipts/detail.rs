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
use super::accept::{Form, preferred};
use super::list::{codes_form, segregation_codes};
use super::model::{self, ReceiptModel};
use crate::api::Api;
use crate::api::auth::Organization;
use crate::api::openapi::{Answer, Doc, form};
use crate::api::positions::query::{self, BadQuery};
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;
use crate::domain::ids::ReceiptId;
use crate::domain::notice_number::{Iuv, NoticeNumber};
use crate::domain::segregation::{ForeignNotice, Segregation};
use crate::store::StoreError;

/// Why there is no receipt to show.
#[derive(Debug, thiserror::Error)]
pub(super) enum DetailError {
    #[error(transparent)]
    Query(#[from] BadQuery),
    #[error(transparent)]
    Foreign(#[from] ForeignNotice),
    #[error("no such receipt")]
    Unknown,
    #[error("the notice is not paid")]
    Unpaid,
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
    let asked = segregation_codes(query.segregation_codes.as_deref())?;
    if !iuv.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(DetailError::Unknown.into());
    }
    let id = query.receipt_id.filter(|id| !id.is_empty());
    if id.as_ref().is_some_and(|id| id.contains('\0')) {
        return Err(DetailError::Unknown.into());
    }
    let id = id.as_deref().map(ReceiptId::new);
    let found = api.store.receipt(&ec, &iuv, id.as_ref()).await.map_err(DetailError::from)?;
    let Some(receipt) = found else {
        let number = Iuv::new(&iuv).and_then(|iuv| NoticeNumber::of_iuv(&iuv));
        let visible = scope == Segregation::Every || number.is_ok_and(|number| scope.allows(&number));
        let unpaid =
            visible && id.is_none() && api.store.is_unpaid(&ec, &iuv).await.map_err(DetailError::from)?;
        return Err(if unpaid { DetailError::Unpaid } else { DetailError::Unknown }.into());
    };
    let allows = |scope: &Segregation| match NoticeNumber::new(&receipt.row.notice_number) {
        Ok(number) => scope.allows(&number),
        Err(_) => *scope == Segregation::Every,
    };
    if !allows(&scope) {
        return Err(DetailError::Foreign(ForeignNotice).into());
    }
    if !allows(&asked) {
        return Err(DetailError::Unknown.into());
    }
    let mut response = match preferred(&headers) {
        Form::Json => Json(ReceiptModel::new(&ec, &receipt)).into_response(),
        Form::Xml => {
            let damaged = StoreError::Corrupt { what: "message of a receipt" };
            let document = (api.receipt_document)(&receipt.row.raw).ok_or(DetailError::Store(damaged))?;
            ([(header::CONTENT_TYPE, "application/xml")], document).into_response()
        }
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

impl From<DetailError> for Problem {
    fn from(error: DetailError) -> Self {
        match error {
            DetailError::Query(error) => error.into(),
            DetailError::Foreign(foreign) => foreign.into(),
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
            DetailError::Store(error) => Problem::internal("INTERNAL SERVER ERROR", &error),
        }
    }
}

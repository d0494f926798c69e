//! `GET …/receipts/{receiptId}`: one receipt as facts (JSON), as the node's document (XML), or as a page to
//! print (HTML).
//!
//! An id that a payment and a message that nothing was paid have in common names the payment, unless
//! `executed` says otherwise.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::Deserialize;

use super::ORGANIZATION;
use super::model::{AnomalyModel, InboxReceipt, receipt_example};
use super::page;
use super::params::Params;
use crate::api::Api;
use crate::api::accept::{HTML, JSON, XML, prefers};
use crate::api::auth::Organization;
use crate::api::openapi::{Answer, Doc, form};
use crate::api::positions::query::{self, BadQuery};
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;
use crate::api::receipts::detail::is_for;
use crate::api::receipts::model::ReceiptModel;
use crate::domain::event::Feed;
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::ids::ReceiptId;
use crate::domain::receipt::ReceiptOutcome;
use crate::domain::segregation::{ForeignNotice, Segregation};
use crate::store::{AnomalyQuery, AnomalyState, ReceiptDetail, StoreError};

/// Why there is no receipt to show.
#[derive(Debug, thiserror::Error)]
pub(super) enum ReceiptError {
    #[error(transparent)]
    Query(#[from] BadQuery),
    #[error("no such receipt")]
    Unknown,
    #[error(transparent)]
    Foreign(#[from] ForeignNotice),
    #[error("the page could not be written")]
    Page,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The receipt that a path names.
#[derive(Deserialize)]
pub(super) struct ReceiptPath {
    #[serde(rename = "receiptId")]
    receipt_id: String,
}

/// How a receipt is shown.
#[derive(Clone, Copy)]
enum Form {
    Facts,
    Document,
    Page,
}

/// Answers 200 with the receipt; 404 if there is none.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    Organization(ec, scope): Organization,
    Path(path): Path<ReceiptPath>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Problem> {
    let (receipt, params) = find(&api, (&ec, &scope), &path, &uri).await?;
    let mut response = match form_of(&params, &headers)? {
        Form::Facts => facts(&api, ec, scope, &receipt).await?,
        Form::Document => {
            let damaged = StoreError::Corrupt { what: "message of a receipt" };
            let document = (api.receipt_document)(&receipt.row.raw);
            let document = document.ok_or(ReceiptError::Store(damaged))?;
            ([(header::CONTENT_TYPE, "application/xml")], document).into_response()
        }
        Form::Page => page::render(&ec, &receipt).ok_or(ReceiptError::Page)?,
    };
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept"));
    Ok(unkept(response))
}

/// The receipt that a request names, if it is for the caller.
pub(super) async fn find(
    api: &Api,
    (ec, scope): (&FiscalCode, &Segregation),
    path: &ReceiptPath,
    uri: &Uri,
) -> Result<(ReceiptDetail, Params), ReceiptError> {
    let params = Params::read(uri)?;
    let wrong = BadQuery("The query parameter executed must be true or false.");
    let only = params.flag("executed", wrong)?.map(|executed| match executed {
        true => ReceiptOutcome::Executed,
        false => ReceiptOutcome::NotExecuted,
    });
    if path.receipt_id.contains('\0') {
        return Err(ReceiptError::Unknown);
    }
    let found = api.store.receipt_of_id(ec, &ReceiptId::new(&path.receipt_id), only).await?;
    let receipt = found.ok_or(ReceiptError::Unknown)?;
    if is_for(scope, ec, &receipt) { Ok((receipt, params)) } else { Err(ForeignNotice.into()) }
}

fn form_of(params: &Params, headers: &HeaderMap) -> Result<Form, ReceiptError> {
    match params.one("format")? {
        Some("json") => Ok(Form::Facts),
        Some("xml") => Ok(Form::Document),
        Some("html") => Ok(Form::Page),
        Some(_) => Err(BadQuery("The query parameter format must be json, xml or html.").into()),
        None if prefers(headers, HTML, JSON) && prefers(headers, HTML, XML) => Ok(Form::Page),
        None if prefers(headers, XML, JSON) => Ok(Form::Document),
        None => Ok(Form::Facts),
    }
}

async fn facts(
    api: &Api,
    ec: FiscalCode,
    scope: Segregation,
    receipt: &ReceiptDetail,
) -> Result<Response, ReceiptError> {
    let query = AnomalyQuery {
        feed: Feed::Institution(ec.clone()),
        scope,
        state: AnomalyState::All,
        kinds: Vec::new(),
        from: Timestamp::MIN,
        until: Timestamp::MAX,
        notice: None,
        receipt: Some(ReceiptId::new(&receipt.row.receipt_id)),
        limit: 100,
        after: None,
    };
    let anomalies = api.store.list_anomalies(&query).await?.anomalies;
    let model = InboxReceipt {
        receipt: ReceiptModel::new(&ec, receipt),
        settles: receipt.row.settles,
        anomalies: anomalies.iter().map(AnomalyModel::from).collect(),
    };
    Ok(Json(model).into_response())
}

/// Adds the parameters that name a receipt.
pub(super) fn named(doc: Doc) -> Doc {
    doc.organization(ORGANIZATION)
        .path(
            "receiptId",
            form::example_text("1f2e3d4c5b6a79880011223344556677"),
            "Id of the receipt, percent-encoded.",
        )
        .query("executed", form::flag(), "false: the message of that id which says that nothing was paid.")
        .refuses([query::WRONG.into(), ForeignNotice.into(), ReceiptError::Unknown.into()])
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let answer = Answer::empty("The facts, the document of the node, or a page to print.")
        .or_json::<InboxReceipt<'static>>(receipt_example())
        .or_text("application/xml", "<paSendRTV2Request>…</paSendRTV2Request>")
        .or_text("text/html", "<!doctype html>…");
    named(Doc::new("readInboxReceipt", "Read or print a receipt"))
        .about("As Accept or format ask for; the page is in Italian, for the payer.")
        .query(
            "format",
            form::or_empty(form::words(["json", "xml", "html"], "How it is shown.")),
            "How it is shown, whatever Accept says.",
        )
        .answers(StatusCode::OK, answer)
}

impl From<ReceiptError> for Problem {
    fn from(error: ReceiptError) -> Self {
        match error {
            ReceiptError::Query(error) => error.into(),
            ReceiptError::Unknown => Problem::new(
                StatusCode::NOT_FOUND,
                "No receipt found",
                "unknown_receipt",
                "The creditor institution has no receipt of that id.",
            ),
            ReceiptError::Foreign(foreign) => foreign.into(),
            ReceiptError::Page => {
                let damaged = StoreError::Corrupt { what: "receipt" };
                Problem::internal("INTERNAL SERVER ERROR", &damaged)
            }
            ReceiptError::Store(error) => Problem::internal("INTERNAL SERVER ERROR", &error),
        }
    }
}

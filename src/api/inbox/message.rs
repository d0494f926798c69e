//! `GET …/receipts/{receiptId}/message`: the whole message that brought a receipt, byte for byte.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};

use super::receipt::{ReceiptPath, find, named};
use crate::api::Api;
use crate::api::auth::Organization;
use crate::api::openapi::{Answer, Doc};
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;

/// Answers 200 with the message; 404 if there is no such receipt.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    Organization(ec, scope): Organization,
    Path(path): Path<ReceiptPath>,
    uri: Uri,
) -> Result<Response, Problem> {
    let (receipt, _) = find(&api, (&ec, &scope), &path, &uri).await?;
    Ok(as_received(receipt.row.raw))
}

/// A message of the node. Whatever is in it, no browser makes a page of it: it is only kept.
pub(super) fn as_received(raw: Vec<u8>) -> Response {
    let mut response = unkept(([(header::CONTENT_TYPE, "text/xml")], raw).into_response());
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_DISPOSITION,
        HeaderValue::from_static("attachment; filename=\"message.xml\""),
    );
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox"));
    response
}

/// How such a message is shown in the documentation.
pub(super) fn answer() -> Answer {
    Answer::empty("The message as received, envelope and all.")
        .or_text("text/xml", "<soapenv:Envelope>…</soapenv:Envelope>")
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    named(Doc::new("readReceiptMessage", "Read the message of a receipt as it was received"))
        .answers(StatusCode::OK, answer())
}

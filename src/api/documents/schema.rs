//! `GET /admin/v1/schemas/documents.xsd`: the schema of all documents.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::api::access::Needs;
use crate::api::admin::HEADING;
use crate::api::openapi::{Answer, Doc, Method, Routes};
use crate::documents::SCHEMA;

/// Where it is.
pub(super) const PLACE: &str = "/admin/v1/schemas/documents.xsd";

pub(super) fn routes() -> Routes {
    let place = (Method::Get, (HEADING.0, "/schemas/documents.xsd"));
    Routes::default().guarded(Needs::known(), place, handler, doc())
}

async fn handler() -> Response {
    ([(header::CONTENT_TYPE, HeaderValue::from_static("application/xml"))], SCHEMA).into_response()
}

fn doc() -> Doc {
    let answer = Answer::empty("The schema.").or_text("application/xml", "<xs:schema/>");
    Doc::new("getDocumentSchema", "Read the schema of documents").answers(StatusCode::OK, answer)
}

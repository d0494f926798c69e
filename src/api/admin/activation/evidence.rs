//! `GET …/activation/evidence/{evidence}` and its file: what was shown.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;

use super::model::EvidenceModel;
use super::{ActivationError, doc as doc_of, examples};
use crate::api::Api;
use crate::api::access::Access;
use crate::api::openapi::{Answer, Doc, form};
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;
use crate::domain::activation::{EvidenceId, MediaType};
use crate::domain::fiscal_code::FiscalCode;
use crate::store::{ShownEvidence, ShownFile};

/// A piece of evidence of a path.
#[derive(Deserialize)]
pub(super) struct EvidencePath {
    ec: String,
    evidence: String,
}

/// Answers 200 with the evidence; 404 if there is none.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    _: Access,
    Path(path): Path<EvidencePath>,
) -> Result<Response, Problem> {
    let (shown, _) = find(&api, &path).await?;
    Ok(unkept(Json(EvidenceModel::new(&shown)).into_response()))
}

/// Answers 200 with what is in the file; 404 if there is none.
pub(super) async fn file(
    State(api): State<Arc<Api>>,
    _: Access,
    Path(path): Path<EvidencePath>,
) -> Result<Response, Problem> {
    let (shown, body) = find(&api, &path).await?;
    let (file, body) = shown.file.zip(body).ok_or(ActivationError::UnknownEvidence)?;
    Ok(unkept(taken_away(&file, body)))
}

async fn find(api: &Api, path: &EvidencePath) -> Result<(ShownEvidence, Option<Vec<u8>>), Problem> {
    let ec = FiscalCode::new(&path.ec).map_err(|_| ActivationError::UnknownInstitution)?;
    let id = EvidenceId::new(&path.evidence).ok_or(ActivationError::UnknownEvidence)?;
    let found = api.store.activation_evidence(&ec, &id).await;
    let found = found.map_err(|error| Problem::internal("Internal Server Error", &error))?;
    Ok(found.ok_or(ActivationError::UnknownEvidence)?)
}

/// A file that a browser saves and never runs, whatever is in it.
fn taken_away(file: &ShownFile, body: Vec<u8>) -> Response {
    let kind = match file.kind {
        MediaType::Text => "text/plain; charset=utf-8",
        MediaType::Csv => "text/csv; charset=utf-8",
        other => other.name(),
    };
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    let policy = HeaderValue::from_static("default-src 'none'; sandbox");
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    let named = format!("attachment; filename*=UTF-8''{}", percent_encoded(&file.name));
    let named = HeaderValue::try_from(named).unwrap_or_else(|_| HeaderValue::from_static("attachment"));
    headers.insert(header::CONTENT_DISPOSITION, named);
    response
}

/// A name as RFC 8187 wants it.
fn percent_encoded(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    for byte in name.bytes() {
        match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'.' | b'_' | b'-' => text.push(char::from(byte)),
            other => text.push_str(&format!("%{other:02X}")),
        }
    }
    text
}

/// What is said of the evidence.
pub(super) fn doc() -> Doc {
    let answer = Answer::json::<EvidenceModel<'static>>("The evidence.", examples::evidence());
    named(doc_of("readActivationEvidence", "Read what was shown")).answers(StatusCode::OK, answer)
}

/// What is said of its file.
pub(super) fn doc_of_file() -> Doc {
    let answer = MediaType::ALL
        .iter()
        .fold(Answer::empty("What is in the file."), |answer, kind| answer.or_file(kind.name(), json!("…")));
    named(doc_of("readActivationFile", "Take away a file that was shown"))
        .about("To be saved and not to be shown in a page: the answer says so to browsers.")
        .answers(StatusCode::OK, answer)
}

fn named(doc: Doc) -> Doc {
    doc.path("evidence", form::text("^[0-9a-f]{32}$", "The id of evidence.", examples::ID), "The evidence.")
        .refuses([ActivationError::UnknownEvidence.into()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_passes_a_header_whatever_is_in_it() {
        assert_eq!(percent_encoded("esito però.pdf"), "esito%20per%C3%B2.pdf");
        assert_eq!(percent_encoded("a;b=\"c"), "a%3Bb%3D%22c");
    }
}

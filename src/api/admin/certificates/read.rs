//! `GET /certificates/{certificate}`: one of them, its request, and its chain.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::examples;
use super::held::{Held, conflict, doc_of_one};
use super::model::CertificateModel;
use crate::api::openapi::{Answer, Doc};
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;
use crate::domain::certificate::{Content, in_use};

const PEM: &str = "application/x-pem-file";

/// Answers 200 with the certificate; 404.
pub(super) async fn handler(held: Held) -> Response {
    let used = in_use(&held.all, held.desk.environment(), held.access.now);
    unkept(Json(CertificateModel::new(&held.one, &used, held.access.now)).into_response())
}

/// Answers 200 with the request in PEM form; 404 or 409.
pub(super) async fn request(held: Held) -> Result<Response, Problem> {
    let request = match held.one.content {
        Content::Requested(request) => Some(request.pem),
        Content::Chain(chain) => chain.request,
        Content::Names(_) => None,
    };
    request.map(pem).ok_or_else(no_request)
}

/// Answers 200 with the public certificates in PEM form; 404 or 409.
pub(super) async fn chain(held: Held) -> Result<Response, Problem> {
    match held.one.content {
        Content::Chain(chain) => Ok(pem(chain.pem)),
        Content::Requested(_) | Content::Names(_) => Err(no_chain()),
    }
}

fn pem(text: String) -> Response {
    ([(header::CONTENT_TYPE, PEM)], text).into_response()
}

fn no_request() -> Problem {
    conflict("no_request", "The certificate was brought: there is no request for it.")
}

pub(super) fn no_chain() -> Problem {
    conflict("no_certificate", "There is no certificate yet, or only the names of a caller.")
}

/// What is said of the certificate.
pub(super) fn doc() -> Doc {
    let answer = Answer::json::<CertificateModel>("The certificate.", examples::certificate());
    doc_of_one("readCertificate", "Read a certificate").answers(StatusCode::OK, answer)
}

/// What is said of the request.
pub(super) fn doc_of_request() -> Doc {
    let answer = Answer::empty("The request.").or_text(PEM, "-----BEGIN CERTIFICATE REQUEST-----\n…");
    doc_of_one("readCertificateRequest", "Take the request for a certificate away")
        .about("An authority signs it (PKCS#10).")
        .answers(StatusCode::OK, answer)
        .refuses([no_request()])
}

/// What is said of the chain.
pub(super) fn doc_of_chain() -> Doc {
    let answer = Answer::empty("The certificates, the first of which it is.");
    doc_of_one("readCertificateChain", "Take the public certificates away")
        .answers(StatusCode::OK, answer.or_text(PEM, "-----BEGIN CERTIFICATE-----\n…"))
        .refuses([no_chain()])
}

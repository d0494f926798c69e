//! `POST /certificates/{certificate}/export`: chain and private key, as a file locked by the caller's password.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::held::{Held, doc_of_one, failed, invalid, refusals};
use super::read::no_chain;
use crate::api::Api;
use crate::api::body::JsonBody;
use crate::api::openapi::{Answer, Doc};
use crate::api::positions::field::{Field, Shape};
use crate::api::positions::parse::report::{Pointer, Report};
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;
use crate::domain::certificate::Content;

const PKCS12: &str = "application/x-pkcs12";

/// The shortest password of a file that leaves.
const PASSWORD: usize = 12;

/// What the file is to be locked with.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[schema(as = CertificateExport)]
pub(super) struct ExportRequest {
    /// At least 12 characters. It is not kept.
    #[serde(default)]
    #[schema(value_type = String, required, min_length = 12, max_length = 200)]
    password: Field<String>,
}

impl Shape for ExportRequest {
    const IS_OBJECT: bool = true;
}

/// Answers 200 with the file; 400, 404, 409 or 503.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    held: Held,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let password = password(body)?;
    let Content::Chain(chain) = &held.one.content else { return Err(no_chain()) };
    let file = held.desk.export(chain, held.one.label.to_string(), password).await?;
    // Noted before it leaves: what cannot be noted does not leave.
    let (author, about) = (held.access.author(), (&held.one.owner, held.one.id.as_str()));
    api.store.note(&author, "certificate.export", about).await.map_err(failed)?;
    Ok(unkept(([(header::CONTENT_TYPE, PKCS12)], file).into_response()))
}

fn password(body: Value) -> Result<SecretString, Problem> {
    let mut report = Report::default();
    let (root, at) = (Pointer::root(), Pointer::root().field("password"));
    let field = Field::<ExportRequest>::deserialize(body).unwrap_or(Field::WrongType);
    let request = report.required(field, &root).unwrap_or_default();
    let password = report.required(request.password, &at).unwrap_or_default();
    if report.is_clean() && !(PASSWORD..=200).contains(&password.chars().count()) {
        report.add(&at, "password_length", format_args!("must have {PASSWORD} to 200 characters"));
    }
    if report.is_clean() { Ok(SecretString::from(password)) } else { Err(invalid(report.into_violations())) }
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let answer = Answer::empty("The file (PKCS#12).").or_text(PKCS12, "…");
    doc_of_one("exportCertificate", "Take a certificate away with its private key")
        .about("It needs a permission of its own, and is audited. What is public of it is read as its chain.")
        .takes::<ExportRequest>(json!({ "password": "una frase lunga e mia" }))
        .answers(StatusCode::OK, answer)
        .refuses(refusals())
        .refuses([no_chain()])
}

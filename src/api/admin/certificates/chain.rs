//! `PUT /certificates/{certificate}/chain`: what an authority signed of a request.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::examples;
use super::held::{Held, conflict, doc_of_one, invalid, proposal, refusals, written};
use super::model::CertificateModel;
use crate::admin::certificates::Material;
use crate::api::Api;
use crate::api::body::JsonBody;
use crate::api::openapi::{Answer, Doc};
use crate::api::positions::field::{Field, Shape};
use crate::api::positions::parse::report::{Pointer, Report};
use crate::api::problem::{Problem, Violation};
use crate::domain::certificate::{Certificate, Chain, Content, Life};
use crate::domain::governance::Wish;

/// What an authority signed.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[schema(as = SignedChain)]
pub(super) struct SignedRequest {
    /// The certificates in PEM form: the one that was asked for, then each that signed the former.
    #[serde(default)]
    #[schema(value_type = String, required)]
    certificates: Field<String>,
}

impl Shape for SignedRequest {
    const IS_OBJECT: bool = true;
}

/// Answers 200 with the certificate; 202, 400, 404 or 409.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    held: Held,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let Content::Requested(request) = &held.one.content else { return Err(signed_already()) };
    let mut report = Report::default();
    let field = Field::<SignedRequest>::deserialize(body).unwrap_or(Field::WrongType);
    let signed = report.required(field, &Pointer::root()).unwrap_or_default();
    let certificates = report.required(signed.certificates, &Pointer::root().field("certificates"));
    let certificates = certificates.ok_or_else(|| invalid(report.into_violations()))?;
    let material = Material::Pem { certificates, key: None, password: None };
    let chain = held.desk.take_in(material, (held.one.role, &held.one.owner), held.access.now).await?;
    if chain.facts.public_key != request.public_key {
        return Err(invalid(vec![Violation {
            pointer: "/certificates".to_owned(),
            code: "key_mismatch",
            message: "the certificate is not for the key of this request".to_owned(),
        }]));
    }
    let one = Certificate {
        content: Content::Chain(Chain { request: Some(request.pem.clone()), ..chain }),
        life: Life { uploaded_at: Some(held.access.now), ..held.one.life },
        ..held.one.clone()
    };
    written(&api, &held.access, StatusCode::OK, &[proposal(&one, Wish::Replace)]).await
}

fn signed_already() -> Problem {
    conflict("signed_already", "The signed certificate is here already: bring another one as new.")
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let answer = Answer::json::<CertificateModel>("The certificate, not used yet.", examples::certificate());
    doc_of_one("bringSignedChain", "Bring what an authority signed of a request")
        .takes::<SignedRequest>(json!({ "certificates": "-----BEGIN CERTIFICATE-----\n…" }))
        .answers(StatusCode::OK, answer)
        .answers(StatusCode::ACCEPTED, Answer::empty("It waits for a second person."))
        .refuses(refusals())
        .refuses([signed_already()])
}

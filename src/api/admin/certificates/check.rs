//! `POST /certificates/check`: a certificate is judged, and nothing is kept.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::bring::{BringRequest, What, read};
use super::held::{desk, reasons, refusals, unreadable};
use crate::admin::certificates::CertificateError;
use crate::api::Api;
use crate::api::access::Access;
use crate::api::body::JsonBody;
use crate::api::openapi::{Answer, Doc};
use crate::api::positions::render::unkept;
use crate::api::problem::{Problem, Violation};

/// How a certificate was judged.
#[derive(Serialize, ToSchema)]
#[schema(as = CertificateJudgement)]
pub(super) struct Judgement {
    /// Whether it would be taken in.
    fit: bool,
    /// Everything that stands against it.
    #[schema(value_type = Vec<Violation>)]
    reasons: Vec<Violation>,
}

/// Answers 200 with everything that stands against it; 400.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let desk = desk(&api)?;
    let brought = read(body, desk)?;
    access.about(&brought.owner)?;
    let reasons = match brought.what {
        What::Names(_) => Vec::new(),
        What::Material(material) => {
            match desk.judge(material, (brought.role, &brought.owner), access.now).await {
                Ok(_) => Vec::new(),
                Err(CertificateError::Unfit(faults)) => reasons(&faults),
                Err(CertificateError::Unreadable(why)) => vec![unreadable(why)],
                Err(other) => return Err(other.into()),
            }
        }
    };
    Ok(unkept(Json(Judgement { fit: reasons.is_empty(), reasons }).into_response()))
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let body = json!({
        "role": "soap_server", "label": "Nodo 2026", "certificates": "-----BEGIN CERTIFICATE-----\n…",
    });
    let example = json!({ "fit": false, "reasons": [{
        "pointer": "/certificates", "code": "key_missing",
        "message": "there is no private key for it: neither was one brought with it, nor was its key made here",
    }] });
    Doc::new("checkCertificate", "Have a certificate judged")
        .about("Nothing is kept. The same is judged when it is brought, and again when it is activated.")
        .takes::<BringRequest>(body)
        .answers(StatusCode::OK, Answer::json::<Judgement>("How it was judged.", example))
        .refuses(refusals())
}

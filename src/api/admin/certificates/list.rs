//! `GET /certificates`: all that the caller may see.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::examples;
use super::held::{desk, failed};
use super::model::{CertificateModel, CertificatesModel};
use crate::api::Api;
use crate::api::access::Access;
use crate::api::openapi::{Answer, Doc};
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;
use crate::domain::certificate::in_use;

/// Answers 200.
pub(super) async fn handler(State(api): State<Arc<Api>>, access: Access) -> Result<Response, Problem> {
    let all = api.store.certificates().await.map_err(failed)?;
    let used = in_use(&all, desk(&api)?.environment(), access.now);
    let seen = all.iter().filter(|one| access.sees(&one.owner));
    let certificates = seen.map(|one| CertificateModel::new(one, &used, access.now)).collect();
    Ok(unkept(Json(CertificatesModel { certificates }).into_response()))
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let example = json!({ "certificates": [examples::certificate()] });
    Doc::new("listCertificates", "List certificates")
        .about("Where there is none of a role in use, the files of the configuration stand in.")
        .answers(StatusCode::OK, Answer::json::<CertificatesModel>("The certificates.", example))
}

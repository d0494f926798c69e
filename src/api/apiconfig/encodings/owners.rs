//! `GET /encodings/{encodingcode}`: which institutions a printed code stands for.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::api::Api;
use crate::api::access::Access;
use crate::api::apiconfig::institutions::model::ListedInstitution;
use crate::api::apiconfig::names::Named;
use crate::api::apiconfig::refusal::{Thing, failed};
use crate::api::openapi::{Answer, Doc, form};
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;
use crate::domain::access::Tenant;

/// Creditor institutions.
#[derive(Serialize, ToSchema)]
#[schema(as = CreditorInstitutionList)]
struct Owners {
    /// Those that the caller may see.
    creditor_institutions: Vec<ListedInstitution>,
}

/// Answers 200 with the institutions of a code, or 404 if there is none that the caller may see.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    Named(digits): Named<String>,
) -> Result<Response, Problem> {
    let census = api.store.census().await.map_err(failed)?;
    let of_code = census.encodings.iter().filter(|(_, encoding)| encoding.code() == digits);
    let seen = of_code.filter(|(ec, _)| access.sees(&Tenant::Institution(ec.clone())));
    let known = seen.filter_map(|(ec, _)| census.institutions.get(ec));
    let creditor_institutions: Vec<ListedInstitution> = known.map(Into::into).collect();
    if creditor_institutions.is_empty() {
        return Err(Thing::Encoding.missing());
    }
    Ok(unkept(Json(Owners { creditor_institutions }).into_response()))
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let example = json!({ "creditor_institutions": [{
        "creditor_institution_code": "99000010019", "enabled": true, "business_name": "Comune di Borgo Varco",
    }] });
    Doc::new("getCreditorInstitutionsByEncoding", "Find the institutions of a printed code")
        .path("encodingcode", form::example_text("99000010019"), "The digits of the code.")
        .answers(StatusCode::OK, Answer::json::<Owners>("The institutions.", example))
        .refuses([Thing::Encoding.missing()])
}

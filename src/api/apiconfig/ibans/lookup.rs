//! `GET /ibans/{iban}`: who has an account.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde_json::json;

use super::model::{InstitutionModel, InstitutionsModel};
use crate::api::Api;
use crate::api::access::Access;
use crate::api::admin::accounts::failed;
use crate::api::openapi::{Answer, Doc, form};
use crate::api::problem::Problem;
use crate::domain::access::Tenant;
use crate::domain::iban::Iban;

/// Answers 200 with those that the caller may see; a text that is no account has nobody.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    Path(iban): Path<String>,
) -> Result<Json<InstitutionsModel>, Problem> {
    let mut found = match Iban::kept(&iban) {
        Ok(iban) => api.store.institutions_with(&iban).await.map_err(failed)?,
        Err(_) => Vec::new(),
    };
    found.retain(|ec| access.sees(&Tenant::Institution(ec.clone())));
    let institutions = found.iter().filter_map(|ec| access.registry.institution(ec));
    let creditor_institutions = institutions.map(|known| InstitutionModel {
        creditor_institution_code: known.ec.to_string(),
        business_name: known.name.to_string(),
        enabled: !access.registry.switched_off().institutions.contains(&known.ec),
    });
    Ok(Json(InstitutionsModel { creditor_institutions: creditor_institutions.collect() }))
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let answer = json!({ "creditor_institutions": [{
        "creditor_institution_code": "99000010019", "business_name": "Comune di Borgo", "enabled": true,
    }] });
    Doc::new("getCreditorInstitutionsByIban", "Who has an account")
        .path("iban", form::example_text("IT80Z0599903600000000001001"), "The account.")
        .answers(StatusCode::OK, Answer::json::<InstitutionsModel>("Those that the caller may see.", answer))
}

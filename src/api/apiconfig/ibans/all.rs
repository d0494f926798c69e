//! `GET …/ibans`: the accounts of a creditor institution, in short.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde_json::json;

use super::doc as doc_of;
use super::model::{ShortListModel, ShortModel};
use crate::api::Api;
use crate::api::access::Access;
use crate::api::admin::accounts::failed;
use crate::api::admin::accounts::terms::known_institution;
use crate::api::openapi::{Answer, Doc};
use crate::api::problem::Problem;
use crate::store::AccountFilter;

/// Answers 200 with all of them; 404.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    Path(code): Path<String>,
) -> Result<Json<ShortListModel>, Problem> {
    let ec = known_institution(&access, &code)?;
    let accounts = api.store.accounts_of(&ec, &AccountFilter::default()).await.map_err(failed)?;
    Ok(Json(ShortListModel { ibans: accounts.iter().map(ShortModel::new).collect() }))
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let answer = json!({ "ibans": [{
        "iban": "IT80Z0599903600000000001001", "validity_date": "2026-12-01T00:00:00+01:00",
        "publication_date": "2026-11-22T11:00:00+01:00",
    }] });
    doc_of("getCreditorInstitutionsIbans", "List the accounts of a creditor institution in short")
        .answers(StatusCode::OK, Answer::json::<ShortListModel>("All of them.", answer))
}

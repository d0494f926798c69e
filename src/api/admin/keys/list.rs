//! `GET /keys`: the keys of the caller's tenants.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::KeyError;
use super::model::{self, KeyModel, KeysModel};
use crate::api::Api;
use crate::api::access::Access;
use crate::api::openapi::{Answer, Doc};
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;

/// Answers 200 with all that the caller may see, revoked ones too.
pub(super) async fn handler(State(api): State<Arc<Api>>, access: Access) -> Result<Response, Problem> {
    let mut records = api.store.key_records().await.map_err(KeyError::from)?;
    records.retain(|record| access.sees(&record.key.rights.owner));
    let keys = records.iter().map(|record| KeyModel::new(record, access.now)).collect();
    Ok(unkept(Json(KeysModel { keys }).into_response()))
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let answer = Answer::json::<KeysModel<'static>>(
        "The keys of the caller's tenants, without any secret.",
        json!({ "keys": [model::example()] }),
    );
    Doc::new("listApiKeys", "List API keys").answers(StatusCode::OK, answer)
}

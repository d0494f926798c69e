//! `GET /keys/{key}`: one key.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::model::{self, KeyModel};
use super::{doc_of_one, held};
use crate::api::Api;
use crate::api::access::Access;
use crate::api::openapi::{Answer, Doc};
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;

/// Answers 200 with the key, never with a secret; 404.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let record = held(&api.store, &access, &id).await?;
    Ok(unkept(Json(KeyModel::new(&record, access.now)).into_response()))
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let answer = Answer::json::<KeyModel<'static>>("The key.", model::example());
    doc_of_one("readApiKey", "Read an API key").answers(StatusCode::OK, answer)
}

//! `GET /admin/v1/people/{person}`: one of them.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::model::PersonModel;
use super::{of_one, seen};
use crate::api::Api;
use crate::api::access::Access;
use crate::api::openapi::{Answer, Doc};
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;

/// Answers 200, or 404 of somebody who has no role for a tenant that the caller sees.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    Path(person): Path<String>,
) -> Result<Response, Problem> {
    let known = seen(&api, &access, &person).await?;
    Ok(unkept(Json(PersonModel::new(&known, &access)).into_response()))
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let answer =
        Answer::json::<PersonModel>("The person, with what the caller may see of its roles.", example());
    of_one("getPerson", "Read a person").answers(StatusCode::OK, answer)
}

/// Somebody.
pub(super) fn example() -> Value {
    json!({
        "id": "0f1e2d3c4b5a69788796a5b4c3d2e1f0", "name": "Anna Bianchi", "email": "anna.bianchi@comune.example",
        "enrolled": true,
        "grants": [{
            "id": "00112233445566778899aabbccddeeff", "tenant": "ec:99000010019", "role": "payments_referent",
        }],
    })
}

//! `POST /admin/v1/session/token`: the session for a program that sends no cookies.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::failed;
use crate::api::Api;
use crate::api::access::{NoDoor, SignedIn, door};
use crate::api::openapi::form::Instant;
use crate::api::openapi::{Answer, Doc};
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;

/// A bearer token.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = BearerToken)]
struct Token {
    /// What is sent in the header Authorization, behind `Bearer`.
    token: String,
    /// When it is no longer good.
    #[schema(value_type = Instant)]
    ends_at: String,
}

/// Answers 201.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    SignedIn(signed): SignedIn,
) -> Result<Response, Problem> {
    let bearer = door(&api)?.bearer(&signed.session, api.clock.now()).map_err(failed)?;
    let token = Token { token: bearer.token, ends_at: bearer.ends_at.to_string() };
    Ok(unkept((StatusCode::CREATED, Json(token)).into_response()))
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let answer = Answer::json::<Token>(
        "A token for a quarter of an hour, and no longer than its session.",
        json!({ "token": "eyJhbGciOiJIUzI1NiJ9.e30.c2ln", "endsAt": "2026-11-22T11:15:00Z" }),
    );
    Doc::new("issueBearerToken", "Get a bearer token")
        .answers(StatusCode::CREATED, answer)
        .refuses([SignedIn::missing(), NoDoor.into()])
}

//! `GET /info`: what answers here.

use axum::Json;
use axum::http::StatusCode;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::for_keys;
use crate::api::openapi::{Answer, Doc};

/// What answers here.
#[derive(Serialize, ToSchema)]
#[schema(as = GpsInfo)]
pub(super) struct InfoModel {
    /// Its name.
    #[schema(value_type = String)]
    name: &'static str,
    /// Its version.
    #[schema(value_type = String)]
    version: &'static str,
}

/// Answers 200 with name and version.
pub(super) async fn handler() -> Json<InfoModel> {
    Json(InfoModel { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") })
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let answer =
        Answer::json::<InfoModel>("Name and version.", json!({ "name": "varco", "version": "1.0.0" }));
    for_keys("readGpsInfo", "See what answers here").answers(StatusCode::OK, answer)
}

//! `DELETE …/debtpositions` and `DELETE …/debtpositions/bulk`: up to 20 positions go.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{NAMES, NAMES_MAX, Names, list, names, refusal};
use crate::api::Api;
use crate::api::auth::Organization;
use crate::api::body::JsonBody;
use crate::api::openapi::{Answer, Doc};
use crate::api::positions::rows;
use crate::api::problem::Problem;
use crate::domain::position::Position;

const DELETED: &str = "The debt positions were deleted.";

/// Answers 200 with a text, as the deletion of one does; otherwise names the first that stays, and none
/// goes.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    Organization(ec, scope): Organization,
    JsonBody(body): JsonBody,
) -> Result<Json<&'static str>, Problem> {
    let listed = list(body, NAMES, NAMES_MAX)?;
    let iupds = names(&listed, (NAMES, ""), Value::as_str)?;
    let now = api.clock.now();
    let check = |_: usize, position: &Position| rows::deletable(position, &scope, api.hold, now);
    let deleted = api.store.delete_positions(&ec, &iupds, now, &check).await;
    deleted.map_err(|error| refusal(error, NAMES, &[]))?;
    Ok(Json(DELETED))
}

/// What is said of it, under that name.
pub(super) fn doc(id: &str) -> Doc {
    super::doc(id, "Delete up to 20 debt positions")
        .takes::<Names>(json!({ "paymentPositionIUPDs": ["MENSA-2026-000123"] }))
        .answers(StatusCode::OK, Answer::json::<String>("A sentence that says so.", DELETED.into()))
        .refuses([rows::unknown(), rows::settled(), rows::held()])
}

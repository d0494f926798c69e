//! `DELETE …/debtpositions` and `DELETE …/debtpositions/bulk`: up to 20 positions go.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde_json::Value;

use super::{NAMES, NAMES_MAX, list, names, refusal};
use crate::api::Api;
use crate::api::auth::Organization;
use crate::api::body::JsonBody;
use crate::api::positions::rows;
use crate::api::problem::Problem;
use crate::domain::position::Position;

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
    api.store.delete_positions(&ec, &iupds, &check).await.map_err(|error| refusal(error, NAMES, &[]))?;
    Ok(Json("The debt positions were deleted."))
}

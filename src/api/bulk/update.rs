//! `PUT …/debtpositions` and `PUT …/debtpositions/bulk`: up to 100 positions written over, each as `PUT`
//! of the one would.

use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use serde_json::Value;

use super::{POSITIONS, POSITIONS_MAX, list, names, refusal};
use crate::api::Api;
use crate::api::auth::Organization;
use crate::api::body::JsonBody;
use crate::api::positions::rows::{self, Context, Places};
use crate::api::problem::Problem;
use crate::domain::position::Position;
use crate::domain::update::Publication;
use crate::store::{BulkError, Numbered};

/// Answers 200 with the positions; otherwise what is wrong with the first that is refused, and none is
/// changed.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    Organization(ec, scope): Organization,
    uri: Uri,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let publication = match rows::to_publish(&uri)? {
        None => Publication::AsItIs,
        Some(true) => Publication::Publish,
        Some(false) => Publication::Withdraw,
    };
    let bodies = list(body, POSITIONS, POSITIONS_MAX)?;
    let iupds = names(&bodies, (POSITIONS, "/iupd"), |body| body.get("iupd")?.as_str())?;
    let (now, registry) = (api.clock.now(), api.registry.current());
    let places = Mutex::new(vec![Places::default(); bodies.len()]);
    let replace = |place: usize, stored: &Position| -> Result<Numbered, Problem> {
        let (ec, scope, randomness) = (&ec, &scope, &api.randomness);
        let context = Context { ec, scope, registry: &registry, randomness, now, stored: Some(stored) };
        let body = bodies.get(place).cloned().unwrap_or(Value::Null);
        let new = rows::replaced(body, &context, stored, (publication, api.hold))?;
        let numbered = rows::numbered(&new);
        if let Some(slot) = places.lock().unwrap_or_else(PoisonError::into_inner).get_mut(place) {
            *slot = new.places;
        }
        Ok(numbered)
    };
    let mut attempt = 1;
    let positions = loop {
        let replaced = api.store.replace_positions(&ec, &iupds, &replace).await;
        let places = places.lock().unwrap_or_else(PoisonError::into_inner);
        match replaced {
            Ok(positions) => break positions,
            // The number was ours to choose: another will do.
            Err(BulkError::NoticeTaken(place, number))
                if places.get(place).is_some_and(|places| places.may_redraw(&number, attempt)) =>
            {
                attempt += 1;
            }
            Err(error) => return Err(refusal(error, POSITIONS, &places).into()),
        }
    };
    Ok(rows::many(StatusCode::OK, &positions, now))
}

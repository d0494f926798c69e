//! `POST …/debtpositions/bulk`: up to 100 new positions, drafts or (`toPublish=true`) published at once.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;

use super::{BulkRefusal, POSITIONS, POSITIONS_MAX, list, names, refusal};
use crate::api::Api;
use crate::api::auth::Organization;
use crate::api::body::JsonBody;
use crate::api::positions::rows::{self, Context, Start};
use crate::api::problem::Problem;
use crate::domain::position::Position;
use crate::store::BulkError;

/// Answers 201 with the positions; otherwise what is wrong with each, and none is created.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    Organization(ec, scope): Organization,
    uri: Uri,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let start = if rows::to_publish(&uri)? == Some(true) { Start::Published } else { Start::Draft };
    let bodies = list(body, POSITIONS, POSITIONS_MAX)?;
    let (now, registry) = (api.clock.now(), api.registry.current());
    let context = Context {
        ec: &ec,
        registry: &registry,
        now,
        stored: None,
        scope: &scope,
        randomness: &api.randomness,
    };
    let twice = names(&bodies, (POSITIONS, "/iupd"), |body| body.get("iupd")?.as_str());
    let (mut positions, mut places, mut refused) = (Vec::new(), Vec::new(), Vec::new());
    for (place, body) in bodies.iter().enumerate() {
        match rows::created(body.clone(), &context, start) {
            Ok(new) => {
                positions.push(rows::numbered(&new));
                places.push(new.places);
            }
            Err(problem) => refused.push((place, problem)),
        }
    }
    if !refused.is_empty() {
        return Err(BulkRefusal::Refused(refused, POSITIONS).into());
    }
    twice?;
    let mut attempt = 1;
    while let Err(error) = api.store.create_positions::<Problem>(&positions).await {
        let (place, body) = match &error {
            // The number was ours to choose: another will do.
            BulkError::NoticeTaken(place, number)
                if places.get(*place).is_some_and(|places| places.may_redraw(number, attempt)) =>
            {
                (*place, bodies.get(*place).cloned().unwrap_or_default())
            }
            _ => return Err(refusal(error, POSITIONS, &places).into()),
        };
        attempt += 1;
        let new = rows::created(body, &context, start)?;
        if let (Some(position), Some(read)) = (positions.get_mut(place), places.get_mut(place)) {
            *position = rows::numbered(&new);
            *read = new.places;
        }
    }
    let positions: Vec<Position> = positions.into_iter().map(|numbered| numbered.position).collect();
    Ok(rows::many(StatusCode::CREATED, &positions, now))
}

//! `POST …/debtpositions/bulk`: up to 100 new positions, drafts or (`toPublish=true`) published at once.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;

use super::{BulkRefusal, POSITIONS, POSITIONS_MAX, list, names, refusal};
use crate::api::Api;
use crate::api::auth::Organization;
use crate::api::body::JsonBody;
use crate::api::positions::rows::{self, Context, NewPosition, Start};
use crate::api::problem::Problem;
use crate::store::BulkError;

/// Answers 201 with the positions; otherwise what is wrong with each, and none is created.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    Organization(ec): Organization,
    uri: Uri,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let start = if rows::to_publish(&uri)? == Some(true) { Start::Published } else { Start::Draft };
    let bodies = list(body, POSITIONS, POSITIONS_MAX)?;
    let (now, registry) = (api.clock.now(), api.registry.current());
    let context = Context { ec: &ec, registry: &registry, now, stored: None };
    let (mut positions, mut places, mut refused) = (Vec::new(), Vec::new(), Vec::new());
    let twice = names(&bodies, (POSITIONS, "/iupd"), |body| body.get("iupd")?.as_str());
    for (place, body) in bodies.into_iter().enumerate() {
        match rows::created(body, &context, start) {
            Ok(NewPosition { position, places: read }) => {
                positions.push(position);
                places.push(read);
            }
            Err(problem) => refused.push((place, problem)),
        }
    }
    if !refused.is_empty() {
        return Err(BulkRefusal::Refused(refused, POSITIONS).into());
    }
    twice?;
    api.store.create_positions(&positions).await.map_err(|error| {
        let error = match error {
            BulkError::Unknown(place) | BulkError::Refused(place, ()) => BulkError::Unknown(place),
            BulkError::IupdTaken(place) => BulkError::IupdTaken(place),
            BulkError::NoticeTaken(place, number) => BulkError::NoticeTaken(place, number),
            BulkError::Store(error) => BulkError::Store(error),
        };
        refusal(error, POSITIONS, &places)
    })?;
    Ok(rows::many(StatusCode::CREATED, &positions, now))
}

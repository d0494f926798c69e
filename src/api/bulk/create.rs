//! `POST …/debtpositions/bulk`: up to 100 new positions, drafts or (`toPublish=true`) published at once.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use jiff::Timestamp;
use serde_json::json;

use super::{BulkRefusal, POSITIONS, POSITIONS_MAX, Positions, list, names, refusal};
use crate::api::Api;
use crate::api::auth::Organization;
use crate::api::body::JsonBody;
use crate::api::idempotency::{self, Begun, IdempotencyError, IdempotencyKey, given};
use crate::api::openapi::{Answer, Doc, form};
use crate::api::positions::rows::{self, Context, Start};
use crate::api::problem::Problem;
use crate::domain::position::Position;
use crate::store::{BulkError, Numbered, Once, OnceRequest, Store};

/// Answers 201 with the positions; otherwise what is wrong with each, and none is created. With an
/// `Idempotency-Key` the same request again gets the same answer, another one 422.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    Organization(ec, scope): Organization,
    key: IdempotencyKey,
    uri: Uri,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let now = api.clock.now();
    let once = match key.begin(&api.store, &ec, &body, now).await? {
        Begun::Answered(response) => return Ok(response),
        Begun::Anew(once) => once,
    };
    let start = if rows::to_publish(&uri)? == Some(true) { Start::Published } else { Start::Draft };
    let bodies = list(body, POSITIONS, POSITIONS_MAX)?;
    let registry = api.registry.current();
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
    loop {
        let error = match write(&api.store, &positions, once.as_ref(), now).await {
            Ok(outcome) => return Ok(outcome?),
            Err(error) => error,
        };
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
}

/// Writes the positions, once if the request is to be carried out once, and says what to answer.
async fn write(
    store: &Store,
    positions: &[Numbered],
    once: Option<&OnceRequest>,
    now: Timestamp,
) -> Result<Result<Response, IdempotencyError>, BulkError<Problem>> {
    let created = |all: &[Numbered]| {
        let positions: Vec<Position> = all.iter().map(|numbered| numbered.position.clone()).collect();
        rows::many(StatusCode::CREATED, &positions, now)
    };
    if let Some(request) = once {
        let answer = |all: &[Numbered]| given(created(all));
        let once = Once { request, answer: &answer };
        return store.create_positions_once(positions, once).await.map(idempotency::answer);
    }
    store.create_positions(positions).await?;
    Ok(Ok(created(positions)))
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let (request, answer) = rows::examples();
    let answer = Answer::json::<rows::ManyPositions>(
        "The positions, with the numbers of their notices.",
        json!({ "paymentPositions": [answer] }),
    );
    idempotency::doc(super::doc("createPositionsV2", "Create up to 100 debt positions"))
        .query("toPublish", form::flag(), "Whether to publish them at once.")
        .takes::<Positions>(json!({ "paymentPositions": [request] }))
        .answers(StatusCode::CREATED, answer.with(idempotency::TOLD_BEFORE))
        .refuses([rows::bad_query(), rows::iupd_taken()])
        .refuses(rows::problems())
}

//! `POST …/subscriptions/{subscription}/replay`: events are sent again, one or those of an interval.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::doc_of_one;
use super::holder::{Family, Held, failed};
use super::terms::Invalid;
use crate::api::Api;
use crate::api::body::JsonBody;
use crate::api::openapi::form::Instant;
use crate::api::openapi::{Answer, Doc};
use crate::api::positions::field::{Field, Shape};
use crate::api::positions::parse::report::{Pointer, Report};
use crate::api::problem::Problem;
use crate::domain::event::Feed;
use crate::store::Replay;

/// The longest interval.
const LONGEST: SignedDuration = SignedDuration::from_hours(31 * 24);

/// Which events are sent again: one, or those of an interval.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Replay)]
pub(super) struct ReplayRequest {
    /// The id of the event; excludes the interval.
    #[serde(default)]
    #[schema(value_type = String)]
    event_id: Field<String>,
    /// From when, with an offset.
    #[serde(default)]
    #[schema(value_type = Instant)]
    from: Field<String>,
    /// Before when; at most 31 days later.
    #[serde(default)]
    #[schema(value_type = Instant)]
    until: Field<String>,
}

/// What comes of a replay.
#[derive(Serialize, ToSchema)]
#[schema(as = Replayed)]
pub(super) struct ReplayedModel {
    /// How many events are sent again.
    replayed: u64,
}

impl Shape for ReplayRequest {
    const IS_OBJECT: bool = true;
}

/// There is no such event, as far as the subscription is concerned.
#[derive(Debug, thiserror::Error)]
#[error("no such event")]
pub(super) struct MissingEvent;

/// Answers 202 with how many are sent again; 400 or 404.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    Held(one): Held,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let replay = read(body)?;
    let replay = replay.ok_or(MissingEvent)?;
    let replayed = api.store.replay(&one, &replay, api.clock.now()).await.map_err(failed)?;
    if replayed == 0 && matches!(replay, Replay::One { .. }) {
        return Err(MissingEvent.into());
    }
    Ok((StatusCode::ACCEPTED, Json(ReplayedModel { replayed })).into_response())
}

/// What is asked for; none if it is an event whose id none can have.
fn read(body: Value) -> Result<Option<Replay>, Invalid> {
    let mut report = Report::default();
    let root = Pointer::root();
    let field = Field::<ReplayRequest>::deserialize(body).unwrap_or(Field::WrongType);
    let request = report.required(field, &root).unwrap_or_default();
    let id = report.optional(request.event_id, &root.field("eventId"));
    let from = report.optional(request.from, &root.field("from"));
    let until = report.optional(request.until, &root.field("until"));
    let replay = match (id, from, until) {
        (Some(id), None, None) if report.is_clean() => return Ok(event(&id)),
        (Some(_), ..) => {
            report.add(&root.field("eventId"), "event_or_interval", "excludes from and until");
            None
        }
        (None, from, until) => {
            let from = instant(from, &root.field("from"), &mut report);
            let until = instant(until, &root.field("until"), &mut report);
            from.zip(until).and_then(|(from, until)| interval(from, until, &mut report))
        }
    };
    match replay {
        Some(replay) if report.is_clean() => Ok(Some(replay)),
        _ => Err(Invalid(report.into_violations())),
    }
}

fn instant(text: Option<String>, at: &Pointer, report: &mut Report) -> Option<Timestamp> {
    let Some(text) = text else {
        if report.is_clean() {
            report.add(at, "required", "is required, with its other end, unless eventId is there");
        }
        return None;
    };
    let instant = text.parse().ok();
    if instant.is_none() {
        report.add(at, "date_form", "must be an instant such as 2026-12-31T22:59:59Z");
    }
    instant
}

fn interval(from: Timestamp, until: Timestamp, report: &mut Report) -> Option<Replay> {
    let at = Pointer::root().field("until");
    if until <= from {
        report.add(&at, "date_interval", "must be later than from");
        return None;
    }
    if until.duration_since(from) > LONGEST {
        report.add(&at, "interval_too_long", "must be at most 31 days later than from");
        return None;
    }
    Some(Replay::Between { from, until })
}

/// The feed and the number that the id of an event begins with.
fn event(id: &str) -> Option<Replay> {
    let mut parts = id.splitn(3, '-');
    let feed = Feed::new(parts.next()?)?.as_str().to_owned();
    let seq = parts.next()?.parse().ok()?;
    Some(Replay::One { feed, seq, id: id.to_owned() })
}

/// What is said of it.
pub(super) fn doc(family: Family) -> Doc {
    let answer = Answer::json::<ReplayedModel>("How many events are sent again.", json!({ "replayed": 12 }));
    doc_of_one(family, ("replayEvents", "Send events again"))
        .about(
            "Whatever became of them before. Only events that the subscription wants are among them; they \
             have the ids that they had, and those of one position come in their order.",
        )
        .takes::<ReplayRequest>(json!({ "from": "2026-11-22T00:00:00Z", "until": "2026-11-23T00:00:00Z" }))
        .answers(StatusCode::ACCEPTED, answer)
        .refuses([Invalid::example().into(), MissingEvent.into()])
}

impl From<MissingEvent> for Problem {
    fn from(_: MissingEvent) -> Self {
        Problem::new(
            StatusCode::NOT_FOUND,
            "Not Found",
            "unknown_event",
            "There is no event of that id that the subscription wants.",
        )
    }
}

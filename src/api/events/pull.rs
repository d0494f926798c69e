//! `GET /events`: the events behind a cursor.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;
use serde_json::value::RawValue;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, sleep_until};
use utoipa::ToSchema;

use super::Readers;
use super::page::{Bounds, Page, Pager};
use super::query::{Asked, BAD_CURSOR, BadQuestion, LAST_EVENT_ID, LIMITS, LONG_CURSOR, Readable, WAIT_MAX};
use super::stream;
use crate::api::accept::{EVENT_STREAM, JSON, prefers};
use crate::api::auth::{AuthError, key_behind, presented};
use crate::api::openapi::{Answer, Doc, form};
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;
use crate::domain::cursor::Cursor;
use crate::store::StoreError;

/// The most bytes of events in a page; a page holds at least one event.
const PAGE_BYTES: usize = 4 << 20;

/// In how many seconds a reader for whom there is no room should ask again.
const COME_AGAIN: u16 = 5;

/// Why events cannot be handed out.
#[derive(Debug, thiserror::Error)]
pub(super) enum EventsError {
    #[error(transparent)]
    Auth(#[from] AuthError),
    #[error(transparent)]
    Question(#[from] BadQuestion),
    #[error("the cursor is beyond the last event")]
    Ahead(Cursor),
    #[error("too many readers wait")]
    Busy,
    #[error("an event is no JSON")]
    Corrupt,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A page of events.
#[derive(Serialize, ToSchema)]
pub(super) struct EventPage {
    /// The events, each as it was written.
    #[schema(value_type = Vec<CloudEvent>)]
    events: Vec<Box<RawValue>>,
    /// Where to go on: the next `after`, though there may be no events.
    #[schema(examples("99000010019-42"))]
    next: String,
}

/// An event (CloudEvents 1.0, JSON format).
#[derive(ToSchema)]
#[schema(as = CloudEvent)]
#[expect(dead_code, reason = "it is only described: events are told as they were written")]
struct CloudEvent {
    /// The version of CloudEvents.
    #[schema(examples("1.0"))]
    specversion: String,
    /// A name that no other event has; who gets an event again knows it by that.
    id: String,
    /// Whose feed it is of.
    #[schema(examples("urn:varco:99000010019"))]
    source: String,
    /// What happened.
    #[schema(rename = "type", examples("varco.receipt.booked"))]
    kind: String,
    /// When it happened (RFC 3339, UTC).
    time: String,
    /// What it happened to. Events of the same subject hang together.
    subject: String,
    /// The form of `data`.
    #[schema(examples("application/json"))]
    datacontenttype: String,
    /// Its number in the feed, with leading zeros.
    sequence: String,
    /// The facts.
    #[schema(value_type = Object)]
    data: serde_json::Value,
}

/// Answers 200 with events, or with none after the wait; 400, 401, 403 or 404 if they cannot be read by the
/// caller; 409 if the cursor is beyond the last event; 503 if too many wait.
pub(super) async fn handler(State(readers): State<Arc<Readers>>, parts: Parts) -> Response {
    answer(readers, parts).await.unwrap_or_else(EventsError::into_response)
}

async fn answer(readers: Arc<Readers>, parts: Parts) -> Result<Response, EventsError> {
    let hash = presented(&parts)?;
    let key = key_behind(&hash, &readers.api).await?;
    let asked = Asked::read(&parts.uri, &parts.headers)?;
    let readable = asked.for_key(&key, &readers.api)?;
    if prefers(&parts.headers, EVENT_STREAM, JSON) {
        return stream::open(readers, hash, (asked, readable)).await;
    }
    let page = wait_for_page(&readers, &asked, (&hash, readable)).await?;
    if !page.next.is_readable() {
        return Err(LONG_CURSOR.into());
    }
    let events = page.events.into_iter().map(|event| RawValue::from_string(event.body));
    let events = events.collect::<Result<_, _>>().map_err(|_| EventsError::Corrupt)?;
    Ok(unkept(Json(EventPage { events, next: page.next.to_string() }).into_response()))
}

/// The page behind the cursor as soon as it holds an event, and at the latest after the wait.
async fn wait_for_page(
    readers: &Readers,
    asked: &Asked,
    (hash, mut readable): (&[u8; 32], Readable),
) -> Result<Page, EventsError> {
    let until = Instant::now() + asked.wait;
    let mut watch = readers.watch.clone();
    let store = &readers.api.store;
    let mut heads = readable.heads(&store.feed_heads().await?);
    if let Some(end) = readable.ahead(&asked.after, &heads) {
        return Err(EventsError::Ahead(end));
    }
    let bounds = Bounds { events: asked.limit, bytes: PAGE_BYTES };
    let mut page = Pager { store, readable: &readable, bounds }.page(&asked.after, &heads).await?;
    let mut place = None;
    while page.events.is_empty() && Instant::now() < until && !readers.stop.is_cancelled() {
        if !page.more {
            if place.is_none() {
                place = Some(readers.place()?);
            }
            tokio::select! {
                () = watch.moved() => {}
                () = sleep_until(until) => {}
                () = readers.stop.cancelled() => {}
            }
            // The key may have been revoked, or be for less, in the meantime.
            readable = asked.for_key(&*key_behind(hash, &readers.api).await?, &readers.api)?;
            heads = readable.heads(&watch.heads());
        }
        page = Pager { store, readable: &readable, bounds }.page(&page.next, &heads).await?;
    }
    Ok(page)
}

impl Readers {
    /// A place among those who wait, kept until it is dropped.
    pub(super) fn place(&self) -> Result<OwnedSemaphorePermit, EventsError> {
        Arc::clone(&self.waiting).try_acquire_owned().map_err(|_| EventsError::Busy)
    }
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let event = json!({
        "specversion": "1.0", "id": "99000010019-42-0a1b2c3d", "source": "urn:varco:99000010019",
        "type": "varco.receipt.booked", "time": "2026-11-22T10:20:00Z", "subject": "positions/TARI-2026-1",
        "datacontenttype": "application/json", "sequence": "00000000000000000042",
        "data": {
            "receiptId": "1f2e3d4c5b6a79880011223344556677", "noticeNumber": "302000000000100055",
            "amount": 10_000, "class": "matched",
        },
    });
    let frame = format!("id: 99000010019-42\nevent: varco.receipt.booked\ndata: {event}\n\n");
    let page = json!({ "events": [event], "next": "99000010019-42" });
    let cursor = || form::example_text("99000010019-42");
    let auth =
        [AuthError::NoKey, AuthError::UnknownKey, AuthError::Forbidden, AuthError::UnknownOrganization];
    let end = Cursor::new("99000010019-41").unwrap_or_default();
    Doc::new("listEvents", "Fetch events")
        .about(ABOUT)
        .query("after", cursor(), "Where to go on, as next gave it; 0 or nothing is the beginning.")
        .query("limit", form::number(1..=LIMITS.0, LIMITS.1), "The most events of the page.")
        .query("wait", form::number(0..=WAIT_MAX, 0), "For how many seconds to wait for an event.")
        .query("types", form::example_text("varco.receipt.*"), "Only these types, with commas between.")
        .query("organization", form::or_empty(form::institution()), "Only of that institution; repeatable.")
        .header(LAST_EVENT_ID, cursor(), "Where a stream goes on; stands over after.")
        .answers(
            StatusCode::OK,
            Answer::json::<EventPage>("The events, which may be none.", page)
                .or_text("text/event-stream", &frame),
        )
        .names::<CloudEvent>()
        .refuses(auth.map(Problem::from))
        .refuses([BAD_CURSOR.into(), LONG_CURSOR.into()])
        .refuses([EventsError::Ahead(end).into(), EventsError::Busy.into()])
}

const ABOUT: &str = "Of all institutions that the key opens, in the order of each feed. The answer comes at once if \
                     there is an event, else with the first one, or empty after the wait. With Accept: \
                     text/event-stream the events come as Server-Sent Events for as long as the caller reads: the \
                     id of each is the cursor behind it. At least once: an event that comes again has the same id.";

impl From<EventsError> for Problem {
    fn from(error: EventsError) -> Self {
        match error {
            EventsError::Auth(error) => error.into(),
            EventsError::Question(error) => error.into(),
            EventsError::Ahead(end) => Problem::new(
                StatusCode::CONFLICT,
                "Conflict",
                "cursor_ahead",
                format!(
                    "The cursor is beyond the last event: the database was restored from an older copy. \
                     Events now end at the cursor {end}."
                ),
            ),
            EventsError::Busy => Problem::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "SERVICE UNAVAILABLE",
                "too_many_streams",
                "As many callers wait for events as may at once; ask again later, or without waiting.",
            ),
            EventsError::Corrupt => {
                Problem::internal("INTERNAL SERVER ERROR", &StoreError::Corrupt { what: "event" })
            }
            EventsError::Store(error) => Problem::internal("INTERNAL SERVER ERROR", &error),
        }
    }
}

impl IntoResponse for EventsError {
    fn into_response(self) -> Response {
        let busy = matches!(self, EventsError::Busy);
        let mut response = Problem::from(self).into_response();
        if busy {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(COME_AGAIN));
        }
        response
    }
}

//! What happened, for whoever fetches it: page by page, waiting for the next event if there is none, or as a
//! stream of Server-Sent Events. Both hand out the same events in the same order, and a cursor to go on.
//!
//! A reader that is cut off, or whose system was down, goes on from the last cursor that it kept: every
//! event is handed out at least once, in the order of its feed, and none is passed over that is for it.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::openapi::{Heading, Method, Routes};
use super::{Api, ApiState, problem, shared};
use crate::domain::access::KeyScope;
use crate::store::FeedWatch;

mod page;
mod pull;
mod query;
mod stream;

/// Its heading in the documentation.
pub(super) const HEADING: Heading =
    ("Events", "What happened to positions, payments, receipts and anomalies, in order. Ours.");

/// How events are handed out.
#[derive(Clone, Debug)]
pub struct EventSettings {
    /// How many readers may wait at once, for a page or in a stream.
    pub max_streams: usize,
    /// How long a stream is silent before a sign of life.
    pub heartbeat: Duration,
    /// How often a stream looks whether its key still opens what is read.
    pub key_check: Duration,
    /// Wakes readers.
    pub watch: FeedWatch,
    /// Ends streams and waits softly.
    pub stop: CancellationToken,
}

/// The endpoint for events. Its answers take as long as readers wait.
#[derive(Clone)]
pub struct Events(Arc<Readers>);

/// What all readers share.
pub(super) struct Readers {
    api: Arc<Api>,
    watch: FeedWatch,
    stop: CancellationToken,
    heartbeat: Duration,
    key_check: Duration,
    /// One permit for each that waits.
    waiting: Arc<Semaphore>,
}

impl Events {
    /// Events of this store.
    pub fn new(state: ApiState, settings: EventSettings) -> Self {
        let EventSettings { max_streams, heartbeat, key_check, watch, stop } = settings;
        let (api, waiting) = (shared(state), Arc::new(Semaphore::new(max_streams)));
        Events(Arc::new(Readers { api, watch, stop, heartbeat, key_check, waiting }))
    }

    /// The endpoint. The time of a whole request is not for it: see [`longest`](Events::longest).
    pub fn router(&self) -> Router {
        routes()
            .into_router(&self.0.api)
            .method_not_allowed_fallback(async || problem::unknown_method())
            .with_state(Arc::clone(&self.0))
    }

    /// The longest that a request waits before its answer begins.
    pub fn longest() -> Duration {
        Duration::from_secs(query::WAIT_MAX.into())
    }
}

pub(super) fn routes() -> Routes<Arc<Readers>> {
    let events = (HEADING.0, "/events");
    Routes::default().on(Method::Get, events, pull::handler, pull::doc()).opened_by(KeyScope::Events)
}

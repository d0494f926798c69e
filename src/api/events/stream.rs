//! Events as a stream of Server-Sent Events (HTML, section 9.2), for as long as the reader reads.
//!
//! The next page is read from the store only when the reader has taken the one before: a slow reader
//! slows its stream down and costs no memory.

use std::convert::Infallible;
use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_util::stream::unfold;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, sleep_until};

use super::Readers;
use super::page::{Bounds, FeedHeads, Pager};
use super::pull::EventsError;
use super::query::{Asked, LONG_CURSOR, Readable};
use crate::api::auth::{AuthError, key_behind};
use crate::domain::cursor::Cursor;
use crate::domain::event::Feed;
use crate::store::{FeedWatch, StoreError};

/// How long a failure of the database is waited out before the next attempt.
const AFTER_FAILURE: Duration = Duration::from_secs(1);

/// How much is read at once.
const BOUNDS: Bounds = Bounds { events: 100, bytes: 256 << 10 };

/// What begins a stream: in how many milliseconds a reader that is cut off should come again.
const OPENING: &str = "retry: 2000\n\n";

/// What tells the reader that the stream is alive.
const ALIVE: &str = ":\n\n";

/// A reader's stream.
struct Stream {
    readers: Arc<Readers>,
    hash: [u8; 32],
    asked: Asked,
    readable: Readable,
    watch: FeedWatch,
    at: Cursor,
    heads: FeedHeads,
    /// What was put together and not yet taken.
    ready: Option<String>,
    beat_at: Instant,
    check_at: Instant,
    failing: bool,
    _place: OwnedSemaphorePermit,
}

/// What a look at the store brought.
enum Look {
    Events(String),
    /// There is nothing yet.
    Nothing,
    /// There may be more at once.
    GoOn,
    /// The cursor would be too long to come back with.
    End,
}

/// Answers with the stream.
pub(super) async fn open(
    readers: Arc<Readers>,
    hash: [u8; 32],
    (asked, readable): (Asked, Readable),
) -> Result<Response, EventsError> {
    let place = readers.place()?;
    let watch = readers.watch.clone();
    let heads = readable.heads(&readers.api.store.feed_heads().await?);
    if let Some(end) = readable.ahead(&asked.after, &heads) {
        return Err(EventsError::Ahead(end));
    }
    let mut farthest = asked.after.clone();
    heads.iter().for_each(|(feed, head)| farthest.pass(feed, *head));
    if !farthest.is_readable() {
        return Err(LONG_CURSOR.into());
    }
    let now = Instant::now();
    let stream = Stream {
        beat_at: now + readers.heartbeat,
        check_at: now + readers.key_check,
        readers,
        hash,
        at: asked.after.clone(),
        asked,
        readable,
        watch,
        heads,
        ready: Some(OPENING.to_owned()),
        failing: false,
        _place: place,
    };
    let frames = unfold(stream, async |mut stream| {
        let frames = stream.next().await?;
        Some((Ok::<_, Infallible>(Bytes::from(frames)), stream))
    });
    let headers = [
        (header::CONTENT_TYPE.as_str(), "text/event-stream"),
        (header::CACHE_CONTROL.as_str(), "no-store"),
        // Proxies must not gather what should come at once.
        ("x-accel-buffering", "no"),
    ];
    Ok((headers, Body::from_stream(frames)).into_response())
}

impl Stream {
    /// What is sent next; none at the end of the stream.
    async fn next(&mut self) -> Option<String> {
        if let Some(ready) = self.ready.take() {
            return Some(ready);
        }
        let stop = self.readers.stop.clone();
        loop {
            let now = Instant::now();
            // Before every look, so that who may read no more gets nothing more.
            if stop.is_cancelled() || !self.may_go_on().await {
                return None;
            }
            let wake_at = match self.look().await {
                Ok(Look::Events(frames)) => {
                    (self.failing, self.beat_at) = (false, now + self.readers.heartbeat);
                    return Some(frames);
                }
                Ok(Look::GoOn) => continue,
                Ok(Look::End) => return None,
                Ok(Look::Nothing) => {
                    self.failing = false;
                    self.check_at
                }
                Err(error) => {
                    // Told once, however long it lasts.
                    if !self.failing {
                        tracing::warn!(%error, "a stream of events waits");
                    }
                    self.failing = true;
                    now + AFTER_FAILURE
                }
            };
            if now >= self.beat_at {
                self.beat_at = now + self.readers.heartbeat;
                return Some(ALIVE.to_owned());
            }
            tokio::select! {
                () = stop.cancelled() => return None,
                () = self.watch.moved(), if !self.failing => self.heads = self.readable.heads(&self.watch.heads()),
                () = sleep_until(wake_at.min(self.beat_at)) => {}
            }
        }
    }

    async fn look(&mut self) -> Result<Look, StoreError> {
        let (store, readable) = (&self.readers.api.store, &self.readable);
        let page = Pager { store, readable, bounds: BOUNDS }.page(&self.at, &self.heads).await?;
        if !page.next.is_readable() {
            return Ok(Look::End);
        }
        let mut frames = String::new();
        for event in &page.events {
            if let Some(feed) = Feed::new(&event.feed) {
                self.at.advance(&feed, event.seq);
            }
            // Writing to memory does not fail.
            let _written = write!(frames, "id: {}\nevent: {}\ndata: {}\n\n", self.at, event.kind, event.body);
        }
        self.at = page.next;
        Ok(match (frames.is_empty(), page.more) {
            (false, _) => Look::Events(frames),
            (true, true) => Look::GoOn,
            (true, false) => Look::Nothing,
        })
    }

    /// Whether the key still opens what is read. What it opens may have changed.
    async fn may_go_on(&mut self) -> bool {
        self.check_at = Instant::now() + self.readers.key_check;
        let key = match key_behind(&self.hash, &self.readers.api).await {
            Ok(key) => key,
            // Nobody knows, so nothing changes; as long as the database is away nothing is read either.
            Err(AuthError::Store(_)) => return true,
            Err(_) => return false,
        };
        match self.asked.for_key(&key, &self.readers.api) {
            Ok(readable) => {
                // What was known of a feed may be newer than what the watch has seen.
                let known = std::mem::replace(&mut self.heads, readable.heads(&self.watch.heads()));
                for (feed, head) in known.into_iter().filter(|(feed, _)| readable.has(feed)) {
                    let seen = self.heads.entry(feed).or_default();
                    *seen = head.max(*seen);
                }
                self.readable = readable;
                true
            }
            Err(_) => false,
        }
    }
}

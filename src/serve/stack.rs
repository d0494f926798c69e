//! What every request passes, from the outside in, each layer with its why.
//!
//! 1. Observation: gives the request its id, opens its span, writes its one log line and counts it;
//!    outermost, so that refusals and time-outs of the inner layers are seen too.
//! 2. Time: the whole request, body and answer. Each read of a body may be quick and the body still
//!    never end; only a clock over everything stops that. 408.
//! 3. Panics: become a 500, so that one bad request costs one answer and not a connection.
//! 4. Size, for REST: refused by its declaration or as soon as it is over, whatever the route reads.
//!
//! Concurrency needs no layer: HTTP/1.1 has one request a connection, and connections are counted.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::{Next, from_fn, from_fn_with_state, map_response};
use axum::response::{IntoResponse, Response};
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::TimeoutLayer;
use tracing::Instrument;

use super::catch::{Panicked, catch};
use crate::observe::{Metrics, Outcome};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Longer ids are not ids.
const MAX_ID: usize = 64;

/// The request's id: the caller's when sane, else ours; in the request's extensions, in its log line
/// and on its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(Arc<str>);

impl RequestId {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Makes ids for requests that bring none: a number of the process and a counter, so that no request
/// costs randomness.
#[derive(Debug)]
pub struct RequestIds {
    process: u64,
    next: AtomicU64,
}

impl RequestIds {
    /// `process` tells this run from others; the composition root draws it at random.
    pub fn new(process: u64) -> Self {
        Self { process, next: AtomicU64::new(1) }
    }

    fn next(&self) -> RequestId {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        RequestId(format!("{:016x}-{number:x}", self.process).into())
    }

    fn of(&self, request: &Request) -> RequestId {
        let given = request.headers().get(REQUEST_ID).and_then(|value| value.to_str().ok());
        given.filter(|id| sane(id)).map_or_else(|| self.next(), |id| RequestId(id.into()))
    }
}

/// Whether an id may stand in a log and in a header as it is.
fn sane(id: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    (1..=MAX_ID).contains(&id.len()) && id.bytes().all(plain)
}

/// Which figures a request goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interface {
    /// By primitive and outcome.
    Soap,
    /// By method, route and status.
    Api {
        /// Largest body, in bytes; 413 above. The SOAP endpoint bounds its own, to answer with a
        /// soap:Fault.
        max_body: usize,
    },
}

/// How a SOAP request ended; the endpoint leaves it in the answer's extensions.
#[derive(Debug, Clone, Copy)]
pub(super) struct Handled {
    pub(super) primitive: &'static str,
    pub(super) outcome: Outcome,
}

/// The layers around a listener's routes.
#[derive(Debug, Clone)]
pub struct Stack {
    /// Which figures to keep.
    pub interface: Interface,
    /// Time for a whole request.
    pub timeout: Duration,
    /// Source of ids, shared by all listeners.
    pub ids: Arc<RequestIds>,
    /// Where requests are counted.
    pub metrics: Arc<Metrics>,
}

impl Stack {
    /// Puts the layers around `router`; add nothing outside of them.
    pub fn around(self, router: Router) -> Router {
        let timeout = TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, self.timeout);
        let router = match self.interface {
            Interface::Soap => router,
            // axum's own, smaller bound would stand below the configured one.
            Interface::Api { max_body } => {
                let bounded = router.layer(DefaultBodyLimit::disable());
                bounded.layer(RequestBodyLimitLayer::new(max_body)).layer(map_response(too_large))
            }
        };
        // The layer added last is the outermost.
        router.layer(from_fn(catch_panics)).layer(timeout).layer(from_fn_with_state(self, observe))
    }
}

/// The layer that bounds bodies answers in plain text; REST callers are promised a problem.
async fn too_large(response: Response) -> Response {
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    if response.status() != StatusCode::PAYLOAD_TOO_LARGE
        || response.headers().get(CONTENT_TYPE) != Some(&plain)
    {
        return response;
    }
    let problem = [(CONTENT_TYPE, "application/problem+json")];
    (StatusCode::PAYLOAD_TOO_LARGE, problem, TOO_LARGE).into_response()
}

const TOO_LARGE: &str = r#"{"title":"Payload Too Large","status":413,"detail":"The body exceeds the largest size that is accepted.","code":"body_too_large"}"#;

async fn catch_panics(request: Request, next: Next) -> Response {
    match catch(next.run(request)).await {
        Ok(response) => response,
        Err(Panicked) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

async fn observe(State(stack): State<Stack>, mut request: Request, next: Next) -> Response {
    let id = stack.ids.of(&request);
    request.extensions_mut().insert(id.clone());
    // What is kept of a request, such as who changed what, names it as the log does.
    let value = HeaderValue::from_str(id.as_str()).ok();
    if let Some(value) = &value {
        request.headers_mut().insert(REQUEST_ID, value.clone());
    }
    let mut record = Record::new(stack, id.clone(), &request);
    let span = tracing::info_span!("request", request_id = id.as_str());
    let mut response = next.run(request).instrument(span).await;
    record.answered(&response);
    if let Some(value) = value {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

/// The request's line and count, written when dropped: a caller that hangs up drops the request
/// unanswered, and that is worth a line too.
struct Record {
    stack: Stack,
    id: RequestId,
    started: Instant,
    method: &'static str,
    route: Option<MatchedPath>,
    answer: Option<(StatusCode, Handled)>,
}

/// The primitive of a request that was not understood so far as to have one.
const NO_PRIMITIVE: &str = "none";

impl Record {
    fn new(stack: Stack, id: RequestId, request: &Request) -> Self {
        let route = request.extensions().get::<MatchedPath>().cloned();
        let method = method_name(request.method());
        Self { stack, id, started: Instant::now(), method, route, answer: None }
    }

    fn answered(&mut self, response: &Response) {
        let handled = response.extensions().get::<Handled>().copied();
        let unhandled = || Handled { primitive: NO_PRIMITIVE, outcome: by_status(response.status()) };
        self.answer = Some((response.status(), handled.unwrap_or_else(unhandled)));
    }

    fn soap(&self, elapsed: Duration) {
        let abandoned = Handled { primitive: NO_PRIMITIVE, outcome: Outcome::Abandoned };
        let (status, handled) = self.answer.map_or((0, abandoned), |(status, h)| (status.as_u16(), h));
        let Handled { primitive, outcome } = handled;
        self.stack.metrics.soap_request(primitive, outcome, elapsed);
        let (request_id, outcome, ms) = (self.id.as_str(), outcome.as_str(), millis(elapsed));
        tracing::info!(request_id, primitive, outcome, status, ms, "soap request");
    }

    fn api(&self, elapsed: Duration) {
        // 499 is what proxies write for a caller that hung up; no answer carries it.
        let status = self.answer.map_or(499, |(status, _)| status.as_u16());
        let route = self.route.as_ref().map_or("none", MatchedPath::as_str);
        self.stack.metrics.api_request(self.method, route, status, elapsed);
        let (request_id, method, ms) = (self.id.as_str(), self.method, millis(elapsed));
        tracing::info!(request_id, method, route, status, ms, "api request");
    }
}

impl Drop for Record {
    fn drop(&mut self) {
        let elapsed = self.started.elapsed();
        match self.stack.interface {
            Interface::Soap => self.soap(elapsed),
            Interface::Api { .. } => self.api(elapsed),
        }
    }
}

fn millis(elapsed: Duration) -> u64 {
    u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX)
}

fn by_status(status: StatusCode) -> Outcome {
    match status {
        StatusCode::REQUEST_TIMEOUT => Outcome::TimedOut,
        StatusCode::SERVICE_UNAVAILABLE => Outcome::Unavailable,
        status if status.is_server_error() => Outcome::Panicked,
        _ => Outcome::Refused,
    }
}

/// A method of the caller's invention must not become a label.
fn method_name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::PATCH => "PATCH",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_short_ids_are_taken_over() {
        for good in ["a", "0c1f-77_x.Y", &"x".repeat(64)] {
            assert!(sane(good), "{good}");
        }
        for bad in ["", "a b", "a\nb", "à", "<x>", &"x".repeat(65)] {
            assert!(!sane(bad), "{bad}");
        }
    }

    #[test]
    fn made_ids_differ_and_are_sane() {
        let ids = RequestIds::new(u64::MAX);
        let (first, second) = (ids.next(), ids.next());
        assert_ne!(first, second);
        assert!(sane(first.as_str()));
    }
}

//! The `X-Request-Id` that the published contract promises on every answer.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use uuid::{NoContext, Uuid};

use super::Api;

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Longer ids are replaced, so that a caller cannot fill our logs.
const MAX: usize = 128;

/// Gives the answer the id of the request, or a new one where it has none that is fit to be echoed.
pub(super) async fn echo(State(api): State<Arc<Api>>, request: Request, next: Next) -> Response {
    let given = request.headers().get(X_REQUEST_ID).filter(|id| is_fit(id)).cloned();
    let mut response = next.run(request).await;
    if let Some(id) = given.or_else(|| new_id(&api)) {
        response.headers_mut().insert(X_REQUEST_ID, id);
    }
    response
}

fn is_fit(id: &HeaderValue) -> bool {
    (1..=MAX).contains(&id.len()) && id.as_bytes().iter().all(u8::is_ascii_graphic)
}

fn new_id(api: &Api) -> Option<HeaderValue> {
    let now = api.clock.now();
    let seconds = u64::try_from(now.as_second()).unwrap_or_default();
    let nanoseconds = u32::try_from(now.subsec_nanosecond()).unwrap_or_default();
    let id = Uuid::new_v7(uuid::Timestamp::from_unix(NoContext, seconds, nanoseconds));
    HeaderValue::try_from(id.to_string()).ok()
}

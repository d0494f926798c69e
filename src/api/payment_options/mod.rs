//! Payment options: from one notice, every way to pay its debt (Payment Options for Organizations 0.7).

use std::sync::Arc;

use axum::Router;
use axum::routing::get;

use super::Api;

mod fault;
mod model;
mod verify;

/// The published file says POST and the node's manual says GET: both are answered.
pub(super) fn router() -> Router<Arc<Api>> {
    let one = "/organizations/{organizationfiscalcode}/notices/{noticenumber}";
    Router::new().route(one, get(verify::handler).post(verify::handler))
}

//! Receipts for creditor institutions to read (published contract "Payments receipts", GPD payments 0.12).
//!
//! An institution reads its own copies: those of its notices, and those it got as a secondary beneficiary.

use std::sync::Arc;

use axum::Router;
use axum::routing::get;

use super::Api;

mod accept;
mod cursor;
mod detail;
mod list;
mod model;

pub(super) fn router() -> Router<Arc<Api>> {
    let all = "/payments/{organizationfiscalcode}/receipts";
    Router::new().route(all, get(list::handler)).route(&format!("{all}/{{iuv}}"), get(detail::handler))
}

/// The status word of the published contract: a receipt that says that nothing was paid is only there.
const fn status(executed: bool) -> &'static str {
    if executed { "PAID" } else { "CREATED" }
}

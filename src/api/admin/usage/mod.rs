//! What was done for whom in a month: the report that an installation is billed by.

use axum::http::Uri;
use jiff::Timestamp;

use super::HEADING;
use crate::api::access::{Needs, Of};
use crate::api::inbox::Params;
use crate::api::openapi::{Method, Routes};
use crate::api::positions::query::BadQuery;
use crate::domain::access::Permission;
use crate::domain::usage::Month;

mod broker;
mod everybody;
mod institution;
mod model;
mod report;
mod table;

pub(super) fn routes() -> Routes {
    let read = |of| Needs::new(Permission::UsageRead, of);
    let at = |path: &'static str| (Method::Get, (HEADING.0, path));
    Routes::default()
        .guarded(
            read(Of::Institution("ec")),
            at("/creditor-institutions/{ec}/usage"),
            institution::handler,
            institution::doc(),
        )
        .guarded(read(Of::Broker("broker")), at("/brokers/{broker}/usage"), broker::handler, broker::doc())
        .guarded(read(Of::Gateway), at("/usage"), everybody::handler, everybody::doc())
}

/// The month that is asked for; the present one if none is.
fn month(uri: &Uri, now: Timestamp) -> Result<Month, BadQuery> {
    let wrong = BadQuery("The query parameter month must be a month such as 2026-11.");
    match Params::read(uri)?.one("month")? {
        Some(text) => Month::parse(text).map_err(|_| wrong),
        None => Month::of(now).ok_or(wrong),
    }
}

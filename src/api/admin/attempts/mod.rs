//! Payments at partners that speak the old primitives, as attempts: how each stands, and what the node was told
//! that the partner did not say.

use super::HEADING;
use crate::api::access::{Needs, Of};
use crate::api::openapi::{Method, Routes};
use crate::domain::access::Permission;

mod list;
mod model;

pub(super) fn routes() -> Routes {
    let reads = Needs::new(Permission::RoutingRead, Of::Institution("ec"));
    let place = (Method::Get, (HEADING.0, "/creditor-institutions/{ec}/routing/attempts"));
    Routes::default().guarded(reads, place, list::handler, list::doc())
}

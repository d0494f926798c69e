//! The audit, for who may read it: what was done, by whom, why, and what it changed.

use super::HEADING;
use crate::api::access::{Needs, Of};
use crate::api::openapi::{Method, Routes};
use crate::domain::access::Permission;

mod model;
mod search;
mod table;

pub(super) fn routes() -> Routes {
    let reads = Needs::new(Permission::AuditRead, Of::Own);
    let place = (Method::Get, (HEADING.0, "/audit"));
    Routes::default().guarded(reads, place, search::handler, search::doc())
}

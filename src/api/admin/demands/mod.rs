//! What was filled in for payments on demand, for the institution that was asked: it names people, and is shown
//! nowhere else.

use super::HEADING;
use crate::api::access::{Needs, Of};
use crate::api::openapi::{Method, Routes};
use crate::domain::access::Permission;

mod list;
mod model;

pub(super) fn routes() -> Routes {
    let reads = Needs::new(Permission::DemandRead, Of::Institution("ec"));
    let place = (Method::Get, (HEADING.0, "/creditor-institutions/{ec}/demands"));
    Routes::default().guarded(reads, place, list::handler, list::doc())
}

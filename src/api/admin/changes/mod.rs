//! Changes that wait for a second person, for their day, or to be finished by who drafts them.
//!
//! A change is drafted where things are changed: any request that changes something and has the header
//! `X-Varco-Draft` is judged as ever and kept as a draft. So no rule is told twice. What is done with it then is
//! here.

use super::super::access::{Needs, Of};
use super::HEADING;
use crate::api::openapi::{Doc, Method, Routes, form};
use crate::domain::access::Permission;

mod act;
mod approve;
mod find;
mod list;
mod model;
mod read;
mod reject;
mod rollback;
mod submit;
mod withdraw;

/// What is there of every change: its id.
const ID: &str = "changeId";

pub(super) fn routes() -> Routes {
    let all = "/changes";
    let one = format!("{all}/{{{ID}}}");
    let below = |word: &str| format!("{one}/{word}");
    let heading = HEADING.0;
    let sees = |of| Needs::new(Permission::ChangeRead, of);
    let decides = Needs::new(Permission::ChangeApprove, Of::Body);
    Routes::default()
        .guarded(Method::Get, (heading, all), sees(Of::Own), list::handler, list::doc())
        .guarded(Method::Get, (heading, &one), sees(Of::Body), read::handler, read::doc())
        .guarded(Method::Post, (heading, &below("submit")), sees(Of::Body), submit::handler, submit::doc())
        .guarded(
            Method::Post,
            (heading, &below("withdraw")),
            sees(Of::Body),
            withdraw::handler,
            withdraw::doc(),
        )
        .guarded(Method::Post, (heading, &below("approve")), decides, approve::handler, approve::doc())
        .guarded(Method::Post, (heading, &below("reject")), decides, reject::handler, reject::doc())
        .guarded(
            Method::Post,
            (heading, &below("rollback")),
            sees(Of::Body),
            rollback::handler,
            rollback::doc(),
        )
}

/// An endpoint for one change.
fn doc_of_one(id: &str, summary: &str) -> Doc {
    let known = form::text("^[0-9a-f]{32}$", "The id of a change.", model::EXAMPLE_ID);
    Doc::new(id, summary).path(ID, known, "The change.").refuses(find::refusals())
}

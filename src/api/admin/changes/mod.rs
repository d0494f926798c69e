//! Changes that wait for a second person, for their day, or to be finished by who drafts them.
//!
//! A change is drafted where things are changed: any request that changes something and has the header
//! `X-Varco-Draft` is judged as ever and kept as a draft. So no rule is told twice. What is done with it then is
//! here.

use super::HEADING;
use crate::api::access::{Needs, Of};
use crate::api::openapi::{Doc, Method, Routes, form};
use crate::domain::access::Permission;

mod act;
mod approve;
mod find;
mod limits;
mod list;
pub(super) mod model;
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
        .guarded(sees(Of::Own), (Method::Get, (heading, all)), list::handler, list::doc())
        .guarded(sees(Of::Body), (Method::Get, (heading, &one)), read::handler, read::doc())
        .guarded(sees(Of::Body), (Method::Post, (heading, &below("submit"))), submit::handler, submit::doc())
        .guarded(
            sees(Of::Body),
            (Method::Post, (heading, &below("withdraw"))),
            withdraw::handler,
            withdraw::doc(),
        )
        .guarded(decides, (Method::Post, (heading, &below("approve"))), approve::handler, approve::doc())
        .guarded(decides, (Method::Post, (heading, &below("reject"))), reject::handler, reject::doc())
        .guarded(
            sees(Of::Body),
            (Method::Post, (heading, &below("rollback"))),
            rollback::handler,
            rollback::doc(),
        )
}

/// An endpoint for one change.
fn doc_of_one(id: &str, summary: &str) -> Doc {
    let known = form::text("^[0-9a-f]{32}$", "The id of a change.", model::EXAMPLE_ID);
    Doc::new(id, summary).path(ID, known, "The change.").refuses(find::refusals())
}

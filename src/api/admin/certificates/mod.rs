//! Certificates: whom the listeners let in, what they show, and what we call the systems of institutions with.
//!
//! What is secret of them never leaves but as a file locked by the caller's own password; what is public, and
//! where each stands, is all that is shown and audited.

use super::super::openapi::{Heading, Method, Routes};
use crate::api::access::{Needs, Of};
use crate::domain::access::Permission;

mod bring;
mod chain;
mod check;
mod examples;
mod export;
mod handshake;
mod held;
mod list;
mod lists;
mod model;
mod read;
mod remove;
mod request;
mod stand;

/// Its heading in the documentation.
pub(in crate::api) const HEADING: Heading = (
    "Certificates",
    "Whom the listeners let in, what they show, and what we call the systems of institutions with. Ours.",
);

const READ: Needs = Needs::new(Permission::CertificateRead, Of::Body);
const WRITE: Needs = Needs::new(Permission::CertificateWrite, Of::Body);
const EXPORT: Needs = Needs::new(Permission::CertificateExport, Of::Body);
const OWN: Needs = Needs::new(Permission::CertificateRead, Of::Own);
const READ_ALL: Needs = Needs::new(Permission::CertificateRead, Of::Gateway);
const WRITE_ALL: Needs = Needs::new(Permission::CertificateWrite, Of::Gateway);

pub(super) fn routes() -> Routes {
    let one = "/certificates/{certificate}";
    let below = |word: &str| format!("{one}/{word}");
    let heading = HEADING.0;
    let at = |method: Method, path: &'static str| (method, (heading, path));
    Routes::default()
        .guarded(OWN, at(Method::Get, "/certificates"), list::handler, list::doc())
        .guarded(WRITE, at(Method::Post, "/certificates"), bring::handler, bring::doc())
        .guarded(WRITE, at(Method::Post, "/certificates/check"), check::handler, check::doc())
        .guarded(WRITE, at(Method::Post, "/certificates/requests"), request::handler, request::doc())
        .guarded(READ, at(Method::Post, "/certificates/handshake"), handshake::handler, handshake::doc())
        .guarded(READ, at(Method::Get, one), read::handler, read::doc())
        .guarded(WRITE, at(Method::Delete, one), remove::handler, remove::doc())
        .guarded(READ, (Method::Get, (heading, &below("request"))), read::request, read::doc_of_request())
        .guarded(READ, (Method::Get, (heading, &below("chain"))), read::chain, read::doc_of_chain())
        .guarded(WRITE, (Method::Put, (heading, &below("chain"))), chain::handler, chain::doc())
        .guarded(
            WRITE,
            (Method::Post, (heading, &below("activate"))),
            stand::activate,
            stand::doc_of_activate(),
        )
        .guarded(WRITE, (Method::Post, (heading, &below("retire"))), stand::retire, stand::doc_of_retire())
        .guarded(WRITE, (Method::Post, (heading, &below("revoke"))), stand::revoke, stand::doc_of_revoke())
        .guarded(EXPORT, (Method::Post, (heading, &below("export"))), export::handler, export::doc())
        .guarded(READ_ALL, at(Method::Get, "/revocation-lists"), lists::list, lists::doc_of_list())
        .guarded(WRITE_ALL, at(Method::Post, "/revocation-lists"), lists::bring, lists::doc_of_bring())
        .guarded(
            WRITE_ALL,
            at(Method::Delete, "/revocation-lists/{authority}"),
            lists::remove,
            lists::doc_of_remove(),
        )
}

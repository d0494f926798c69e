//! Creditor institutions (`/creditorinstitutions`).

use crate::api::access::{Needs, Of};
use crate::api::openapi::{Doc, Method, Routes, form};
use crate::domain::access::{Permission, Tenant};
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::governance::{Kind, Proposal, Wish};

use super::HEADING;
use super::refusal::Thing;

mod create;
mod delete;
mod list;
pub(in crate::api) mod model;
mod read;
mod update;

/// The parameter of paths that names the institution.
pub(super) const INSTITUTION: &str = "creditorinstitutioncode";

pub(super) fn routes() -> Routes {
    const READ: Permission = Permission::InstitutionRead;
    let all = |method| (method, (HEADING.0, "/creditorinstitutions"));
    let one = |method| (method, (HEADING.0, "/creditorinstitutions/{creditorinstitutioncode}"));
    let own = Of::Institution(INSTITUTION);
    Routes::default()
        .guarded(Needs::new(READ, Of::Own), all(Method::Get), list::handler, list::doc())
        .guarded(
            Needs::new(Permission::RegistryManage, Of::Gateway),
            all(Method::Post),
            create::handler,
            create::doc(),
        )
        .guarded(Needs::new(READ, own), one(Method::Get), read::handler, read::doc())
        .guarded(
            Needs::new(Permission::InstitutionWrite, own),
            one(Method::Put),
            update::handler,
            update::doc(),
        )
        .guarded(
            Needs::new(Permission::RegistryManage, own),
            one(Method::Delete),
            delete::handler,
            delete::doc(),
        )
}

/// Begins what is said of an endpoint for one institution.
pub(super) fn doc_of(id: &str, summary: &str) -> Doc {
    let about = "Fiscal code of the creditor institution.";
    let doc = Doc::new(id, summary).path(INSTITUTION, form::institution(), about);
    doc.refuses([Thing::Institution.missing()])
}

/// What is to be done with an institution.
pub(in crate::api) fn proposal(ec: &FiscalCode, wish: Wish, wanted: Option<String>) -> Proposal {
    Proposal {
        kind: Kind::Institution,
        tenant: Tenant::Institution(ec.clone()),
        target: ec.to_string(),
        wish,
        wanted,
    }
}

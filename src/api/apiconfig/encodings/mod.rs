//! Codes in printed notices (`/creditorinstitutions/{code}/encodings`, `/encodings/{code}`).

use crate::api::access::{Needs, Of};
use crate::api::openapi::{Method, Routes};
use crate::domain::access::{Permission, Tenant};
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::governance::{Kind, Proposal, Wish};
use crate::domain::registry::Encoding;
use crate::store::encoding_target;

use super::HEADING;
use super::institutions::INSTITUTION;

mod create;
mod delete;
mod list;
mod model;
mod owners;

pub(super) fn routes() -> Routes {
    let own = Of::Institution(INSTITUTION);
    let write = Needs::new(Permission::InstitutionWrite, own);
    let all = |method| (method, (HEADING.0, "/creditorinstitutions/{creditorinstitutioncode}/encodings"));
    let one = "/creditorinstitutions/{creditorinstitutioncode}/encodings/{encodingcode}";
    let owners = (Method::Get, (HEADING.0, "/encodings/{encodingcode}"));
    let read = Permission::InstitutionRead;
    Routes::default()
        .guarded(Needs::new(read, own), all(Method::Get), list::handler, list::doc())
        .guarded(write, all(Method::Post), create::handler, create::doc())
        .guarded(write, (Method::Delete, (HEADING.0, one)), delete::handler, delete::doc())
        .guarded(Needs::new(read, Of::Own), owners, owners::handler, owners::doc())
}

/// What is to be done with a code of an institution.
fn proposal(ec: &FiscalCode, encoding: &Encoding, wish: Wish, wanted: Option<String>) -> Proposal {
    Proposal {
        kind: Kind::Encoding,
        tenant: Tenant::Institution(ec.clone()),
        target: encoding_target(ec, encoding),
        wish,
        wanted,
    }
}

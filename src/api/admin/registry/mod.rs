//! What the published contract does not have of the registry: contacts, codes that are free, an institution and
//! its broker at once, the taxonomy.

use super::HEADING;
use crate::api::access::{Needs, Of};
use crate::api::openapi::{Doc, Method, Routes, form};
use crate::domain::access::Permission;

mod contact;
mod full;
mod next_station_code;
mod put_contact;
mod segregation_codes;
mod taxonomies;

/// The parameters of paths.
const INSTITUTION: &str = "ec";
const BROKER: &str = "broker";

pub(super) fn routes() -> Routes {
    let ec = Of::Institution(INSTITUTION);
    let contact = |method| (method, (HEADING.0, "/creditor-institutions/{ec}/contact"));
    let codes = (Method::Get, (HEADING.0, "/creditor-institutions/{ec}/segregation-codes"));
    let next = (Method::Get, (HEADING.0, "/brokers/{broker}/next-station-code"));
    let full = (Method::Post, (HEADING.0, "/creditor-institutions/full"));
    let taxonomies = (Method::Get, (HEADING.0, "/taxonomies"));
    Routes::default()
        .guarded(
            Needs::new(Permission::InstitutionRead, ec),
            contact(Method::Get),
            contact::handler,
            contact::doc(),
        )
        .guarded(
            Needs::new(Permission::InstitutionWrite, ec),
            contact(Method::Put),
            put_contact::handler,
            put_contact::doc(),
        )
        .guarded(
            Needs::new(Permission::StationRead, ec),
            codes,
            segregation_codes::handler,
            segregation_codes::doc(),
        )
        .guarded(
            Needs::new(Permission::StationWrite, Of::Broker(BROKER)),
            next,
            next_station_code::handler,
            next_station_code::doc(),
        )
        .guarded(Needs::new(Permission::RegistryManage, Of::Gateway), full, full::handler, full::doc())
        .guarded(
            Needs::new(Permission::TaxonomyRead, Of::Own),
            taxonomies,
            taxonomies::handler,
            taxonomies::doc(),
        )
}

/// Begins what is said of an endpoint for one institution.
fn doc_of(id: &str, summary: &str) -> Doc {
    let about = "Fiscal code of the creditor institution.";
    Doc::new(id, summary).path(INSTITUTION, form::institution(), about)
}

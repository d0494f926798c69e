//! The catalogue of what can be paid on demand: categories, services, schemas of documents, and what creditor
//! institutions offer. An institution configures itself inside the categories of the installation.

use axum::http::StatusCode;

use super::HEADING;
use crate::api::access::{Needs, Of};
use crate::api::openapi::{Doc, Method, Routes, form};
use crate::domain::access::Permission;

mod acts;
mod body;
mod calculator_secret;
mod categories;
pub(in crate::api) mod category;
pub(in crate::api) mod checks;
mod export;
mod listing;
pub(in crate::api) mod offering;
mod offerings;
mod preview;
pub(in crate::api) mod refusal;
mod schema;
mod schemas;
pub(in crate::api) mod service;
mod services;
mod snapshots;
pub(in crate::api) mod tags;

/// The parameter of paths that names the creditor institution.
const INSTITUTION: &str = "ec";

pub(super) fn routes() -> Routes {
    let heading = HEADING.0;
    let reads = Needs::new(Permission::CatalogueRead, Of::Own);
    let writes = Needs::new(Permission::CatalogueWrite, Of::Body);
    let governs = Needs::new(Permission::CatalogueWrite, Of::Gateway);
    let (one_category, one_schema) = ("/catalogue/categories/{category}", "/catalogue/schemas/{schema}");
    let (one, act) = ("/catalogue/services/{service}", "/catalogue/services/{service}/{act}");
    let preview = "/catalogue/services/{service}/preview";
    Routes::default()
        .guarded(
            reads,
            (Method::Get, (heading, "/catalogue/categories")),
            categories::handler,
            categories::doc(),
        )
        .guarded(reads, (Method::Get, (heading, one_category)), category::read, category::doc_of_read())
        .guarded(governs, (Method::Put, (heading, one_category)), category::put, category::doc_of_put())
        .guarded(
            governs,
            (Method::Delete, (heading, one_category)),
            category::delete,
            category::doc_of_delete(),
        )
        .guarded(reads, (Method::Get, (heading, "/catalogue/schemas")), schemas::handler, schemas::doc())
        .guarded(reads, (Method::Get, (heading, one_schema)), schema::read, schema::doc_of_read())
        .guarded(governs, (Method::Put, (heading, one_schema)), schema::put, schema::doc_of_put())
        .guarded(governs, (Method::Delete, (heading, one_schema)), schema::delete, schema::doc_of_delete())
        .guarded(reads, (Method::Get, (heading, "/catalogue/services")), services::handler, services::doc())
        .guarded(reads, (Method::Get, (heading, one)), service::read, service::doc_of_read())
        .guarded(writes, (Method::Put, (heading, one)), service::put, service::doc_of_put())
        .guarded(writes, (Method::Delete, (heading, one)), service::delete, service::doc_of_delete())
        .guarded(writes, (Method::Post, (heading, act)), acts::of_service, acts::doc_of_service_act())
        .guarded(reads, (Method::Get, (heading, preview)), preview::handler, preview::doc())
        .beside(of_offerings(heading))
        .beside(as_told(heading))
}

/// The catalogue as payment service providers see it, now and before.
fn as_told(heading: &'static str) -> Routes {
    let reads = Needs::new(Permission::CatalogueRead, Of::Own);
    let governs = Needs::new(Permission::CatalogueRead, Of::Gateway);
    let of_day = "/catalogue/snapshots/{day}";
    let (all, diff) = ("/catalogue/snapshots", "/catalogue/snapshots/{day}/diff");
    Routes::default()
        .guarded(
            reads,
            (Method::Get, (heading, "/catalogue/CatalogoServizi.xml")),
            export::handler,
            export::doc(),
        )
        .guarded(governs, (Method::Get, (heading, all)), snapshots::list, snapshots::doc_of_list())
        .guarded(governs, (Method::Get, (heading, of_day)), snapshots::read, snapshots::doc_of_read())
        .guarded(governs, (Method::Get, (heading, diff)), snapshots::diff, snapshots::doc_of_diff())
}

fn of_offerings(heading: &'static str) -> Routes {
    let all = Needs::new(Permission::CatalogueRead, Of::Own);
    let reads = Needs::new(Permission::CatalogueRead, Of::Institution(INSTITUTION));
    let writes = Needs::new(Permission::OfferingWrite, Of::Institution(INSTITUTION));
    let own = format!("/creditor-institutions/{{{INSTITUTION}}}/offerings");
    let (one, act) = (format!("{own}/{{service}}"), format!("{own}/{{service}}/{{act}}"));
    let secret = format!("{own}/{{service}}/calculator-secret");
    Routes::default()
        .guarded(
            writes,
            (Method::Post, (heading, &secret)),
            calculator_secret::handler,
            calculator_secret::doc(),
        )
        .guarded(all, (Method::Get, (heading, "/catalogue/offerings")), offerings::handler, offerings::doc())
        .guarded(reads, (Method::Get, (heading, &own)), offerings::own, offerings::doc_of_own())
        .guarded(reads, (Method::Get, (heading, &one)), offering::read, offering::doc_of_read())
        .guarded(writes, (Method::Put, (heading, &one)), offering::put, offering::doc_of_put())
        .guarded(writes, (Method::Delete, (heading, &one)), offering::delete, offering::doc_of_delete())
        .guarded(writes, (Method::Post, (heading, &act)), acts::of_offering, acts::doc_of_offering_act())
}

/// An endpoint for one service.
fn doc_of_service(id: &str, summary: &str) -> Doc {
    Doc::new(id, summary)
        .path("service", form::example_text("00001"), "The service.")
        .refuses([refusal::Missing::Service.into()])
}

/// An endpoint for one offering.
fn doc_of_offering(id: &str, summary: &str) -> Doc {
    Doc::new(id, summary)
        .path(INSTITUTION, form::institution(), "Fiscal code of the creditor institution.")
        .path("service", form::example_text("00001"), "The service.")
        .refuses([refusal::Missing::Offering.into()])
}

/// The status of what was put: made or changed.
const fn put_status(is_new: bool) -> StatusCode {
    if is_new { StatusCode::CREATED } else { StatusCode::OK }
}

//! The catalogue for channels: what can be paid for without a notice, what is asked for it, what it costs, and the
//! notice itself. Ours; no published contract has it.
//!
//! Reading, quotes and payments ask for a key with the scope `catalogue`, or for none where the installation is
//! public. A key is given notices of its own creditor institutions only.

use super::openapi::{Doc, Heading, Method, Routes, form};
use super::problem::Problem;
use axum::http::StatusCode;

mod asked;
mod caller;
mod categories;
mod examples;
mod form_schema;
mod form_xsd;
mod model;
mod offering;
mod offerings;
mod paid_model;
mod payment;
mod quote;
pub(super) mod refusal;
mod service;
mod services;
mod shown;

/// Its heading in the documentation.
pub(super) const HEADING: Heading = (
    "Catalogue",
    "What can be paid for without a notice: services, who provides them, their forms, quotes and notices.",
);

const OFFERING: &str = "/organizations/{ec}/services/{service}";

pub(super) fn routes() -> Routes {
    let heading = HEADING.0;
    let below = |word: &str| format!("{OFFERING}/{word}");
    Routes::default()
        .on(Method::Get, (heading, "/categories"), categories::handler, categories::doc())
        .on(Method::Get, (heading, "/services"), services::handler, services::doc())
        .on(Method::Get, (heading, "/services/{service}"), service::handler, service::doc())
        .on(Method::Get, (heading, "/services/{service}/offerings"), offerings::handler, offerings::doc())
        .on(Method::Get, (heading, OFFERING), offering::handler, offering::doc())
        .on(Method::Get, (heading, &below("form")), form_schema::handler, form_schema::doc())
        .on(Method::Get, (heading, &below("form.xsd")), form_xsd::handler, form_xsd::doc())
        .on(Method::Post, (heading, &below("quote")), quote::handler, quote::doc())
        .on(Method::Post, (heading, &below("payments")), payment::handler, payment::doc())
}

/// Nothing of that name can be asked for.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("nothing of that name can be asked for now")]
struct Missing;

impl From<Missing> for Problem {
    fn from(_: Missing) -> Self {
        Problem::new(
            StatusCode::NOT_FOUND,
            "Not Found",
            "unknown_service",
            "No service of that name can be asked for now, or not of that creditor institution.",
        )
    }
}

/// Says of an endpoint which service it is about.
fn of_service(doc: Doc) -> Doc {
    let id = form::text("^[A-Za-z0-9._-]{1,50}$", "The id of a service.", "00003");
    caller::doc(doc).path("service", id, "The service.").refuses([Missing.into()])
}

/// Says of an endpoint which offering it is about.
fn of_offering(doc: Doc) -> Doc {
    of_service(doc.path(
        "ec",
        form::institution(),
        "Fiscal code of the creditor institution that provides it.",
    ))
}

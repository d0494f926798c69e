//! Services that are paid for without a notice, as the published contract (GPS) has them.
//!
//! It is another face of the catalogue: a service here is one whose price a calculator is asked for, an enrolment
//! is what an institution offers of it. What only our own API knows stays as it is when it is changed here.
//! Whoever reads has a key to data; whoever changes something was given the permission, and it is audited.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;

use super::Api;
use super::access::{Needs, Of};
use super::auth::{self, AuthError};
use super::openapi::{Doc, Heading, Method, Routes, form};
use super::problem::{Problem, Violation};
use crate::domain::access::{ApiKey, KeyScope, Permission, Tenant};
use crate::domain::catalogue::service::Service;
use crate::domain::catalogue::stage::State as Stand;

mod convert;
mod enrollment;
mod info;
mod model;
mod organization;
mod pay;
mod pay_model;
mod service;
mod services;

/// Its heading in the documentation.
pub const HEADING: Heading = (
    "Spontaneous payments",
    "Services that are paid for without a notice, and which institutions provide them (GPS).",
);

/// The parameter of paths that names the creditor institution.
const ORGANIZATION: &str = "organizationFiscalCode";

/// The endpoints of the contract but that which makes a notice.
pub fn routes() -> Routes {
    let heading = HEADING.0;
    let governs = Needs::new(Permission::CatalogueWrite, Of::Body);
    let enrols = Needs::new(Permission::OfferingWrite, Of::Institution(ORGANIZATION));
    let one = format!("/organizations/{{{ORGANIZATION}}}");
    let of_one = format!("{one}/services/{{serviceId}}");
    Routes::default()
        .on(Method::Get, (heading, "/info"), info::handler, info::doc())
        .on(Method::Get, (heading, "/services"), services::list, services::doc_of_list())
        .guarded(governs, (Method::Post, (heading, "/services")), services::create, services::doc_of_create())
        .on(Method::Get, (heading, "/services/{serviceId}"), service::read, service::doc_of_read())
        .guarded(
            governs,
            (Method::Put, (heading, "/services/{serviceId}")),
            service::update,
            service::doc_of_update(),
        )
        .guarded(
            governs,
            (Method::Delete, (heading, "/services/{serviceId}")),
            service::delete,
            service::doc_of_delete(),
        )
        .on(Method::Get, (heading, &one), organization::read, organization::doc_of_read())
        .guarded(enrols, (Method::Post, (heading, &one)), organization::create, organization::doc_of_create())
        .guarded(enrols, (Method::Put, (heading, &one)), organization::update, organization::doc_of_update())
        .guarded(
            enrols,
            (Method::Delete, (heading, &one)),
            organization::delete,
            organization::doc_of_delete(),
        )
        .on(Method::Get, (heading, &of_one), enrollment::read, enrollment::doc_of_read())
        .guarded(enrols, (Method::Post, (heading, &of_one)), enrollment::create, enrollment::doc_of_create())
        .guarded(enrols, (Method::Put, (heading, &of_one)), enrollment::update, enrollment::doc_of_update())
        .guarded(
            enrols,
            (Method::Delete, (heading, &of_one)),
            enrollment::delete,
            enrollment::doc_of_delete(),
        )
        .beside(pay::routes(heading))
        .opened_by(KeyScope::Catalogue)
}

/// The key of a caller, and what it opens.
struct Holder {
    key: Arc<ApiKey>,
    api: Arc<Api>,
}

impl FromRequestParts<Arc<Api>> for Holder {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, Problem> {
        Ok(Holder { key: auth::caller(parts)?, api: Arc::clone(api) })
    }
}

impl Holder {
    /// Whether the caller may see a service: one of the installation that was published, or of an institution
    /// whose data the key opens.
    fn sees(&self, service: &Service) -> bool {
        let now = self.api.clock.now();
        let stand = service.stage.state(now);
        let is_told = matches!(stand, Stand::Published | Stand::Suspended);
        match &service.owner {
            Tenant::Gateway => is_told,
            Tenant::Institution(ec) => {
                let registry = self.api.registry.current();
                is_told && self.key.opens(KeyScope::Catalogue, ec, (registry.delegations(), now)).is_ok()
            }
            Tenant::Broker(_) => false,
        }
    }
}

/// What the contract refuses.
#[derive(Debug, thiserror::Error)]
enum GpsError {
    #[error("no such service")]
    UnknownService,
    #[error("no such organization")]
    UnknownOrganization,
    #[error("no such enrollment")]
    UnknownEnrollment,
    #[error("the institution is not registered here")]
    NotRegistered,
    #[error("it is there already")]
    Exists(&'static str),
    #[error("the body is wrong")]
    Invalid(Vec<Violation>),
    #[error("the world does not admit the body")]
    Unfit(Vec<Violation>),
    #[error("the service is managed elsewhere")]
    Elsewhere,
    #[error("there is no category")]
    NoCategory,
}

impl From<GpsError> for Problem {
    fn from(error: GpsError) -> Self {
        let (status, title, code, detail) = match &error {
            GpsError::UnknownService => {
                (StatusCode::NOT_FOUND, "Service not found", "unknown_service", "There is no such service.")
            }
            GpsError::UnknownOrganization => (
                StatusCode::NOT_FOUND,
                "Organization not found",
                "unknown_organization",
                "The creditor institution does not take part.",
            ),
            GpsError::UnknownEnrollment => (
                StatusCode::NOT_FOUND,
                "Enrollment to service not found",
                "unknown_enrollment",
                "The creditor institution does not provide a service of this name.",
            ),
            GpsError::NotRegistered => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "Unprocessable Entity",
                "not_registered",
                "The creditor institution is not registered here: the registry comes first.",
            ),
            GpsError::Exists(code) => (StatusCode::CONFLICT, "Conflict", *code, "It is there already."),
            GpsError::Invalid(_) => (
                StatusCode::BAD_REQUEST,
                "BAD REQUEST",
                "invalid_body",
                "The request cannot be carried out, for the reasons that violations gives.",
            ),
            GpsError::Unfit(_) => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "Unprocessable Entity",
                "invalid_definition",
                "The request cannot be carried out, for the reasons that violations gives.",
            ),
            GpsError::Elsewhere => (
                StatusCode::CONFLICT,
                "Conflict",
                "managed_elsewhere",
                "The price of the service is not asked of a calculator: change it in /admin/v1/catalogue.",
            ),
            GpsError::NoCategory => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "Unprocessable Entity",
                "no_category",
                "There is no category altro yet, in which services of this contract stand: the operator makes it.",
            ),
        };
        let problem = Problem::new(status, title, code, detail);
        match error {
            GpsError::Invalid(violations) | GpsError::Unfit(violations) => {
                problem.with_violations(violations)
            }
            _ => problem,
        }
    }
}

/// A violation, to show what it looks like.
fn example_of(pointer: &str, code: &'static str, message: &str) -> Vec<Violation> {
    vec![Violation { pointer: pointer.to_owned(), code, message: message.to_owned() }]
}

/// An endpoint for who has a key to data.
fn for_keys(id: &str, summary: &str) -> Doc {
    let refused =
        [AuthError::NoKey.into(), AuthError::UnknownKey.into(), AuthError::Scope(KeyScope::Catalogue).into()];
    Doc::new(id, summary).refuses(refused)
}

/// An endpoint for one institution.
fn of_organization(doc: Doc) -> Doc {
    doc.path(ORGANIZATION, form::institution(), "Fiscal code of the creditor institution.")
}

/// An endpoint for one service.
fn of_service(doc: Doc) -> Doc {
    doc.path("serviceId", form::example_text("mensa-scolastica"), "The service.")
}

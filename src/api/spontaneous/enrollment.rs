//! `GET`, `POST`, `PUT` and `DELETE …/services/{serviceId}`: that an institution provides a service.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize as _;
use serde_json::Value;

use super::convert::{
    self, WantedEnrollment, enrollment_model, of_enrollment, organization, organization_model,
};
use super::model::{
    EnrollmentModel, EnrollmentRequest, OrganizationModel, enrollment_edit_example, enrollment_example,
    organization_example,
};
use super::{GpsError, example_of, for_keys, of_organization, of_service};
use crate::api::Api;
use crate::api::access::{Access, Written};
use crate::api::admin::catalogue::checks::World;
use crate::api::admin::catalogue::refusal::{Invalid, carried, failed};
use crate::api::admin::catalogue::{offering, service};
use crate::api::apiconfig::names::Named;
use crate::api::auth::{AuthError, Organization as Opened};
use crate::api::body::JsonBody;
use crate::api::openapi::{Answer, Doc};
use crate::api::positions::field::Field;
use crate::api::positions::parse::report::{Pointer, Report};
use crate::api::problem::{Problem, Violation};
use crate::catalogue::view::{Catalogue, Offered};
use crate::domain::catalogue::ids::ServiceId;
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::governance::{Proposal, Wish};
use crate::domain::rome;

/// Answers 200 with the enrolment; 404.
pub(super) async fn read(
    State(api): State<Arc<Api>>,
    Opened(ec, _): Opened,
    Named((_, name)): Named<(String, String)>,
) -> Result<Json<EnrollmentModel>, Problem> {
    let catalogue = api.catalogue.refresh(&api.store).await.map_err(failed)?;
    Ok(Json(enrollment_model(&enrolled(&catalogue, &ec, &name)?)))
}

/// What an institution provides of a service.
fn enrolled(catalogue: &Catalogue, ec: &FiscalCode, name: &str) -> Result<Offered, GpsError> {
    let service = ServiceId::new(name).map_err(|_| GpsError::UnknownEnrollment)?;
    catalogue.offered(ec, &service).ok_or(GpsError::UnknownEnrollment)
}

/// The institution of a path, if it is registered here.
pub(super) fn registered(access: &Access, code: &str) -> Result<FiscalCode, GpsError> {
    let ec = FiscalCode::new(code).ok();
    ec.filter(|ec| access.registry.institution(ec).is_some()).ok_or(GpsError::NotRegistered)
}

/// How an institution is proposed to provide a service, as a place of a body says.
pub(super) fn proposed(
    access: &Access,
    catalogue: &Catalogue,
    (ec, name): (&FiscalCode, &str),
    (request, at): (EnrollmentRequest, &Pointer),
) -> Result<Proposal, GpsError> {
    let id = ServiceId::new(name).map_err(|_| GpsError::UnknownService)?;
    let listed = catalogue.service(&id).filter(|listed| service::is_seen(access, &listed.service));
    let listed = listed.ok_or(GpsError::UnknownService)?;
    let known = catalogue.offered(ec, &id);
    let (today, now) = (rome::day(access.now), access.now);
    let wanted = WantedEnrollment {
        ec,
        service: &listed.service,
        known: known.as_ref().map(|known| &*known.offering),
        today,
        now,
    };
    let offering = convert::offering(request, &wanted, at)?;
    let world = World { catalogue, registry: &access.registry, today };
    world.admits_offering(&offering, listed).map_err(|Invalid(wrong)| {
        let placed = |one: Violation| Violation { pointer: format!("{at}{}", one.pointer), ..one };
        GpsError::Unfit(of_enrollment(wrong).into_iter().map(placed).collect())
    })?;
    let wish = if known.is_some() { Wish::Replace } else { Wish::Create };
    Ok(offering::proposal(&offering, wish, known.as_ref().map(|known| known.tag.as_str())))
}

fn request(body: Value) -> Result<EnrollmentRequest, GpsError> {
    let mut report = Report::default();
    let field = Field::<EnrollmentRequest>::deserialize(body).unwrap_or(Field::WrongType);
    let request = report.required(field, &Pointer::root());
    request.ok_or_else(|| GpsError::Invalid(report.into_violations()))
}

/// Answers 201 with the institution, 202 if that waits; 400, 404, 409 or 422.
pub(super) async fn create(
    State(api): State<Arc<Api>>,
    access: Access,
    Named((code, name)): Named<(String, String)>,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let (ec, request) = (registered(&access, &code)?, request(body)?);
    let catalogue = api.catalogue.refresh(&api.store).await.map_err(failed)?;
    organization(&catalogue, &access.registry, &ec).ok_or(GpsError::UnknownOrganization)?;
    if enrolled(&catalogue, &ec, &name).is_ok() {
        return Err(GpsError::Exists("enrollment_exists").into());
    }
    let proposal = proposed(&access, &catalogue, (&ec, &name), (request, &Pointer::root()))?;
    let written = carried(&api, &access, &[proposal]).await?;
    Ok(answer(&api, &access, (written, StatusCode::CREATED), &ec))
}

/// Answers 200 with the institution, 202 if that waits; 400, 404 or 422.
pub(super) async fn update(
    State(api): State<Arc<Api>>,
    access: Access,
    Named((code, name)): Named<(String, String)>,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let (ec, request) = (registered(&access, &code)?, request(body)?);
    let catalogue = api.catalogue.refresh(&api.store).await.map_err(failed)?;
    enrolled(&catalogue, &ec, &name)?;
    let proposal = proposed(&access, &catalogue, (&ec, &name), (request, &Pointer::root()))?;
    let written = carried(&api, &access, &[proposal]).await?;
    Ok(answer(&api, &access, (written, StatusCode::OK), &ec))
}

/// The institution as it is now.
fn answer(api: &Api, access: &Access, (written, status): (Written, StatusCode), ec: &FiscalCode) -> Response {
    let now = api.catalogue.current();
    let known = organization(&now, &access.registry, ec);
    let model = known.map(|known| organization_model(&now, &known));
    written.answer(|_| (status, Json(model)).into_response())
}

/// Answers 200, 202 if that waits; 404.
pub(super) async fn delete(
    State(api): State<Arc<Api>>,
    access: Access,
    Named((code, name)): Named<(String, String)>,
) -> Result<Response, Problem> {
    let ec = registered(&access, &code)?;
    let catalogue = api.catalogue.refresh(&api.store).await.map_err(failed)?;
    let known = enrolled(&catalogue, &ec, &name)?;
    let written = carried(&api, &access, &[offering::removal(&known.offering)]).await?;
    Ok(written.answer(|_| Json("The enrollment is gone.").into_response()))
}

fn doc_of(doc: Doc) -> Doc {
    of_service(of_organization(doc)).refuses([GpsError::UnknownEnrollment.into()])
}

fn writing(doc: Doc) -> Doc {
    doc_of(doc)
        .takes::<EnrollmentRequest>(enrollment_edit_example())
        .answers(StatusCode::ACCEPTED, Answer::waiting())
        .refuses([
            GpsError::Invalid(example_of("/iban", "required", "is required")).into(),
            GpsError::UnknownService.into(),
            GpsError::NotRegistered.into(),
            GpsError::Unfit(example_of(
                "/iban",
                "iban_not_owned",
                "must be an account of the creditor institution that can be paid to today",
            ))
            .into(),
        ])
}

/// What is said of the reading.
pub(super) fn doc_of_read() -> Doc {
    let answer = Answer::json::<EnrollmentModel>("The enrolment.", enrollment_example());
    doc_of(for_keys("getSingleEnrollment", "Read how an institution provides a service"))
        .answers(StatusCode::OK, answer)
        .refuses([AuthError::Forbidden.into(), AuthError::UnknownOrganization.into()])
}

/// What is said of the creation.
pub(super) fn doc_of_create() -> Doc {
    let answer = Answer::json::<OrganizationModel>("The institution.", organization_example());
    writing(Doc::new("createECEnrollment", "Let an institution provide a service"))
        .about("It can be asked for from today on, where the service can be paid.")
        .answers(StatusCode::CREATED, answer)
        .refuses([GpsError::Exists("enrollment_exists").into(), GpsError::UnknownOrganization.into()])
}

/// What is said of the change.
pub(super) fn doc_of_update() -> Doc {
    let answer = Answer::json::<OrganizationModel>("The institution.", organization_example());
    writing(Doc::new("updateECEnrollment", "Change how an institution provides a service"))
        .about("What only /admin/v1/catalogue knows stays: days, name, price, references, places.")
        .answers(StatusCode::OK, answer)
}

/// What is said of the deletion.
pub(super) fn doc_of_delete() -> Doc {
    doc_of(Doc::new("deleteECEnrollment", "Let an institution provide a service no more"))
        .answers(StatusCode::OK, Answer::json::<String>("It is gone.", "The enrollment is gone.".into()))
        .answers(StatusCode::ACCEPTED, Answer::waiting())
        .refuses([GpsError::NotRegistered.into()])
}

//! `GET`, `PUT` and `DELETE /services/{serviceId}`: one service.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize as _;

use super::convert::{self, WantedService, of_service as in_body, seen, service_model};
use super::model::{ServiceModel, ServiceRequest, service_edit_example, service_example};
use super::{GpsError, Holder, example_of, for_keys, of_service};
use crate::api::Api;
use crate::api::access::Access;
use crate::api::admin::catalogue::checks::World;
use crate::api::admin::catalogue::refusal::{Invalid, carried, example_of_conflict, failed};
use crate::api::admin::catalogue::service as ours;
use crate::api::apiconfig::names::Named;
use crate::api::body::JsonBody;
use crate::api::openapi::{Answer, Doc};
use crate::api::positions::field::Field;
use crate::api::positions::parse::report::{Pointer, Report};
use crate::api::problem::Problem;
use crate::catalogue::view::{Catalogue, Listed};
use crate::domain::access::Tenant;
use crate::domain::catalogue::ids::ServiceId;
use crate::domain::catalogue::price::PriceRule;
use crate::domain::catalogue::stage::State as Stand;
use crate::domain::governance::Wish;
use crate::domain::rome;

/// Answers 200 with the service; 404.
pub(super) async fn read(
    State(api): State<Arc<Api>>,
    holder: Holder,
    Named(name): Named<String>,
) -> Result<Json<ServiceModel>, Problem> {
    let catalogue = api.catalogue.refresh(&api.store).await.map_err(failed)?;
    let service = seen(&catalogue, &holder, &name)?;
    Ok(Json(service_model(service, api.clock.now())))
}

/// The service of that name, if the caller may change it; one that has ended is there no more.
fn own<'c>(catalogue: &'c Catalogue, access: &Access, name: &str) -> Result<&'c Arc<Listed>, Problem> {
    let id = ServiceId::new(name).map_err(|_| GpsError::UnknownService)?;
    let listed = catalogue.service(&id).ok_or(GpsError::UnknownService)?;
    access.about(&listed.service.owner)?;
    if listed.service.stage.state(access.now) == Stand::Ended {
        return Err(GpsError::UnknownService.into());
    }
    Ok(listed)
}

/// Answers 200 with the service, 202 if that waits; 400, 404 or 409.
pub(super) async fn update(
    State(api): State<Arc<Api>>,
    access: Access,
    Named(name): Named<String>,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let catalogue = api.catalogue.refresh(&api.store).await.map_err(failed)?;
    let known = own(&catalogue, &access, &name)?;
    if !matches!(known.service.price, PriceRule::Calculator(_)) {
        return Err(GpsError::Elsewhere.into());
    }
    let mut report = Report::default();
    let field = Field::<ServiceRequest>::deserialize(body).unwrap_or(Field::WrongType);
    let request = report.required(field, &Pointer::root()).unwrap_or_default();
    let owner = match &known.service.owner {
        Tenant::Institution(ec) => Some(ec.to_string()),
        Tenant::Gateway | Tenant::Broker(_) => None,
    };
    let wanted = WantedService { id: name, owner, known: Some(known.service.clone()) };
    let service = convert::service(request, wanted, (report, access.now))?;
    let world = World { catalogue: &catalogue, registry: &access.registry, today: rome::day(access.now) };
    world.admits(&service).map_err(|Invalid(wrong)| GpsError::Invalid(in_body(wrong)))?;
    let proposal = ours::proposal(&service, Wish::Replace, Some(&known.tag));
    let written = carried(&api, &access, &[proposal]).await?;
    Ok(written.answer(|_| Json(service_model(&service, access.now)).into_response()))
}

/// Answers 200, 202 if that waits; 404, or 409 while institutions provide it.
pub(super) async fn delete(
    State(api): State<Arc<Api>>,
    access: Access,
    Named(name): Named<String>,
) -> Result<Response, Problem> {
    let catalogue = api.catalogue.refresh(&api.store).await.map_err(failed)?;
    let known = own(&catalogue, &access, &name)?;
    let written = carried(&api, &access, &[ours::removal(&known.service)]).await?;
    Ok(written.answer(|_| Json("The service is gone.").into_response()))
}

/// What is said of the reading.
pub(super) fn doc_of_read() -> Doc {
    let answer = Answer::json::<ServiceModel>("The service.", service_example());
    of_service(for_keys("getServiceDetails", "Read a service"))
        .answers(StatusCode::OK, answer)
        .refuses([GpsError::UnknownService.into()])
}

/// What is said of the change.
pub(super) fn doc_of_update() -> Doc {
    let answer = Answer::json::<ServiceModel>("The service, as it is now.", service_example());
    of_service(Doc::new("updateService", "Change a service"))
        .about("What only /admin/v1/catalogue knows stays: category, languages, limits of fields.")
        .takes::<ServiceRequest>(service_edit_example())
        .answers(StatusCode::OK, answer)
        .answers(StatusCode::ACCEPTED, Answer::waiting())
        .refuses([
            GpsError::Invalid(example_of("/transferCategory", "invalid", "must be a taxonomy code")).into(),
            GpsError::UnknownService.into(),
            GpsError::Elsewhere.into(),
        ])
}

/// What is said of the deletion.
pub(super) fn doc_of_delete() -> Doc {
    of_service(Doc::new("deleteService", "Take a service away"))
        .about("It goes only while no institution provides it.")
        .answers(StatusCode::OK, Answer::json::<String>("It is gone.", "The service is gone.".into()))
        .answers(StatusCode::ACCEPTED, Answer::waiting())
        .refuses([
            GpsError::UnknownService.into(),
            example_of_conflict(
                "in_use",
                "It cannot be removed while it has creditor institutions that offer it.",
            ),
        ])
}

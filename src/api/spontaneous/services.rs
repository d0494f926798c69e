//! `GET` and `POST /services`: all services, and a new one.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize as _;
use serde_json::json;

use super::convert::{self, CATEGORY, WantedService, of_service, service_model};
use super::model::{NewServiceRequest, ServiceModel, ServiceRow, service_example};
use super::{GpsError, Holder, example_of, for_keys};
use crate::api::Api;
use crate::api::access::Access;
use crate::api::admin::catalogue::checks::World;
use crate::api::admin::catalogue::refusal::{Invalid, carried, failed};
use crate::api::admin::catalogue::{category, service};
use crate::api::body::JsonBody;
use crate::api::openapi::{Answer, Doc};
use crate::api::positions::field::Field;
use crate::api::positions::parse::report::{Pointer, Report};
use crate::api::problem::Problem;
use crate::catalogue::definition::{CategoryDefinition, LocalizedText};
use crate::domain::access::Tenant;
use crate::domain::catalogue::ids::CategoryId;
use crate::domain::governance::{Proposal, Wish};
use crate::domain::rome;
use crate::store::definition_form;

/// Answers 200 with the services that the caller may see.
pub(super) async fn list(
    State(api): State<Arc<Api>>,
    holder: Holder,
) -> Result<Json<Vec<ServiceRow>>, Problem> {
    let catalogue = api.catalogue.refresh(&api.store).await.map_err(failed)?;
    let seen = catalogue.services().filter(|listed| holder.sees(&listed.service));
    let row = |service: &crate::domain::catalogue::service::Service| ServiceRow {
        id: service.id.to_string(),
        name: service.name.italian().to_string(),
        description: service.description.as_ref().map(|text| text.italian().to_string()),
    };
    Ok(Json(seen.map(|listed| row(&listed.service)).collect()))
}

/// Answers 201 with the service, 202 if that waits; 400, 409 or 422.
pub(super) async fn create(
    State(api): State<Arc<Api>>,
    access: Access,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let owner = access.author().tenant;
    access.about(&owner)?;
    let mut report = Report::default();
    let field = Field::<NewServiceRequest>::deserialize(body).unwrap_or(Field::WrongType);
    let request = report.required(field, &Pointer::root()).unwrap_or_default();
    let id = report.required(request.id, &Pointer::root().field("id")).unwrap_or_default();
    let ec = match &owner {
        Tenant::Institution(ec) => Some(ec.to_string()),
        Tenant::Gateway | Tenant::Broker(_) => None,
    };
    let wanted = WantedService { id, owner: ec, known: None };
    let service = convert::service(request.service, wanted, (report, access.now))?;
    let catalogue = api.catalogue.refresh(&api.store).await.map_err(failed)?;
    if catalogue.service(&service.id).is_some() {
        return Err(GpsError::Exists("service_exists").into());
    }
    let mut proposals = Vec::new();
    if catalogue.category(&service.category).is_none() {
        access.about(&Tenant::Gateway).map_err(|_| GpsError::NoCategory)?;
        proposals.push(category_of_services(&service.category));
    }
    proposals.push(service::proposal(&service, Wish::Create, None));
    let world = World { catalogue: &catalogue, registry: &access.registry, today: rome::day(access.now) };
    if let Err(Invalid(mut wrong)) = world.admits(&service) {
        wrong.retain(|one| one.pointer != "/category");
        if !wrong.is_empty() {
            return Err(GpsError::Invalid(of_service(wrong)).into());
        }
    }
    let written = carried(&api, &access, &proposals).await?;
    Ok(written.answer(|_| (StatusCode::CREATED, Json(service_model(&service, access.now))).into_response()))
}

/// The category that services of this contract stand in, made with the first of them.
fn category_of_services(id: &CategoryId) -> Proposal {
    let name =
        LocalizedText { it: "Altro".to_owned(), en: Some("Other".to_owned()), ..LocalizedText::default() };
    let definition = CategoryDefinition { id: CATEGORY.to_owned(), parent: None, name, order: 1_000 };
    let form = serde_json::to_value(definition).unwrap_or_default();
    category::proposal(id, Wish::Put, Some(definition_form(&form, None)))
}

/// What is said of the list.
pub(super) fn doc_of_list() -> Doc {
    let row = json!([{ "id": "mensa-scolastica", "name": "Mensa scolastica", "description": "Buoni pasto" }]);
    let about = "Those of the installation, and of institutions whose data the key opens.";
    for_keys("getServices", "List services").answers(StatusCode::OK, Answer::list::<ServiceRow>(about, row))
}

/// What is said of the creation.
pub(super) fn doc_of_create() -> Doc {
    let answer = Answer::json::<ServiceModel>("The service.", service_example());
    Doc::new("createService", "Make a service")
        .about(
            "It is the operator's, or the own of the creditor institution that makes it. It can be paid at once \
             where it is ENABLED and an institution provides it.",
        )
        .takes::<NewServiceRequest>(service_example())
        .answers(StatusCode::CREATED, answer)
        .answers(StatusCode::ACCEPTED, Answer::waiting())
        .refuses([
            GpsError::Invalid(example_of("/transferCategory", "invalid", "must be a taxonomy code")).into(),
            GpsError::Exists("service_exists").into(),
            GpsError::NoCategory.into(),
        ])
}

//! `GET`, `PUT` and `DELETE /catalogue/services/{service}`: what can be paid on demand.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::body::definition;
use super::category::another;
use super::checks::World;
use super::refusal::{Invalid, Missing, carried, example_of_conflict, failed, stale};
use super::tags::{TAG, meant, tagged};
use super::{doc_of_service, put_status};
use crate::api::Api;
use crate::api::access::Access;
use crate::api::apiconfig::names::Named;
use crate::api::body::JsonBody;
use crate::api::openapi::{Answer, Doc, IF_MATCH, form};
use crate::api::positions::if_match::IfMatch;
use crate::api::problem::Problem;
use crate::catalogue::definition::ServiceDefinition;
use crate::catalogue::view::{Catalogue, Listed};
use crate::domain::access::Tenant;
use crate::domain::catalogue::ids::ServiceId;
use crate::domain::catalogue::service::Service;
use crate::domain::catalogue::stage::State as Stand;
use crate::domain::governance::{Kind, Proposal, Wish};
use crate::domain::rome;
use crate::store::definition_form;

/// The word for where something stands.
pub(super) enum StandWord {}
crate::api::openapi::form::form!(
    StandWord,
    "CatalogueState",
    form::words(
        Stand::ALL.map(Stand::name),
        "draft: its makers see it; published: it can be asked for; suspended: not now; ended: no more.",
    )
);

/// A service and where it stands.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = CatalogueService)]
pub(super) struct ServiceModel {
    /// Where it stands.
    #[schema(value_type = StandWord)]
    state: &'static str,
    /// What it is.
    definition: ServiceDefinition,
}

impl ServiceModel {
    pub(super) fn new(service: &Service, now: Timestamp) -> Self {
        ServiceModel { state: service.stage.state(now).name(), definition: ServiceDefinition::of(service) }
    }
}

/// Whether the caller may see a service: its own, and what the installation has published.
pub(in crate::api) fn is_seen(access: &Access, service: &Service) -> bool {
    let of_all = service.owner == Tenant::Gateway && service.stage.state(access.now) != Stand::Draft;
    of_all || access.sees(&service.owner)
}

/// The service of that name, if the caller may see it.
pub(super) fn seen<'c>(
    catalogue: &'c Catalogue,
    access: &Access,
    name: &str,
) -> Result<&'c Arc<Listed>, Missing> {
    let id = ServiceId::new(name).map_err(|_| Missing::Service)?;
    let listed = catalogue.service(&id).filter(|listed| is_seen(access, &listed.service));
    listed.ok_or(Missing::Service)
}

/// The service of that name, if the caller may change it.
pub(super) fn own<'c>(
    catalogue: &'c Catalogue,
    access: &Access,
    name: &str,
) -> Result<&'c Arc<Listed>, Problem> {
    let id = ServiceId::new(name).map_err(|_| Missing::Service)?;
    let listed = catalogue.service(&id).ok_or(Missing::Service)?;
    access.about(&listed.service.owner)?;
    Ok(listed)
}

/// Answers 200 with the service; 404.
pub(super) async fn read(
    State(api): State<Arc<Api>>,
    access: Access,
    Named(name): Named<String>,
) -> Result<Response, Problem> {
    let catalogue = api.catalogue.refresh(&api.store).await.map_err(failed)?;
    let listed = seen(&catalogue, &access, &name)?;
    let response = Json(ServiceModel::new(&listed.service, access.now)).into_response();
    Ok(tagged(response, Some(&listed.tag)))
}

/// Answers 201 if it was made, 200 if it was changed, 202 if that waits; 400, 403, 409, 412 or 422.
pub(super) async fn put(
    State(api): State<Arc<Api>>,
    access: Access,
    Named(name): Named<String>,
    condition: IfMatch,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let wanted: ServiceDefinition = definition(body)?;
    let mut service = wanted.read().map_err(Invalid::from)?;
    if service.id.as_str() != name {
        return Err(another("/id").into());
    }
    access.about(&service.owner)?;
    let catalogue = api.catalogue.refresh(&api.store).await.map_err(failed)?;
    let known = catalogue.service(&service.id);
    if let Some(known) = known {
        access.about(&known.service.owner)?;
        if known.service.owner != service.owner {
            return Err(owner_fixed());
        }
        service.stage = known.service.stage;
    } else {
        service.stage = Default::default();
    }
    let tag = known.map(|known| known.tag.as_str());
    meant(&condition, tag)?;
    let world = World { catalogue: &catalogue, registry: &access.registry, today: rome::day(access.now) };
    world.admits(&service)?;
    let wish = if tag.is_some() { Wish::Replace } else { Wish::Create };
    let written = carried(&api, &access, &[proposal(&service, wish, tag)]).await?;
    let (is_new, now) = (tag.is_none(), api.catalogue.current());
    Ok(written.answer(|_| {
        let response = (put_status(is_new), Json(ServiceModel::new(&service, access.now))).into_response();
        tagged(response, now.service(&service.id).map(|listed| listed.tag.as_str()))
    }))
}

/// Answers 204, 202 if that waits; 403, 404, 409 or 412.
pub(super) async fn delete(
    State(api): State<Arc<Api>>,
    access: Access,
    Named(name): Named<String>,
    condition: IfMatch,
) -> Result<Response, Problem> {
    let catalogue = api.catalogue.refresh(&api.store).await.map_err(failed)?;
    let listed = own(&catalogue, &access, &name)?;
    meant(&condition, Some(&listed.tag))?;
    let written = carried(&api, &access, &[removal(&listed.service)]).await?;
    Ok(written.answer(|_| StatusCode::NO_CONTENT.into_response()))
}

/// How a service is wished to be. With a tag it takes the place of the definition with that tag only.
pub(in crate::api) fn proposal(service: &Service, wish: Wish, replaces: Option<&str>) -> Proposal {
    let form = serde_json::to_value(ServiceDefinition::of(service)).unwrap_or_default();
    let (tenant, target) = (service.owner.clone(), service.id.to_string());
    Proposal { kind: Kind::Service, tenant, target, wish, wanted: Some(definition_form(&form, replaces)) }
}

/// That a service is to go.
pub(in crate::api) fn removal(service: &Service) -> Proposal {
    let (tenant, target) = (service.owner.clone(), service.id.to_string());
    Proposal { kind: Kind::Service, tenant, target, wish: Wish::Remove, wanted: None }
}

fn owner_fixed() -> Problem {
    example_of_conflict("owner_fixed", "Whose a service is stays as it is: make another one.")
}

pub(super) fn definition_example() -> Value {
    json!({
        "id": "00003", "name": { "it": "Donazione", "en": "Donation" }, "category": "donazioni",
        "taxonomy": "9/0101109AP/",
        "form": { "fields": [{
            "name": "amount", "label": { "it": "Importo", "en": "Amount" }, "type": "decimal", "required": true,
            "decimals": 2, "minimum": "1.00", "maximum": "5000.00",
        }] },
        "price": { "rule": "free", "field": "amount", "min": 100, "max": 500_000 },
        "remittance": "{service}",
    })
}

pub(super) fn example() -> Value {
    json!({ "state": "draft", "definition": definition_example() })
}

/// What is said of the reading.
pub(super) fn doc_of_read() -> Doc {
    let answer = Answer::json::<ServiceModel>("The service.", example());
    doc_of_service("readManagedService", "Read a service").answers(StatusCode::OK, answer.with(TAG))
}

/// What is said of the writing.
pub(super) fn doc_of_put() -> Doc {
    let answer = |about| Answer::json::<ServiceModel>(about, example()).with(TAG);
    Doc::new("putManagedService", "Make or change a service")
        .path("service", form::example_text("00003"), "The service.")
        .about(
            "It is made as a draft, and stays in the state in which it is. Services of the installation are the \
             operator's; a creditor institution has services of its own, which nobody else offers.",
        )
        .header(IF_MATCH, form::entity_tags(), "The version that is meant, as ETag gave it.")
        .takes::<ServiceDefinition>(definition_example())
        .answers(StatusCode::CREATED, answer("The service, which is there now."))
        .answers(StatusCode::OK, answer("The service, as it is now."))
        .answers(StatusCode::ACCEPTED, Answer::waiting())
        .refuses([
            another("/id").into(),
            Invalid::example("/category", "unknown_category", "is no category of the catalogue").into(),
            stale(),
            owner_fixed(),
        ])
}

/// What is said of the deletion.
pub(super) fn doc_of_delete() -> Doc {
    doc_of_service("deleteManagedService", "Take a service away")
        .about("It goes only while nobody offers it.")
        .header(IF_MATCH, form::entity_tags(), "The version that is meant, as ETag gave it.")
        .answers(StatusCode::NO_CONTENT, Answer::empty("It is gone."))
        .answers(StatusCode::ACCEPTED, Answer::waiting())
        .refuses([
            stale(),
            example_of_conflict(
                "in_use",
                "It cannot be removed while it has creditor institutions that offer it.",
            ),
        ])
}

//! `GET`, `PUT` and `DELETE …/offerings/{service}`: that a creditor institution offers a service.

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
use super::service::{StandWord, is_seen};
use super::tags::{TAG, meant, tagged};
use super::{doc_of_offering, put_status};
use crate::api::Api;
use crate::api::access::Access;
use crate::api::admin::accounts::terms::{UnknownInstitution, known_institution};
use crate::api::apiconfig::names::Named;
use crate::api::body::JsonBody;
use crate::api::openapi::{Answer, Doc, IF_MATCH, form};
use crate::api::positions::if_match::IfMatch;
use crate::api::problem::Problem;
use crate::catalogue::definition::OfferingDefinition;
use crate::catalogue::view::{Catalogue, Offered};
use crate::domain::access::Tenant;
use crate::domain::catalogue::ids::ServiceId;
use crate::domain::catalogue::offering::Offering;
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::governance::{Kind, Proposal, Wish};
use crate::domain::rome;
use crate::store::{definition_form, offering_target};

/// What an institution offers and where it stands.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = CatalogueOffering)]
pub(super) struct OfferingModel {
    /// Where it stands.
    #[schema(value_type = StandWord)]
    state: &'static str,
    /// Whether it can be asked for now: it, its service, its days and the institution admit it.
    open: bool,
    /// What it is.
    definition: OfferingDefinition,
}

impl OfferingModel {
    pub(super) fn new(offered: &Offered, now: Timestamp) -> Self {
        OfferingModel {
            state: offered.offering.state(now).name(),
            open: offered.is_open(now),
            definition: OfferingDefinition::of(&offered.offering),
        }
    }
}

/// What an institution offers of a service.
pub(super) fn offered(catalogue: &Catalogue, ec: &FiscalCode, name: &str) -> Result<Offered, Missing> {
    let service = ServiceId::new(name).map_err(|_| Missing::Offering)?;
    catalogue.offered(ec, &service).ok_or(Missing::Offering)
}

/// Answers 200 with the offering; 404.
pub(super) async fn read(
    State(api): State<Arc<Api>>,
    access: Access,
    Named((code, name)): Named<(String, String)>,
) -> Result<Response, Problem> {
    let ec = known_institution(&access, &code)?;
    let catalogue = api.catalogue.refresh(&api.store).await.map_err(failed)?;
    let offered = offered(&catalogue, &ec, &name)?;
    Ok(tagged(Json(OfferingModel::new(&offered, access.now)).into_response(), Some(&offered.tag)))
}

/// Answers 201 if it was made, 200 if it was changed, 202 if that waits; 400, 404, 409, 412 or 422.
pub(super) async fn put(
    State(api): State<Arc<Api>>,
    access: Access,
    Named((code, name)): Named<(String, String)>,
    condition: IfMatch,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let ec = known_institution(&access, &code)?;
    let wanted: OfferingDefinition = definition(body)?;
    let catalogue = api.catalogue.refresh(&api.store).await.map_err(failed)?;
    if wanted.organization != ec.as_str() {
        return Err(another("/organization").into());
    }
    if wanted.service != name {
        return Err(another("/service").into());
    }
    let service = ServiceId::new(&name).map_err(|_| unknown_service())?;
    let listed = catalogue.service(&service).filter(|listed| is_seen(&access, &listed.service));
    let listed = listed.ok_or_else(unknown_service)?;
    let mut offering = wanted.read(&listed.service.form).map_err(Invalid::from)?;
    let known = catalogue.offered(&ec, &service);
    offering.stage = known.as_ref().map_or_else(Default::default, |known| known.offering.stage);
    let tag = known.as_ref().map(|known| known.tag.as_str());
    meant(&condition, tag)?;
    let world = World { catalogue: &catalogue, registry: &access.registry, today: rome::day(access.now) };
    world.admits_offering(&offering, listed)?;
    let wish = if tag.is_some() { Wish::Replace } else { Wish::Create };
    let written = carried(&api, &access, &[proposal(&offering, wish, tag)]).await?;
    let (is_new, now) = (tag.is_none(), api.catalogue.current());
    Ok(written.answer(|_| match now.offered(&ec, &service) {
        Some(offered) => {
            let model = OfferingModel::new(&offered, access.now);
            tagged((put_status(is_new), Json(model)).into_response(), Some(&offered.tag))
        }
        // It went again meanwhile.
        None => put_status(is_new).into_response(),
    }))
}

/// Answers 204, 202 if that waits; 404 or 412.
pub(super) async fn delete(
    State(api): State<Arc<Api>>,
    access: Access,
    Named((code, name)): Named<(String, String)>,
    condition: IfMatch,
) -> Result<Response, Problem> {
    let ec = known_institution(&access, &code)?;
    let catalogue = api.catalogue.refresh(&api.store).await.map_err(failed)?;
    let offered = offered(&catalogue, &ec, &name)?;
    meant(&condition, Some(&offered.tag))?;
    let written = carried(&api, &access, &[removal(&offered.offering)]).await?;
    Ok(written.answer(|_| StatusCode::NO_CONTENT.into_response()))
}

/// How an offering is wished to be. With a tag it takes the place of the definition with that tag only.
pub(in crate::api) fn proposal(offering: &Offering, wish: Wish, replaces: Option<&str>) -> Proposal {
    let form = serde_json::to_value(OfferingDefinition::of(offering)).unwrap_or_default();
    Proposal { wish, wanted: Some(definition_form(&form, replaces)), ..removal(offering) }
}

/// That an offering is to go.
pub(in crate::api) fn removal(offering: &Offering) -> Proposal {
    Proposal {
        kind: Kind::Offering,
        tenant: Tenant::Institution(offering.ec.clone()),
        target: offering_target(&offering.ec, offering.service.as_str()),
        wish: Wish::Remove,
        wanted: None,
    }
}

fn unknown_service() -> Invalid {
    Invalid::example("/service", "unknown_service", "is no service that the creditor institution can offer")
}

fn definition_example() -> Value {
    json!({
        "organization": "99000010019", "service": "00003", "subject": "00003",
        "iban": "IT80Z0599903600000000001001", "from": "2026-11-22", "segregationCode": "02",
        "office": "Ufficio cultura", "places": ["Borgo"], "payableDays": 30,
    })
}

pub(super) fn example() -> Value {
    let mut definition = definition_example();
    if let Some(definition) = definition.as_object_mut() {
        definition.insert("commission".to_owned(), json!("unsaid"));
        definition.insert("stage".to_owned(), json!({}));
    }
    json!({ "state": "draft", "open": false, "definition": definition })
}

/// What is said of the reading.
pub(super) fn doc_of_read() -> Doc {
    let answer = Answer::json::<OfferingModel>("What is offered.", example());
    doc_of_offering("readOffering", "Read what a creditor institution offers")
        .answers(StatusCode::OK, answer.with(TAG))
        .refuses([UnknownInstitution.into()])
}

/// What is said of the writing.
pub(super) fn doc_of_put() -> Doc {
    let answer = |about| Answer::json::<OfferingModel>(about, example()).with(TAG);
    Doc::new("putOffering", "Offer a service, or change how it is offered")
        .path(super::INSTITUTION, form::institution(), "Fiscal code of the creditor institution.")
        .path("service", form::example_text("00003"), "The service.")
        .about("It is made as a draft, and stays in the state in which it is.")
        .header(IF_MATCH, form::entity_tags(), "The version that is meant, as ETag gave it.")
        .takes::<OfferingDefinition>(definition_example())
        .answers(StatusCode::CREATED, answer("The offering, which is there now."))
        .answers(StatusCode::OK, answer("The offering, as it is now."))
        .answers(StatusCode::ACCEPTED, Answer::waiting())
        .refuses([
            UnknownInstitution.into(),
            another("/service").into(),
            stale(),
            example_of_conflict("subject_taken", "Another offering has this idSoggettoServizio."),
        ])
}

/// What is said of the deletion.
pub(super) fn doc_of_delete() -> Doc {
    doc_of_offering("deleteOffering", "Offer a service no more")
        .about("Notices that were asked for before stay as they are.")
        .header(IF_MATCH, form::entity_tags(), "The version that is meant, as ETag gave it.")
        .answers(StatusCode::NO_CONTENT, Answer::empty("It is gone."))
        .answers(StatusCode::ACCEPTED, Answer::waiting())
        .refuses([UnknownInstitution.into(), stale()])
}

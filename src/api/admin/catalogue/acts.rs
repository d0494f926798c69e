//! `POST …/{publish, suspend, resume, end}`: what becomes of services and offerings.
//!
//! What is published is held against everything that it names once more: the world may have changed since it was
//! written.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::checks::World;
use super::offering::{self, OfferingModel, offered};
use super::refusal::{Invalid, Missing, carried, example_of_not_now, failed, not_now, stale};
use super::service::{self, ServiceModel, own};
use super::tags::{TAG, meant, tagged};
use super::{doc_of_offering, doc_of_service};
use crate::api::Api;
use crate::api::access::Access;
use crate::api::admin::accounts::terms::{UnknownInstitution, known_institution};
use crate::api::apiconfig::names::Named;
use crate::api::openapi::{Answer, Doc, IF_MATCH, form};
use crate::api::positions::if_match::IfMatch;
use crate::api::problem::Problem;
use crate::domain::catalogue::offering::Offering;
use crate::domain::catalogue::service::Service;
use crate::domain::catalogue::stage::{Act, State as Stand};
use crate::domain::governance::Wish;
use crate::domain::rome;

fn act(name: &str) -> Result<Act, Missing> {
    Act::ALL.into_iter().find(|act| act.name() == name).ok_or(Missing::Act)
}

/// Answers 200 with the service, 202 if that waits; 403, 404, 409, 412 or 422.
pub(super) async fn of_service(
    State(api): State<Arc<Api>>,
    access: Access,
    Named((name, what)): Named<(String, String)>,
    condition: IfMatch,
) -> Result<Response, Problem> {
    let act = act(&what)?;
    let catalogue = api.catalogue.refresh(&api.store).await.map_err(failed)?;
    let listed = own(&catalogue, &access, &name)?;
    meant(&condition, Some(&listed.tag))?;
    let stage = listed.service.stage.after(act, access.now).map_err(not_now)?;
    if matches!(act, Act::Publish | Act::Resume) {
        let world = World { catalogue: &catalogue, registry: &access.registry, today: rome::day(access.now) };
        world.admits(&listed.service)?;
    }
    let after = Service { stage, ..listed.service.clone() };
    let proposal = service::proposal(&after, Wish::Replace, Some(&listed.tag));
    let written = carried(&api, &access, &[proposal]).await?;
    let now = api.catalogue.current();
    Ok(written.answer(|_| {
        let response = Json(ServiceModel::new(&after, access.now)).into_response();
        tagged(response, now.service(&after.id).map(|listed| listed.tag.as_str()))
    }))
}

/// Answers 200 with the offering, 202 if that waits; 404, 409, 412 or 422.
pub(super) async fn of_offering(
    State(api): State<Arc<Api>>,
    access: Access,
    Named((code, name, what)): Named<(String, String, String)>,
    condition: IfMatch,
) -> Result<Response, Problem> {
    let act = act(&what)?;
    let ec = known_institution(&access, &code)?;
    let catalogue = api.catalogue.refresh(&api.store).await.map_err(failed)?;
    let known = offered(&catalogue, &ec, &name)?;
    meant(&condition, Some(&known.tag))?;
    let stage = known.offering.stage.after(act, access.now).map_err(not_now)?;
    if matches!(act, Act::Publish | Act::Resume) {
        let today = rome::day(access.now);
        if known.service().stage.state(access.now) == Stand::Ended {
            return Err(over("/service").into());
        }
        if known.offering.until.is_some_and(|until| until < today) {
            return Err(over("/until").into());
        }
        let world = World { catalogue: &catalogue, registry: &access.registry, today };
        world.admits_offering(&known.offering, &known.listed)?;
    }
    let after = Offering { stage, ..Offering::clone(&known.offering) };
    let proposal = offering::proposal(&after, Wish::Replace, Some(&known.tag));
    let written = carried(&api, &access, &[proposal]).await?;
    let now = api.catalogue.current();
    Ok(written.answer(|_| match now.offered(&ec, &after.service) {
        Some(offered) => {
            let model = Json(OfferingModel::new(&offered, access.now));
            tagged(model.into_response(), Some(&offered.tag))
        }
        // It went meanwhile.
        None => StatusCode::OK.into_response(),
    }))
}

fn over(pointer: &str) -> Invalid {
    Invalid::example(pointer, "is_over", "is over, so that nothing could be asked for")
}

fn acting(doc: Doc) -> Doc {
    let words = form::words(Act::ALL.map(Act::name), "What becomes of it; the end is for good.");
    doc.path("act", words, "What is done.")
        .header(IF_MATCH, form::entity_tags(), "The version that is meant, as ETag gave it.")
        .answers(StatusCode::ACCEPTED, Answer::waiting())
        .refuses([Missing::Act.into(), example_of_not_now(), stale(), over("/until").into()])
}

/// What is said of it for services.
pub(super) fn doc_of_service_act() -> Doc {
    let answer = Answer::json::<ServiceModel>("The service.", service::example());
    acting(doc_of_service("actOnService", "Publish, suspend, resume or end a service"))
        .answers(StatusCode::OK, answer.with(TAG))
}

/// What is said of it for offerings.
pub(super) fn doc_of_offering_act() -> Doc {
    let answer = Answer::json::<OfferingModel>("The offering.", offering::example());
    acting(doc_of_offering("actOnOffering", "Publish, suspend, resume or end an offering"))
        .answers(StatusCode::OK, answer.with(TAG))
        .refuses([UnknownInstitution.into()])
}

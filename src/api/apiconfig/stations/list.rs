//! `GET /stations`: the stations of the brokers that the caller acts for.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::model::{ListedStation, StationsPage};
use crate::api::Api;
use crate::api::access::Access;
use crate::api::apiconfig::paging::{self, Paging, has};
use crate::api::apiconfig::refusal::failed;
use crate::api::inbox::params::Params;
use crate::api::openapi::{Answer, Doc, form};
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;
use crate::domain::access::Tenant;
use crate::domain::registry::StationFacts;

/// Answers 200 with a page of stations.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    uri: Uri,
) -> Result<Response, Problem> {
    let params = Params::read(&uri)?;
    let (paging, descends) = (Paging::read(&params)?, paging::descends(&params)?);
    let (code, broker) = (params.one("code")?, params.one("brokercode")?);
    let (name, serves) = (params.one("brokerdescription")?, params.one("creditorinstitutioncode")?);
    let census = api.store.census().await.map_err(failed)?;
    let broker_name = |one: &StationFacts| census.broker_of(one).map(|broker| broker.description.as_str());
    let served = |one: &StationFacts, ec: &str| {
        census.relations.iter().any(|relation| relation.station == one.code && relation.ec.as_str() == ec)
    };
    let wanted = |one: &&StationFacts| {
        has(one.code.as_str(), code)
            && has(one.broker.as_str(), broker)
            && has(broker_name(one).unwrap_or_default(), name)
            && serves.is_none_or(|ec| served(one, ec))
            && access.sees(&Tenant::Broker(one.broker.clone()))
    };
    let mut found: Vec<&StationFacts> =
        census.stations.values().map(|one| &one.facts).filter(wanted).collect();
    if descends {
        found.reverse();
    }
    let (page, page_info) = paging.of(found);
    let listed = page.into_iter().map(|one| ListedStation::new(one, census.broker_of(one)));
    Ok(unkept(Json(StationsPage { stations: listed.collect(), page_info }).into_response()))
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let example = json!({
        "stations": [{
            "station_code": "99000020018_01", "enabled": true, "broker_description": "Varco demo", "version": 2,
            "is_connection_sync": true,
        }],
        "page_info": { "page": 0, "limit": 50, "items_found": 1, "total_pages": 1, "total_items": 1 },
    });
    let doc = Doc::new("getStations", "List the stations of the brokers that the caller acts for");
    paging::ordering_documented(Paging::documented(doc))
        .query("code", form::example_text("_01"), "Only those with this in their code.")
        .query(
            "brokercode",
            form::example_text("990000"),
            "Only those with this in the code of their broker.",
        )
        .query("brokerdescription", form::example_text("varco"), "Only those with this in the broker's name.")
        .query("creditorinstitutioncode", form::example_text("99000010019"), "Only those that serve it.")
        .answers(StatusCode::OK, Answer::json::<StationsPage>("The page.", example))
}

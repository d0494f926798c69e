//! `GET /stations/{stationcode}/creditorinstitutions`: who is served by a station.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::doc_of;
use crate::api::Api;
use crate::api::apiconfig::institutions::model::ListedInstitution;
use crate::api::apiconfig::names::Named;
use crate::api::apiconfig::paging::{PageInfo, Paging, has};
use crate::api::apiconfig::refusal::{Thing, failed};
use crate::api::apiconfig::relations::model::Terms;
use crate::api::inbox::params::Params;
use crate::api::openapi::{Answer, Doc, form};
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;
use crate::domain::registry::{Census, InstitutionFacts, Relation};

/// An institution that a station serves.
#[derive(Serialize, ToSchema)]
#[schema(as = StationCreditorInstitution)]
pub(super) struct Served {
    /// The institution.
    #[serde(flatten)]
    institution: ListedInstitution,
    /// Which notices, and what is allowed.
    #[serde(flatten)]
    terms: Terms,
}

impl Served {
    pub(super) fn new(relation: &Relation, institution: &InstitutionFacts) -> Self {
        Served { institution: institution.into(), terms: relation.into() }
    }
}

/// A page of the institutions that a station serves.
#[derive(Serialize, ToSchema)]
#[schema(as = StationCreditorInstitutions)]
pub(super) struct ServedPage {
    /// Those of the page.
    pub creditor_institutions: Vec<Served>,
    /// Where the page stands.
    pub page_info: PageInfo,
}

/// The institutions that a station serves, by their codes; 404 if there is no such station.
pub(super) fn of_station<'a>(
    census: &'a Census,
    code: &'a str,
) -> Result<impl Iterator<Item = (&'a Relation, &'a InstitutionFacts)>, Problem> {
    if !census.stations.keys().any(|station| station.as_str() == code) {
        return Err(Thing::Station.missing());
    }
    let own = census.served().filter(move |(relation, ..)| relation.station.as_str() == code);
    Ok(own.map(|(relation, _, institution)| (relation, institution)))
}

/// Answers 200 with a page of institutions, or 404.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    Named(code): Named<String>,
    uri: Uri,
) -> Result<Response, Problem> {
    let params = Params::read(&uri)?;
    let (paging, part) = (Paging::read(&params)?, params.one("ciNameOrCF")?);
    let census = api.store.census().await.map_err(failed)?;
    let named = |one: &InstitutionFacts| has(one.name.as_str(), part) || has(one.ec.as_str(), part);
    let served = of_station(&census, &code)?.filter(|(_, institution)| named(institution));
    let (page, page_info) = paging.of(served.collect());
    let rows = page.into_iter().map(|(relation, institution)| Served::new(relation, institution));
    Ok(unkept(Json(ServedPage { creditor_institutions: rows.collect(), page_info }).into_response()))
}

/// What a page of institutions that are served looks like.
pub(super) fn example_page() -> Value {
    let one = json!({
        "creditor_institution_code": "99000010019", "enabled": true, "business_name": "Comune di Borgo Varco",
        "aux_digit": 3, "segregation_code": 2, "mod4": false, "broadcast": false, "aca": true, "stand_in": true,
        "spontaneous_payment": false,
    });
    json!({
        "creditor_institutions": [one],
        "page_info": { "page": 0, "limit": 1, "items_found": 1, "total_pages": 1, "total_items": 1 },
    })
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    Paging::documented(doc_of(
        "getStationCreditorInstitutions",
        "List the institutions that a station serves",
    ))
    .query("ciNameOrCF", form::example_text("borgo"), "Only those with this in their name or code.")
    .answers(StatusCode::OK, Answer::json::<ServedPage>("The page.", example_page()))
}

//! `GET /catalogue/offerings` and `GET …/offerings`: what creditor institutions offer.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use serde::Serialize;
use serde_json::json;
use utoipa::{PartialSchema, ToSchema};

use super::listing::{PageModel, page_of, paged};
use super::offering::{OfferingModel, example};
use super::refusal::failed;
use super::service::StandWord;
use super::services::{category, state};
use crate::api::Api;
use crate::api::access::Access;
use crate::api::admin::accounts::terms::{UnknownInstitution, known_institution};
use crate::api::apiconfig::names::Named;
use crate::api::inbox::params::Params;
use crate::api::openapi::{Answer, Doc, form};
use crate::api::problem::Problem;
use crate::catalogue::view::Offered;
use crate::domain::access::Tenant;

/// A page of what is offered.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = CatalogueOfferings)]
pub(super) struct OfferingsModel {
    /// The offerings of the page, by institution and service.
    offerings: Vec<OfferingModel>,
    /// Where the page stands.
    page_info: PageModel,
}

/// Answers 200 with a page of those of the caller's institutions; 400.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    uri: Uri,
) -> Result<Json<OfferingsModel>, Problem> {
    let seen = |offered: &Offered| access.sees(&Tenant::Institution(offered.offering.ec.clone()));
    listed(&api, &access, (&uri, seen)).await
}

/// Answers 200 with a page of those of an institution; 400 or 404.
pub(super) async fn own(
    State(api): State<Arc<Api>>,
    access: Access,
    Named(code): Named<String>,
    uri: Uri,
) -> Result<Json<OfferingsModel>, Problem> {
    let ec = known_institution(&access, &code)?;
    listed(&api, &access, (&uri, |offered: &Offered| offered.offering.ec == ec)).await
}

async fn listed(
    api: &Api,
    access: &Access,
    (uri, takes): (&Uri, impl Fn(&Offered) -> bool),
) -> Result<Json<OfferingsModel>, Problem> {
    let params = Params::read(uri)?;
    let (state, category) = (state(&params)?, category(&params)?);
    let service = params.one("service")?;
    let catalogue = api.catalogue.refresh(&api.store).await.map_err(failed)?;
    let asked = catalogue.offerings().filter(|offered| {
        takes(offered)
            && state.is_none_or(|state| offered.offering.state(access.now) == state)
            && category.as_ref().is_none_or(|above| catalogue.is_within(&offered.service().category, above))
            && service.is_none_or(|service| offered.offering.service.as_str() == service)
    });
    let (offerings, page_info) = page_of(asked.collect(), &params)?;
    let offerings = offerings.into_iter().map(|offered| OfferingModel::new(offered, access.now)).collect();
    Ok(Json(OfferingsModel { offerings, page_info }))
}

fn doc_of(id: &str, summary: &str) -> Doc {
    let answer = json!({ "offerings": [example()], "pageInfo": { "page": 0, "limit": 50, "total": 1 } });
    let doc = Doc::new(id, summary)
        .query("state", form::or_empty(StandWord::schema()), "Only those in this state.")
        .query(
            "category",
            form::example_text("scuola"),
            "Only those of services in this category or below it.",
        )
        .query("service", form::example_text("00003"), "Only those of this service.");
    paged(doc).answers(StatusCode::OK, Answer::json::<OfferingsModel>("A page of them.", answer))
}

/// What is said of the list of all.
pub(super) fn doc() -> Doc {
    doc_of("listOfferings", "List what creditor institutions offer")
        .about("Those of the institutions for which the caller may read the catalogue.")
}

/// What is said of the list of one institution.
pub(super) fn doc_of_own() -> Doc {
    doc_of("listOfferingsOfInstitution", "List what a creditor institution offers")
        .path(super::INSTITUTION, form::institution(), "Fiscal code of the creditor institution.")
        .refuses([UnknownInstitution.into()])
}

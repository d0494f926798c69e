//! `GET /catalogue/services`: those that the caller may see.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use serde::Serialize;
use serde_json::json;
use utoipa::{PartialSchema, ToSchema};

use super::listing::{PageModel, holds, page_of, paged};
use super::refusal::failed;
use super::service::{ServiceModel, StandWord, example, is_seen};
use crate::api::Api;
use crate::api::access::Access;
use crate::api::inbox::params::Params;
use crate::api::openapi::{Answer, Doc, form};
use crate::api::positions::query::BadQuery;
use crate::api::problem::Problem;
use crate::domain::catalogue::ids::CategoryId;
use crate::domain::catalogue::stage::State as Stand;

/// A page of services.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = CatalogueServices)]
pub(super) struct ServicesModel {
    /// The services of the page, by name.
    services: Vec<ServiceModel>,
    /// Where the page stands.
    page_info: PageModel,
}

/// Answers 200 with a page of them; 400.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    uri: Uri,
) -> Result<Json<ServicesModel>, Problem> {
    let params = Params::read(&uri)?;
    let (state, category) = (state(&params)?, category(&params)?);
    let (text, owner) = (params.one("text")?, params.one("owner")?);
    let catalogue = api.catalogue.refresh(&api.store).await.map_err(failed)?;
    let asked = catalogue.services().filter(|listed| {
        let service = &listed.service;
        is_seen(&access, service)
            && state.is_none_or(|state| service.stage.state(access.now) == state)
            && category.as_ref().is_none_or(|above| catalogue.is_within(&service.category, above))
            && owner.is_none_or(|owner| service.owner.to_string() == owner)
            && holds(text, &[service.id.as_str(), service.name.italian().as_str()])
    });
    let (services, page_info) = page_of(asked.collect(), &params)?;
    let services =
        services.into_iter().map(|listed| ServiceModel::new(&listed.service, access.now)).collect();
    Ok(Json(ServicesModel { services, page_info }))
}

/// The state that a query asks for.
pub(super) fn state(params: &Params) -> Result<Option<Stand>, BadQuery> {
    let wrong = BadQuery("The query parameter state must be draft, published, suspended or ended.");
    params.word("state", Stand::named, wrong)
}

/// The category that a query asks for.
pub(super) fn category(params: &Params) -> Result<Option<CategoryId>, BadQuery> {
    let wrong = BadQuery("The query parameter category must be the name of a category.");
    params.word("category", |text| CategoryId::new(text).ok(), wrong)
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let answer = json!({ "services": [example()], "pageInfo": { "page": 0, "limit": 50, "total": 1 } });
    let doc = Doc::new("listManagedServices", "List services")
        .about("Those of the caller's tenants, and those of the installation that are no drafts.")
        .query("state", form::or_empty(StandWord::schema()), "Only those in this state.")
        .query("category", form::example_text("scuola"), "Only those in this category or below it.")
        .query("owner", form::example_text("ec:99000010019"), "Only those of gateway or of ec: and a code.")
        .query("text", form::example_text("bollo"), "Only those with this in their name.");
    paged(doc).answers(StatusCode::OK, Answer::json::<ServicesModel>("A page of them.", answer))
}

//! `GET /creditorinstitutions`: the institutions that the caller acts for.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::model::InstitutionsPage;
use crate::api::Api;
use crate::api::access::Access;
use crate::api::apiconfig::paging::{self, OrderBy, Paging, has};
use crate::api::apiconfig::refusal::failed;
use crate::api::inbox::params::Params;
use crate::api::openapi::{Answer, Doc, form};
use crate::api::positions::query::BadQuery;
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;
use crate::domain::access::Tenant;
use crate::domain::registry::InstitutionFacts;
use crate::domain::rome;

/// A filter that says yes or no.
const FLAG: BadQuery =
    BadQuery("The query parameters enabled, hasCBILL and hasValidIban must be true or false.");

/// Answers 200 with a page of institutions.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    uri: Uri,
) -> Result<Response, Problem> {
    let params = Params::read(&uri)?;
    let paging = Paging::read(&params)?;
    let (code, name) = (params.one("code")?, params.one("name")?);
    let (order, descends) = (paging::order_by(&params)?, paging::descends(&params)?);
    let enabled = params.flag("enabled", FLAG)?;
    let (has_cbill, has_iban) = (params.flag("hasCBILL", FLAG)?, params.flag("hasValidIban", FLAG)?);
    let today = rome::day(access.now);
    let census = api.store.census().await.map_err(failed)?;
    let wanted = |one: &&InstitutionFacts| {
        has(one.ec.as_str(), code)
            && has(one.name.as_str(), name)
            && enabled.is_none_or(|enabled| one.enabled == enabled)
            && has_cbill.is_none_or(|has| one.cbill.is_some() == has)
            && has_iban.is_none_or(|has| access.registry.has_account(&one.ec, today) == has)
            && access.sees(&Tenant::Institution(one.ec.clone()))
    };
    let mut found: Vec<&InstitutionFacts> = census.institutions.values().filter(wanted).collect();
    if order == OrderBy::Name {
        found.sort_by(|a, b| (&a.name, &a.ec).cmp(&(&b.name, &b.ec)));
    }
    if descends {
        found.reverse();
    }
    let (page, page_info) = paging.of(found);
    let creditor_institutions = page.into_iter().map(Into::into).collect();
    Ok(unkept(Json(InstitutionsPage { creditor_institutions, page_info }).into_response()))
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let example = json!({
        "creditor_institutions": [{
            "creditor_institution_code": "99000010019", "enabled": true,
            "business_name": "Comune di Borgo Varco",
        }],
        "page_info": { "page": 0, "limit": 50, "items_found": 1, "total_pages": 1, "total_items": 1 },
    });
    let doc = Doc::new("getCreditorInstitutions", "List the creditor institutions that the caller acts for");
    paging::order_by_documented(Paging::documented(doc))
        .query("code", form::example_text("990000"), "Only those with this in their code.")
        .query("name", form::example_text("borgo"), "Only those with this in their name.")
        .query("enabled", form::flag(), "Only those that are enabled, or only the others.")
        .query("hasCBILL", form::flag(), "Only those with a CBILL code, or only the others.")
        .query("hasValidIban", form::flag(), "Only those with an account that is active, or only the others.")
        .answers(StatusCode::OK, Answer::json::<InstitutionsPage>("The page.", example))
}

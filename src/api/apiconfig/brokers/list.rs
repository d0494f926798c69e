//! `GET /brokers`: the brokers that the caller acts for.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::model::BrokersPage;
use crate::api::Api;
use crate::api::access::Access;
use crate::api::apiconfig::paging::{self, OrderBy, Paging, has};
use crate::api::apiconfig::refusal::failed;
use crate::api::inbox::params::Params;
use crate::api::openapi::{Answer, Doc, form};
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;
use crate::domain::access::Tenant;
use crate::domain::registry::BrokerFacts;

/// Answers 200 with a page of brokers.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    uri: Uri,
) -> Result<Response, Problem> {
    let params = Params::read(&uri)?;
    let paging = Paging::read(&params)?;
    let (code, name) = (params.one("code")?, params.one("name")?);
    let (order, descends) = (paging::order_by(&params)?, paging::descends(&params)?);
    let census = api.store.census().await.map_err(failed)?;
    let wanted = |one: &&BrokerFacts| {
        has(one.code.as_str(), code)
            && has(one.description.as_str(), name)
            && access.sees(&Tenant::Broker(one.code.clone()))
    };
    let mut found: Vec<&BrokerFacts> = census.brokers.values().filter(wanted).collect();
    if order == OrderBy::Name {
        found.sort_by(|a, b| (&a.description, &a.code).cmp(&(&b.description, &b.code)));
    }
    if descends {
        found.reverse();
    }
    let (page, page_info) = paging.of(found);
    let brokers = page.into_iter().map(Into::into).collect();
    Ok(unkept(Json(BrokersPage { brokers, page_info }).into_response()))
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let example = json!({
        "brokers": [{ "broker_code": "99000020018", "enabled": true, "description": "Varco demo" }],
        "page_info": { "page": 0, "limit": 50, "items_found": 1, "total_pages": 1, "total_items": 1 },
    });
    let doc = Doc::new("getBrokers", "List the brokers that the caller acts for");
    paging::order_by_documented(Paging::documented(doc))
        .query("code", form::example_text("990000"), "Only those with this in their code.")
        .query("name", form::example_text("varco"), "Only those with this in their name.")
        .answers(StatusCode::OK, Answer::json::<BrokersPage>("The page.", example))
}

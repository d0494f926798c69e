//! `GET …/ibans/list`: a page of the accounts of a creditor institution.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, Uri};
use serde::Deserialize;
use serde_json::json;

use super::model::{IbanModel, ListModel, PageInfo};
use super::page::{LIMIT, LIMITS, named_page};
use super::{doc as doc_of, example};
use crate::api::Api;
use crate::api::access::Access;
use crate::api::admin::accounts::failed;
use crate::api::admin::accounts::terms::{Invalid, known_institution};
use crate::api::openapi::{Answer, Doc, form};
use crate::api::positions::parse::report::Coded;
use crate::api::positions::query::{self, BadQuery};
use crate::api::problem::{Problem, Violation};
use crate::domain::account::Purpose;
use crate::domain::iban::Iban;
use crate::store::AccountFilter;

#[derive(Deserialize)]
struct ListQuery {
    limit: Option<String>,
    page: Option<String>,
    label: Option<String>,
    iban: Option<String>,
}

/// Answers 200 with the page; 400, 404, or 422 if the account that is asked for is none.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    Path(code): Path<String>,
    uri: Uri,
) -> Result<Json<ListModel>, Problem> {
    let ec = known_institution(&access, &code)?;
    let twice = BadQuery("A query parameter is there twice.");
    let Query(query) = Query::<ListQuery>::try_from_uri(&uri).map_err(|_| twice)?;
    let (page, limit) = named_page(query.limit.as_deref(), query.page.as_deref())?;
    let filter = filter(&query)?;
    let purposes = api.store.purposes().await.map_err(failed)?;
    let found = api.store.accounts_of(&ec, &filter).await.map_err(failed)?;
    let total = u64::try_from(found.len()).unwrap_or(u64::MAX);
    let (skipped, size) = (u64::from(page) * u64::from(limit), usize::try_from(limit).unwrap_or(usize::MAX));
    let shown = found.iter().skip(usize::try_from(skipped).unwrap_or(usize::MAX)).take(size);
    let ibans_enhanced: Vec<_> = shown.map(|known| IbanModel::new(known, &purposes)).collect();
    let page_info = PageInfo::new(page, limit, (ibans_enhanced.len(), total));
    Ok(Json(ListModel { ibans_enhanced, page_info }))
}

fn filter(query: &ListQuery) -> Result<AccountFilter, Problem> {
    let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    let iban = given(&query.iban).map(|text| Iban::new(&text)).transpose();
    let iban = iban.map_err(|error| {
        let (code, message) = (error.code(), error.to_string());
        Invalid(vec![Violation { pointer: String::new(), code, message }])
    })?;
    let label = BadQuery("The query parameter label must be the name of a label.");
    let purpose = given(&query.label).map(|text| Purpose::new(&text)).transpose().map_err(|_| label)?;
    Ok(AccountFilter { purpose, iban })
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let answer = json!({
        "ibans_enhanced": [example()],
        "page_info": { "page": 0, "limit": 50, "items_found": 1, "total_pages": 1, "total_items": 1 },
    });
    let iban = form::example_text("IT80Z0599903600000000001001");
    doc_of("getIbans", "List the accounts of a creditor institution")
        .query("limit", form::number(LIMITS, LIMIT), "How many accounts a page has.")
        .needs_query("page", form::number(0..=u32::MAX, 0), "Which page, from 0.")
        .query("label", form::or_empty(form::example_text("ACA")), "Only the account chosen for this.")
        .query("iban", form::or_empty(iban), "Only this account.")
        .answers(StatusCode::OK, Answer::json::<ListModel>("The page, in the order of the accounts.", answer))
        .refuses([query::WRONG.into(), Invalid::example_of_iban().into()])
}

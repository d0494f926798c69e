//! `GET /brokers/{brokercode}/station-maintenances`: a page of what a broker announced.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, Uri};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::PartialSchema;

use super::model::{ListModel, MaintenanceModel, example};
use super::{doc as doc_of, known_broker};
use crate::api::Api;
use crate::api::access::Access;
use crate::api::admin::accounts::failed;
use crate::api::apiconfig::ibans::model::PageInfo;
use crate::api::apiconfig::ibans::page::{LIMIT, LIMITS, page};
use crate::api::openapi::{Answer, Doc, form};
use crate::api::positions::query::{self, BadQuery};
use crate::api::problem::Problem;
use crate::domain::dates::{self, WholeDay};
use crate::domain::ids::{BrokerCode, StationCode};
use crate::store::MaintenanceFilter;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ListQuery {
    station_code: Option<String>,
    start_date_time_before: Option<String>,
    start_date_time_after: Option<String>,
    end_date_time_before: Option<String>,
    end_date_time_after: Option<String>,
    limit: Option<String>,
    page: Option<String>,
}

/// Answers 200 with the page; 400 or 404.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    Path(code): Path<String>,
    uri: Uri,
) -> Result<Json<ListModel>, Problem> {
    let broker = known_broker(&access, &code)?;
    listed(&api, &access, Some(broker), &uri).await
}

/// The page that a query asks for, of one broker or of all.
pub(super) async fn listed(
    api: &Api,
    access: &Access,
    broker: Option<BrokerCode>,
    uri: &Uri,
) -> Result<Json<ListModel>, Problem> {
    let twice = BadQuery("A query parameter is there twice.");
    let Query(query) = Query::<ListQuery>::try_from_uri(uri).map_err(|_| twice)?;
    let (page, limit) = page(query.limit.as_deref(), query.page.as_deref())?;
    let filter = filter(&query, broker)?;
    let offset = u64::from(page) * u64::from(limit);
    let (found, total) = api.store.maintenances(&filter, (limit, offset)).await.map_err(failed)?;
    let page_info = PageInfo::new(page, limit, (found.len(), total));
    let each = found.iter().map(|one| MaintenanceModel::new(one, access.now));
    Ok(Json(ListModel { station_maintenance_list: each.collect(), page_info }))
}

fn filter(query: &ListQuery, broker: Option<BrokerCode>) -> Result<MaintenanceFilter, BadQuery> {
    let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    let station = BadQuery("The query parameter stationCode must be the code of a station.");
    let moment = |text: &Option<String>| -> Result<Option<Timestamp>, BadQuery> {
        let wrong = BadQuery("The query parameters of times must be such as 2026-12-31T10:00:00+01:00.");
        given(text).map(|text| dates::parse(&text, WholeDay::FromStart)).transpose().map_err(|_| wrong)
    };
    Ok(MaintenanceFilter {
        broker,
        station: given(&query.station_code)
            .map(|code| StationCode::new(&code))
            .transpose()
            .map_err(|_| station)?,
        start_before: moment(&query.start_date_time_before)?,
        start_after: moment(&query.start_date_time_after)?,
        end_before: moment(&query.end_date_time_before)?,
        end_after: moment(&query.end_date_time_after)?,
    })
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let station = form::or_empty(form::example_text("99000040017_01"));
    said(doc_of("getStationMaintenances", "List the maintenances of a broker's stations")).query(
        "stationCode",
        station,
        "Only those of this station.",
    )
}

/// What is said of a page.
pub(super) fn said(doc: Doc) -> Doc {
    let moment = || form::or_empty(form::Moment::schema());
    doc.query("startDateTimeBefore", moment(), "Only those that begin before.")
        .query("startDateTimeAfter", moment(), "Only those that begin after.")
        .query("endDateTimeBefore", moment(), "Only those that end before.")
        .query("endDateTimeAfter", moment(), "Only those that end after.")
        .query("limit", form::number(LIMITS, LIMIT), "How many a page has.")
        .query("page", form::number(0..=u32::MAX, 0), "Which page, from 0.")
        .answers(StatusCode::OK, Answer::json::<ListModel>("The page, the earliest first.", page_of_one()))
        .refuses([query::WRONG.into()])
}

fn page_of_one() -> Value {
    json!({
        "station_maintenance_list": [example()],
        "page_info": { "page": 0, "limit": 50, "items_found": 1, "total_pages": 1, "total_items": 1 },
    })
}

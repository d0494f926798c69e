//! `GET …/station-maintenances/summary`: how the hours of a broker stand in a year.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, Uri};
use serde::Deserialize;
use serde_json::json;

use super::model::SummaryModel;
use super::{doc as doc_of, known_broker};
use crate::api::Api;
use crate::api::access::Access;
use crate::api::admin::accounts::failed;
use crate::api::openapi::{Answer, Doc, form};
use crate::api::positions::query::{self, BadQuery};
use crate::api::problem::Problem;
use crate::domain::maintenance::{YEARLY, YearSummary};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SummaryQuery {
    maintenance_year: Option<String>,
}

/// Answers 200 with the hours; 400 or 404.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    Path(code): Path<String>,
    uri: Uri,
) -> Result<Json<SummaryModel>, Problem> {
    let broker = known_broker(&access, &code)?;
    let year = year(&uri)?;
    let windows = api.store.maintenance_of_year(&broker, year).await.map_err(failed)?;
    let summary = YearSummary::new(&windows, year, access.now);
    Ok(Json(SummaryModel {
        used_hours: summary.used.to_string(),
        scheduled_hours: summary.scheduled.to_string(),
        remaining_hours: summary.remaining.to_string(),
        extra_hours: summary.extra.to_string(),
        annual_hours_limit: YEARLY.to_string(),
    }))
}

fn year(uri: &Uri) -> Result<i16, BadQuery> {
    let wrong = BadQuery("The query parameter maintenanceYear must be a year such as 2026.");
    let Query(query) = Query::<SummaryQuery>::try_from_uri(uri).map_err(|_| wrong)?;
    let text = query.maintenance_year.unwrap_or_default();
    let plain = text.len() == 4 && text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|year| plain && (2000..3000).contains(year)).ok_or(wrong)
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let year = form::text("^2[0-9]{3}$", "A year of Italy.", "2026");
    let answer = json!({
        "used_hours": "10:45", "scheduled_hours": "2:30", "remaining_hours": "22:45", "extra_hours": "0:00",
        "annual_hours_limit": "36:00",
    });
    doc_of("getBrokerMaintenancesSummary", "How the hours of a broker stand in a year")
        .needs_query(
            "maintenanceYear",
            year,
            "The year whose hours are counted, whenever they were announced.",
        )
        .answers(StatusCode::OK, Answer::json::<SummaryModel>("The hours.", answer))
        .refuses([query::WRONG.into()])
}

//! `GET …/catalogue/snapshots…`: what payment service providers were told, day by day, and what changed between.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::export::xml;
use super::refusal::failed;
use crate::api::Api;
use crate::api::access::Access;
use crate::api::apiconfig::names::Named;
use crate::api::inbox::params::{LIMIT, LIMITS, Params};
use crate::api::openapi::{Answer, Doc, form};
use crate::api::positions::query::BadQuery;
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;
use crate::documents::read_services;
use crate::domain::catalogue::ids::ServiceId;
use crate::domain::catalogue::listing::{Changes, ListedService, difference};
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::rome;
use crate::store::{Snapshot, SnapshotHead, StoreError};

/// Nothing was kept until that day.
#[derive(Debug, thiserror::Error)]
#[error("no snapshot")]
struct NoSnapshot;

const WRONG_BEFORE: BadQuery = BadQuery("The query parameter before must be a day such as 2026-11-22.");
const WRONG_TO: BadQuery = BadQuery("The query parameter to must be a day such as 2026-11-22.");

/// The days on which the catalogue was told differently than before.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = CatalogueSnapshots)]
struct SnapshotsModel {
    /// The days, the latest first.
    snapshots: Vec<SnapshotModel>,
}

/// A day on which the catalogue was told differently than before.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = CatalogueSnapshot)]
struct SnapshotModel {
    /// The day in Italy.
    #[schema(value_type = String, format = Date)]
    day: String,
    /// When it was looked.
    #[schema(value_type = String, format = DateTime)]
    made_at: String,
    /// How long the document is, in bytes; null where there was nothing to tell.
    #[schema(nullable = true)]
    bytes: Option<i64>,
}

/// What changed from one day to another.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = CatalogueDifference)]
struct DifferenceModel {
    /// The services, by idServizio. One is not changed by who provides it.
    services: ServiceChangesModel,
    /// The offerings.
    offerings: OfferingChangesModel,
}

/// Services that changed.
#[derive(Serialize, ToSchema)]
#[schema(as = CatalogueServiceChanges)]
struct ServiceChangesModel {
    /// New ones.
    added: Vec<String>,
    /// Those that are gone.
    removed: Vec<String>,
    /// Those that are told differently.
    changed: Vec<String>,
}

/// Offerings that changed.
#[derive(Serialize, ToSchema)]
#[schema(as = CatalogueOfferingChanges)]
struct OfferingChangesModel {
    /// New ones.
    added: Vec<OfferingNameModel>,
    /// Those that are gone.
    removed: Vec<OfferingNameModel>,
    /// Those that are told differently.
    changed: Vec<OfferingNameModel>,
}

/// An offering by name.
#[derive(Serialize, ToSchema)]
#[schema(as = CatalogueOfferingName)]
struct OfferingNameModel {
    /// The creditor institution.
    organization: String,
    /// The service.
    service: String,
}

/// Answers 200 with the days; 400.
pub(super) async fn list(State(api): State<Arc<Api>>, access: Access, uri: Uri) -> Result<Response, Problem> {
    let params = Params::read(&uri)?;
    let tomorrow = rome::day(access.now).tomorrow().unwrap_or(Date::MAX);
    let before = params.word("before", day, WRONG_BEFORE)?.unwrap_or(tomorrow);
    let heads = api.store.snapshots(before, params.limit()?).await.map_err(failed)?;
    let model = |head: SnapshotHead| SnapshotModel {
        day: head.day.to_string(),
        made_at: head.made_at.to_string(),
        bytes: head.bytes,
    };
    let snapshots = heads.into_iter().map(model).collect();
    Ok(unkept(Json(SnapshotsModel { snapshots }).into_response()))
}

/// Answers 200 with what was told on a day, 204 if that was nothing; 404.
pub(super) async fn read(
    State(api): State<Arc<Api>>,
    Named(asked): Named<String>,
) -> Result<Response, Problem> {
    let snapshot = found(&api, &asked).await?;
    Ok(snapshot.document.map_or_else(|| StatusCode::NO_CONTENT.into_response(), xml))
}

/// Answers 200 with what changed since a day; 400 or 404.
pub(super) async fn diff(
    State(api): State<Arc<Api>>,
    access: Access,
    Named(asked): Named<String>,
    uri: Uri,
) -> Result<Response, Problem> {
    let params = Params::read(&uri)?;
    let to = params.word("to", day, WRONG_TO)?.unwrap_or_else(|| rome::day(access.now));
    let before = services(&found(&api, &asked).await?)?;
    let after = api.store.snapshot_of(to).await.map_err(failed)?.ok_or(NoSnapshot)?;
    let told = difference(&before, &services(&after)?);
    let Changes { added, removed, changed } = told.services;
    let ids = |ids: Vec<ServiceId>| ids.iter().map(ServiceId::to_string).collect();
    let services = ServiceChangesModel { added: ids(added), removed: ids(removed), changed: ids(changed) };
    let Changes { added, removed, changed } = told.offerings;
    let offerings =
        OfferingChangesModel { added: names(added), removed: names(removed), changed: names(changed) };
    Ok(unkept(Json(DifferenceModel { services, offerings }).into_response()))
}

fn names(names: Vec<(ServiceId, FiscalCode)>) -> Vec<OfferingNameModel> {
    let name = |(service, ec): (ServiceId, FiscalCode)| OfferingNameModel {
        organization: ec.to_string(),
        service: service.to_string(),
    };
    names.into_iter().map(name).collect()
}

async fn found(api: &Api, asked: &str) -> Result<Snapshot, Problem> {
    let asked = day(asked).ok_or(NoSnapshot)?;
    Ok(api.store.snapshot_of(asked).await.map_err(failed)?.ok_or(NoSnapshot)?)
}

/// What a document of ours says.
fn services(snapshot: &Snapshot) -> Result<Vec<ListedService>, Problem> {
    let Some(document) = &snapshot.document else { return Ok(Vec::new()) };
    read_services(document).map_err(|_| failed(StoreError::Corrupt { what: "document of the catalogue" }))
}

fn day(text: &str) -> Option<Date> {
    Date::strptime("%Y-%m-%d", text).ok()
}

impl From<NoSnapshot> for Problem {
    fn from(_: NoSnapshot) -> Self {
        let detail = "Nothing of the catalogue was kept on the day of the path or before.";
        Problem::new(StatusCode::NOT_FOUND, "Not Found", "unknown_snapshot", detail)
    }
}

/// What is said of the list.
pub(super) fn doc_of_list() -> Doc {
    let example =
        json!({ "snapshots": [{ "day": "2026-11-22", "madeAt": "2026-11-21T23:04:00Z", "bytes": 812 }] });
    Doc::new("listCatalogueSnapshots", "List the days on which the catalogue was told differently")
        .about(
            "Once a day, in Italy, what payment service providers are told is compared with what they were told \
             before, and kept if it differs. What can be paid never depends on it.",
        )
        .query("before", form::day(), "Only days before this one: the last of a page, for the next.")
        .query("limit", form::number(LIMITS, LIMIT), "How many.")
        .answers(StatusCode::OK, Answer::json::<SnapshotsModel>("The days, the latest first.", example))
        .refuses([WRONG_BEFORE.into()])
}

fn doc_of_day(id: &str, summary: &str) -> Doc {
    let about = "The day: what was kept on it, or last before.";
    Doc::new(id, summary).path("day", form::day(), about).refuses([NoSnapshot.into()])
}

/// What is said of one day.
pub(super) fn doc_of_read() -> Doc {
    let answer = Answer::empty("The document.").or_text("application/xml", "<listaCatalogoServizi/>");
    doc_of_day("readCatalogueSnapshot", "Read what payment service providers were told on a day")
        .answers(StatusCode::OK, answer)
        .answers(StatusCode::NO_CONTENT, Answer::empty("There was nothing to tell."))
}

/// What is said of the comparison.
pub(super) fn doc_of_diff() -> Doc {
    let example = json!({
        "services": { "added": ["00003"], "removed": [], "changed": [] },
        "offerings": {
            "added": [{ "organization": "99000010019", "service": "00003" }], "removed": [], "changed": [],
        },
    });
    doc_of_day("compareCatalogueSnapshots", "Read what changed in the catalogue since a day")
        .query("to", form::day(), "Until which day; today if left out.")
        .answers(StatusCode::OK, Answer::json::<DifferenceModel>("What changed.", example))
        .refuses([WRONG_TO.into()])
}

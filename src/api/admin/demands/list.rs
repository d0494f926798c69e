//! `GET …/creditor-institutions/{ec}/demands`: what an institution was asked for, the latest first.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde_json::json;

use super::model::{DemandModel, DemandsModel, example};
use crate::api::Api;
use crate::api::access::Access;
use crate::api::apiconfig::names::Named;
use crate::api::inbox::params::{LIMIT, LIMITS, Params};
use crate::api::openapi::{Answer, Doc, form};
use crate::api::positions::query::BadQuery;
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::ids::Iupd;
use crate::domain::notice_number::NoticeNumber;
use crate::domain::segregation::Segregation;
use crate::store::{DemandPlace, DemandQuery, ListedDemand, Store, StoreError};

/// Why demands cannot be listed.
#[derive(Debug, thiserror::Error)]
enum ListError {
    #[error("no such creditor institution")]
    UnknownInstitution,
    #[error(transparent)]
    Query(#[from] BadQuery),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Answers 200 with the page, which may be empty; 400 if a parameter is wrong, 404 for an institution that is not
/// registered.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    Named(ec): Named<String>,
    uri: Uri,
) -> Result<Response, Problem> {
    let known = FiscalCode::new(&ec).ok().filter(|ec| access.registry.institution(ec).is_some());
    let ec = known.ok_or(ListError::UnknownInstitution)?;
    let query = read(&uri, ec).map_err(ListError::from)?;
    let (demands, next) = api.store.demands(&query).await.map_err(ListError::from)?;
    let scope = access.notices(&query.ec);
    let demands = shown(&api.store, (&query.ec, &scope), demands).await.map_err(ListError::from)?;
    let demands = demands.into_iter().map(DemandModel::from).collect();
    let next_cursor = next.as_ref().map(write_place);
    Ok(unkept(Json(DemandsModel { demands, next_cursor }).into_response()))
}

/// Those of positions that are for the caller. A page of a partner may have fewer than were asked for, or none.
async fn shown(
    store: &Store,
    (ec, scope): (&FiscalCode, &Segregation),
    demands: Vec<ListedDemand>,
) -> Result<Vec<ListedDemand>, StoreError> {
    if *scope == Segregation::Every {
        return Ok(demands);
    }
    let mut shown = Vec::with_capacity(demands.len());
    for demand in demands {
        let Ok(iupd) = Iupd::new(&demand.iupd) else { continue };
        let position = store.position(ec, &iupd).await?;
        shown.extend(position.filter(|position| scope.admits(position).is_ok()).map(|_| demand));
    }
    Ok(shown)
}

fn read(uri: &Uri, ec: FiscalCode) -> Result<DemandQuery, BadQuery> {
    let params = Params::read(uri)?;
    let notice = BadQuery("The query parameter noticeNumber must be 18 digits.");
    let cursor = BadQuery("The query parameter cursor must be a nextCursor of an answer.");
    Ok(DemandQuery {
        ec,
        notice: params.word("noticeNumber", |text| NoticeNumber::new(text).ok(), notice)?,
        after: params.word("cursor", read_place, cursor)?,
        limit: params.limit()?,
    })
}

/// Where a walk goes on: the microsecond, a dot, and the name of the position.
fn write_place(place: &DemandPlace) -> String {
    format!("{}.{}", place.made_at.as_microsecond(), place.iupd)
}

fn read_place(text: &str) -> Option<DemandPlace> {
    let (at, iupd) = text.split_once('.')?;
    let made_at = Timestamp::from_microsecond(at.parse().ok()?).ok()?;
    let sound = !iupd.is_empty() && iupd.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    sound.then(|| DemandPlace { made_at, iupd: iupd.to_owned() })
}

/// A place, to show what it looks like.
const CURSOR: &str = "1795341600000000.od-20261122-9f86d081884c7d65";

/// What is said of it.
pub(super) fn doc() -> Doc {
    let page =
        Answer::json::<DemandsModel>("The page, which may be empty.", json!({ "demands": [example()] }));
    Doc::new("listDemands", "List payments on demand")
        .about(
            "What was filled in for notices that were made on demand. It goes with its position, if nobody pays. A \
             partner reads what is delegated to it; a page of it may have fewer than limit, and another one behind it.",
        )
        .path("ec", form::institution(), "The creditor institution.")
        .query("noticeNumber", form::example_text("302000000000100055"), "Only that of this notice.")
        .query("limit", form::number(LIMITS, LIMIT), "How many a page has.")
        .query("cursor", form::example_text(CURSOR), "Where to go on, as nextCursor gave it.")
        .answers(StatusCode::OK, page)
        .refuses([ListError::UnknownInstitution.into()])
}

impl From<ListError> for Problem {
    fn from(error: ListError) -> Self {
        match error {
            ListError::UnknownInstitution => Problem::new(
                StatusCode::NOT_FOUND,
                "Not Found",
                "unknown_institution",
                "No creditor institution with the fiscal code of the path is registered here.",
            ),
            ListError::Query(error) => error.into(),
            ListError::Store(error) => Problem::internal("Internal Server Error", &error),
        }
    }
}

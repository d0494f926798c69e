//! `GET /admin/v1/audit`: what was done, the latest first, as JSON or as a table.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;
use utoipa::{PartialSchema, ToSchema};

use super::model::{EntryModel, example};
use super::table;
use crate::api::Api;
use crate::api::accept::{CSV, JSON, prefers};
use crate::api::access::Access;
use crate::api::inbox::params::{LIMIT, LIMITS, Params};
use crate::api::openapi::{Answer, AnswerHeader, Doc, form};
use crate::api::positions::query::BadQuery;
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;
use crate::domain::access::{Permission, Tenant, policy};
use crate::store::{AuditQuery, StoreError};

/// Why the audit cannot be searched.
#[derive(Debug, thiserror::Error)]
enum SearchError {
    #[error(transparent)]
    Query(#[from] BadQuery),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A page of the audit.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AuditPage)]
struct AuditPage {
    /// The entries, the latest first.
    entries: Vec<EntryModel>,
    /// Where to go on; left out at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// Where a table goes on.
const NEXT_CURSOR: AnswerHeader = AnswerHeader {
    name: "X-Next-Cursor",
    about: "Where to go on; left out at the end. JSON has it in the body too.",
    example: "42",
};

/// Answers 200 with the page; 400 if a parameter is wrong.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Problem> {
    let query = read(&uri, &access).map_err(SearchError::from)?;
    let (entries, next) = api.store.audit_page(&query).await.map_err(SearchError::from)?;
    let next_cursor = next.map(|seq| seq.to_string());
    let place = next_cursor.as_deref().and_then(|next| HeaderValue::try_from(next).ok());
    let mut answer = if prefers(&headers, CSV, JSON) {
        ([(header::CONTENT_TYPE, "text/csv; charset=utf-8")], table::of(entries)).into_response()
    } else {
        let entries = entries.into_iter().map(EntryModel::new).collect();
        Json(AuditPage { entries, next_cursor }).into_response()
    };
    if let Some(place) = place {
        answer.headers_mut().insert(NEXT_CURSOR.name, place);
    }
    Ok(unkept(answer))
}

fn read(uri: &Uri, access: &Access) -> Result<AuditQuery, BadQuery> {
    let params = Params::read(uri)?;
    let control = BadQuery("A query parameter has control characters.");
    let cursor = BadQuery("The query parameter cursor must be a nextCursor of an answer.");
    let (from, until) = params.interval("from", "to")?;
    Ok(AuditQuery {
        sight: policy::own_tenants(&access.actor, Permission::AuditRead),
        tenant: params.word("tenant", |text| Tenant::parse(text).ok(), TENANT)?,
        actor: params.text("actor", control)?,
        action: params.text("action", control)?,
        target: params.text("target", control)?,
        from,
        until,
        limit: params.limit()?,
        after: params.word("cursor", |text| text.parse().ok().filter(|seq| *seq > 0), cursor)?,
    })
}

/// What a tenant in the query must be.
const TENANT: BadQuery =
    BadQuery("The query parameter tenant must be gateway, ec: and a fiscal code, or broker: and a code.");

/// What is said of it.
pub(super) fn doc() -> Doc {
    let moment = || form::or_empty(form::Moment::schema());
    let tenant = form::text("^(gateway|ec:[0-9]{11}|broker:\\S+)$", "A tenant.", "ec:99000010019");
    let page = Answer::json::<AuditPage>("The page, which may be empty.", json!({ "entries": [example()] }));
    Doc::new("searchAudit", "Search what was done")
        .about("An operator sees all of it, a referent what was done to its own tenants.")
        .query("tenant", form::or_empty(tenant), "Only what was done to that tenant.")
        .query("actor", form::example_text("person:1"), "Only what that person or key did.")
        .query("action", form::example_text("station.replace"), "Only that action.")
        .query("target", form::example_text("99000010019_01"), "Only what was done to that thing.")
        .query("from", moment(), "Only what was done from then.")
        .query("to", moment(), "Only what was done until then; a day is whole.")
        .query("limit", form::number(LIMITS, LIMIT), "How many a page has.")
        .query("cursor", form::example_text("42"), "Where to go on, as nextCursor gave it.")
        .answers(StatusCode::OK, page.or_text("text/csv", "sequence;at;actor\n").with(NEXT_CURSOR))
        .refuses([TENANT.into()])
}

impl From<SearchError> for Problem {
    fn from(error: SearchError) -> Self {
        match error {
            SearchError::Query(error) => error.into(),
            SearchError::Store(error) => Problem::internal("Internal Server Error", &error),
        }
    }
}

//! `GET /admin/v1/changes`: the changes that the caller may see, the latest first.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;
use utoipa::{PartialSchema, ToSchema};

use super::model::{KindWord, StateWord, SummaryModel, summary_example};
use crate::api::Api;
use crate::api::access::Access;
use crate::api::inbox::params::{LIMIT, LIMITS, Params};
use crate::api::openapi::{Answer, Doc, form};
use crate::api::positions::query::BadQuery;
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;
use crate::domain::access::{Permission, Tenant, policy};
use crate::domain::governance::Kind;
use crate::domain::governance::change::State as ChangeState;
use crate::store::{Change, ChangePlace, ChangeQuery, StoreError};

/// Why changes cannot be listed.
#[derive(Debug, thiserror::Error)]
enum ListError {
    #[error(transparent)]
    Query(#[from] BadQuery),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A page of changes.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Changes)]
struct ChangesPage {
    /// The changes, the latest first.
    changes: Vec<SummaryModel>,
    /// Where to go on; left out at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// Answers 200 with the page; 400 if a parameter is wrong.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    uri: Uri,
) -> Result<Response, Problem> {
    let query = read(&uri, &access).map_err(ListError::from)?;
    let found = api.store.list_changes(&query).await.map_err(ListError::from)?;
    // A change may be about others too: then only who sees them all sees it.
    let own = |change: &&Change| {
        change.created_by == access.actor.id || change.tenants().into_iter().all(|tenant| access.sees(tenant))
    };
    let page = ChangesPage {
        changes: found.changes.iter().filter(own).map(SummaryModel::new).collect(),
        next_cursor: found.next.as_ref().map(write_place),
    };
    Ok(unkept(Json(page).into_response()))
}

fn read(uri: &Uri, access: &Access) -> Result<ChangeQuery, BadQuery> {
    let params = Params::read(uri)?;
    let state = BadQuery("The query parameter state must be a state of changes.");
    let kind = BadQuery("The query parameter kind must be a kind of things.");
    let cursor = BadQuery("The query parameter cursor must be a nextCursor of an answer.");
    Ok(ChangeQuery {
        sight: policy::own_tenants(&access.actor, Permission::ChangeRead)
            .map(|tenants| (tenants, access.actor.id.clone())),
        state: params.word("state", ChangeState::from_word, state)?,
        kind: params.word("kind", Kind::named, kind)?,
        tenant: params.word("tenant", |text| Tenant::parse(text).ok(), TENANT)?,
        limit: params.limit()?,
        after: params.word("cursor", read_place, cursor)?,
    })
}

/// What a tenant in the query must be.
const TENANT: BadQuery =
    BadQuery("The query parameter tenant must be gateway, ec: and a fiscal code, or broker: and a code.");

/// Writes a place: the microsecond, a dot, and the id.
fn write_place(place: &ChangePlace) -> String {
    format!("{}.{}", place.created_at.as_microsecond(), place.id)
}

/// Reads what [`write_place`] wrote; none for anything else.
fn read_place(text: &str) -> Option<ChangePlace> {
    let (at, id) = text.split_once('.')?;
    let created_at = Timestamp::from_microsecond(at.parse().ok()?).ok()?;
    let plain = id.bytes().all(|b| b.is_ascii_hexdigit());
    let place = ChangePlace { created_at, id: id.to_owned() };
    (plain && write_place(&place) == text).then_some(place)
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let tenant = form::text("^(gateway|ec:[0-9]{11}|broker:\\S+)$", "A tenant.", "ec:99000010019");
    Doc::new("listChanges", "List changes")
        .about("Those about tenants whose changes the caller may see, and the caller's own.")
        .query("state", form::or_empty(StateWord::schema()), "Only those in that state.")
        .query("kind", form::or_empty(KindWord::schema()), "Only those whose first proposal is of that kind.")
        .query("tenant", form::or_empty(tenant), "Only those about that tenant.")
        .query("limit", form::number(LIMITS, LIMIT), "How many a page has.")
        .query(
            "cursor",
            form::example_text("1795343400000000.5f0c1a6e2b7d4c3f8a9b0c1d2e3f4a5b"),
            "Where to go on, as nextCursor gave it.",
        )
        .answers(
            StatusCode::OK,
            Answer::json::<ChangesPage>(
                "The page, which may be empty.",
                json!({ "changes": [summary_example()] }),
            ),
        )
        .refuses([TENANT.into()])
}

impl From<ListError> for Problem {
    fn from(error: ListError) -> Self {
        match error {
            ListError::Query(error) => error.into(),
            ListError::Store(error) => Problem::internal("Internal Server Error", &error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_found_again_and_nothing_else_is_one() {
        let created_at = Timestamp::from_microsecond(-5).unwrap();
        let place = ChangePlace { created_at, id: "0a".to_owned() };
        assert_eq!(read_place(&write_place(&place)), Some(place));
        for wrong in ["", "1", "x.a", "+1.a", "01.a", "1.a b", "1.g"] {
            assert_eq!(read_place(wrong), None, "{wrong}");
        }
    }
}

//! `PATCH …/debtpositions/transfers`: an account of the creditor takes the place of another in all that
//! can still be paid.
//!
//! Stricter than the published service: the new account must be one of the creditor's, and shares of
//! other beneficiaries keep theirs. Each position that changes gets a new version.
//! A notice of which a payment may be under way keeps its account.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use axum::http::{StatusCode, Uri};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::PartialSchema;

use super::ORGANIZATION;
use super::field::Field;
use super::orders::{IbanUpdateRequest, IbanUpdateResponse};
use super::parse::report::{Pointer, Report};
use super::query::{self, BadQuery};
use crate::api::Api;
use crate::api::auth::Organization;
use crate::api::body::JsonBody;
use crate::api::openapi::{Answer, Doc, form};
use crate::api::problem::{Problem, Violation};
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::iban::Iban;
use crate::domain::rome;
use crate::domain::update::IbanChange;
use crate::registry::Registry;
use crate::store::StoreError;

/// The most transfers of one request, and how many they are when the caller says nothing.
const LIMIT: u32 = 1000;

/// Why accounts cannot be replaced.
#[derive(Debug, thiserror::Error)]
pub(super) enum TransfersError {
    #[error(transparent)]
    Query(#[from] BadQuery),
    #[error("the new account cannot be used")]
    NewIban(Vec<Violation>),
    #[error("no position lets its accounts change")]
    NothingUpdatable,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Answers 200 with the number of transfers; 400, or 404 if no position could be changed at all.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    Organization(ec, scope): Organization,
    uri: Uri,
    JsonBody(body): JsonBody,
) -> Result<Json<IbanUpdateResponse>, Problem> {
    let (old, limit) = read_query(&uri).map_err(TransfersError::from)?;
    let now = api.clock.now();
    let new = new_iban(body, &ec, (&api.registry.current(), now)).map_err(TransfersError::NewIban)?;
    let change = IbanChange { old: &old, new: &new, scope: &scope, limit, hold: api.hold };
    let updated = api.store.replace_iban(&ec, change, now).await;
    let updated = updated.map_err(TransfersError::from)?.ok_or(TransfersError::NothingUpdatable)?;
    Ok(Json(IbanUpdateResponse { description: DONE, updated_transfers: updated }))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TransfersQuery {
    old_iban: Option<String>,
    limit: Option<String>,
}

fn read_query(uri: &Uri) -> Result<(Iban, usize), BadQuery> {
    let twice = BadQuery("A query parameter is there twice.");
    let Query(query) = Query::<TransfersQuery>::try_from_uri(uri).map_err(|_| twice)?;
    let old = Iban::kept(query.old_iban.as_deref().unwrap_or_default());
    let old = old.map_err(|_| BadQuery("The query parameter oldIban must be an IBAN."))?;
    let wrong = BadQuery("The query parameter limit must be a whole number from 1 to 1000.");
    let limit = query::number(query.limit.as_deref(), LIMIT, 1..=LIMIT, wrong)?;
    Ok((old, usize::try_from(limit).map_err(|_| wrong)?))
}

fn new_iban(
    body: Value,
    ec: &FiscalCode,
    (registry, now): (&Registry, Timestamp),
) -> Result<Iban, Vec<Violation>> {
    let mut report = Report::default();
    let (root, at) = (Pointer::root(), Pointer::root().field("newIban"));
    let field = Field::<IbanUpdateRequest>::deserialize(body).unwrap_or(Field::WrongType);
    let text = report.required(field, &root).and_then(|request| report.required(request.new_iban, &at));
    let iban = text.and_then(|text| report.read(&at, Iban::new(&text)));
    match iban {
        Some(iban) if registry.owns_iban(ec, &iban, rome::day(now)) => return Ok(iban),
        Some(_) => report.add(&at, NOT_OWNED, "is no registered account of the creditor institution"),
        None => {}
    }
    Err(report.into_violations())
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let answer = json!({ "description": DONE, "updatedTransfers": 12 });
    let wrong = Violation {
        pointer: "/newIban".into(),
        code: NOT_OWNED,
        message: "is no registered account of the creditor institution".into(),
    };
    Doc::new("replaceIbanV1", "Replace an account in all transfers that can still be paid")
        .organization(ORGANIZATION)
        .needs_query("oldIban", Iban::schema(), "The account that it takes the place of.")
        .query("limit", form::number(1..=LIMIT, LIMIT), "The most transfers to change.")
        .takes::<IbanUpdateRequest>(json!({ "newIban": "IT52Z0760103600000001002003" }))
        .answers(StatusCode::OK, Answer::json::<IbanUpdateResponse>("How many were changed.", answer))
        .refuses([
            query::WRONG.into(),
            TransfersError::NewIban(vec![wrong]).into(),
            TransfersError::NothingUpdatable.into(),
        ])
}

const DONE: &str = "IBAN updated on the transfers that can still be paid.";
const NOT_OWNED: &str = "iban_not_owned";

impl From<TransfersError> for Problem {
    fn from(error: TransfersError) -> Self {
        match error {
            TransfersError::Query(error) => error.into(),
            TransfersError::NewIban(violations) => Problem::new(
                StatusCode::BAD_REQUEST,
                "BAD REQUEST",
                "invalid_iban",
                "The new account cannot be used, for the reason that violations gives.",
            )
            .with_violations(violations),
            TransfersError::NothingUpdatable => Problem::new(
                StatusCode::NOT_FOUND,
                "No debt position in updatable state found",
                "nothing_updatable",
                "The creditor institution has no debt position whose accounts could change.",
            ),
            TransfersError::Store(error) => Problem::internal("The debt position update is failed", &error),
        }
    }
}

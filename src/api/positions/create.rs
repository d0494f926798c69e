//! `POST …/debtpositions`: a new position, a draft or (`toPublish=true`) published at once.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use serde::Deserialize;

use super::parse::{self, Context, NewPosition, metadata};
use super::render;
use crate::api::Api;
use crate::api::auth::Organization;
use crate::api::body::JsonBody;
use crate::api::problem::{Problem, Violation};
use crate::domain::lifecycle::mark_published;
use crate::domain::notice_number::NoticeNumber;
use crate::store::{self, StoreError};

/// Why a position cannot be created.
#[derive(Debug, thiserror::Error)]
pub(super) enum CreatePositionError {
    #[error("toPublish is neither true nor false")]
    ToPublish,
    #[error("the body breaks {} rules", .0.len())]
    Invalid(Vec<Violation>),
    #[error("the only thing wrong is that keys or notices clash")]
    Clash(Clash, Vec<Violation>),
    #[error("the iupd is taken")]
    IupdTaken,
    #[error("a notice number is taken")]
    NoticeTaken(Option<usize>),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What the published contract answers with 409 though the body alone shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Clash {
    ReservedKey,
    DuplicateKey,
    DuplicateNotice,
}

/// Answers 201 with the position; 400 with everything that is wrong, 409 where something is taken.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    Organization(ec): Organization,
    uri: Uri,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let publication = Publication::of(&uri)?;
    let now = api.clock.now();
    let registry = api.registry.current();
    let context = Context { ec: &ec, registry: &registry, now };
    let new = parse::new_position(body, &context).map_err(refusal)?;
    let NewPosition { mut position, rows } = new;
    if publication == Publication::AtOnce {
        mark_published(&mut position, now);
    }
    api.store.create_position(&position).await.map_err(|error| clash(error, &rows))?;
    Ok(render::with_debtor(StatusCode::CREATED, &position, now))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Publication {
    Later,
    AtOnce,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PublicationQuery {
    to_publish: Option<String>,
}

impl Publication {
    fn of(uri: &Uri) -> Result<Self, CreatePositionError> {
        let query = Query::<PublicationQuery>::try_from_uri(uri);
        let Query(query) = query.map_err(|_| CreatePositionError::ToPublish)?;
        match query.to_publish.as_deref() {
            None | Some("" | "false") => Ok(Publication::Later),
            Some("true") => Ok(Publication::AtOnce),
            Some(_) => Err(CreatePositionError::ToPublish),
        }
    }
}

/// 409 only where every violation is a clash: one that needs another body is told first.
fn refusal(violations: Vec<Violation>) -> CreatePositionError {
    let clash = |violation: &Violation| match violation.code {
        metadata::RESERVED_KEY => Some(Clash::ReservedKey),
        metadata::DUPLICATE_KEY => Some(Clash::DuplicateKey),
        parse::DUPLICATE_NOTICE => Some(Clash::DuplicateNotice),
        _ => None,
    };
    let clashes: Option<Vec<Clash>> = violations.iter().map(clash).collect();
    match clashes.and_then(|clashes| clashes.first().copied()) {
        Some(first) => CreatePositionError::Clash(first, violations),
        None => CreatePositionError::Invalid(violations),
    }
}

fn clash(error: store::CreateError, rows: &[NoticeNumber]) -> CreatePositionError {
    match error {
        store::CreateError::IupdTaken => CreatePositionError::IupdTaken,
        store::CreateError::NoticeTaken(taken) => {
            CreatePositionError::NoticeTaken(rows.iter().position(|number| *number == taken))
        }
        store::CreateError::Store(error) => CreatePositionError::Store(error),
    }
}

const NOT_UNIQUE: &str = "The debt position violated constraints of uniqueness";

impl From<CreatePositionError> for Problem {
    fn from(error: CreatePositionError) -> Self {
        match error {
            CreatePositionError::ToPublish => Problem::new(
                StatusCode::BAD_REQUEST,
                "BAD REQUEST",
                "query_parameter",
                "The query parameter toPublish must be true or false.",
            ),
            CreatePositionError::Invalid(violations) => Problem::new(
                StatusCode::BAD_REQUEST,
                "Error in the debt position request data",
                "invalid_position",
                "The position breaks the rules that violations lists.",
            )
            .with_violations(violations),
            CreatePositionError::Clash(clash, violations) => {
                let (title, code, detail) = clash.words();
                Problem::new(StatusCode::CONFLICT, title, code, detail).with_violations(violations)
            }
            CreatePositionError::IupdTaken => {
                let detail = "The creditor institution has a debt position of this iupd already.";
                taken("iupd_taken", detail, "/iupd".into())
            }
            CreatePositionError::NoticeTaken(row) => {
                let pointer = row.map_or("/paymentOption".into(), |row| format!("/paymentOption/{row}/iuv"));
                let detail = "The creditor institution has a payment option of this iuv already.";
                taken("notice_taken", detail, pointer)
            }
            CreatePositionError::Store(error) => {
                Problem::internal("The debt position creation is failed", &error)
            }
        }
    }
}

impl Clash {
    fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Clash::ReservedKey => (
                "The payment option contains reserved metadata",
                metadata::RESERVED_KEY,
                "Keys that the gateway writes itself must not be sent; violations lists them.",
            ),
            Clash::DuplicateKey => (
                "The metadata contains duplicated keys",
                metadata::DUPLICATE_KEY,
                "Metadata keys must differ within their list; violations lists the repeated ones.",
            ),
            Clash::DuplicateNotice => (
                NOT_UNIQUE,
                parse::DUPLICATE_NOTICE,
                "The payment options of a position must have different iuv; violations lists the repeated ones.",
            ),
        }
    }
}

fn taken(code: &'static str, detail: &'static str, pointer: String) -> Problem {
    let violation = Violation { pointer, code, message: "is taken".into() };
    Problem::new(StatusCode::CONFLICT, NOT_UNIQUE, code, detail).with_violations(vec![violation])
}

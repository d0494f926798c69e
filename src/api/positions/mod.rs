//! Debt positions, as the published contract (GPD) manages them: each endpoint once for all versions.
//!
//! [`contract::Contract`] is what differs, the bodies and how they are read and written, and [`v1`] and [`v3`]
//! say it for each version.

use std::sync::Arc;

use axum::Router;
use axum::extract::{FromRequestParts, Path};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::routing::{MethodRouter, get, post};
use serde::Deserialize;

use super::Api;
use super::problem::Problem;
use crate::domain::ids::Iupd;
use crate::domain::notice_number::{Iuv, NoticeNumber};
use crate::store::NoticeName;

pub(super) mod contract;
mod create;
mod cursor;
pub(super) mod dates;
mod days;
mod delete;
mod field;
mod if_match;
mod in_progress;
mod invalidate;
mod list;
mod model;
mod notification_fee;
mod paid;
mod parse;
mod publish;
pub(super) mod query;
mod read;
mod refusal;
pub(super) mod render;
mod report;
pub(super) mod rows;
mod transfers;
mod update;
pub mod v1;
pub mod v3;

use contract::Contract;

/// The path of all positions of a creditor institution.
const ALL: &str = "/organizations/{organizationfiscalcode}/debtpositions";

/// The path of all transfers is in the first version also that of the position of this name, should
/// there be one.
const TRANSFERS: &str = "transfers";

/// The endpoints that a version has in common with the others.
fn router<C: Contract>() -> Router<Arc<Api>> {
    Router::new()
        .route(ALL, get(list::handler::<C>).post(create::handler::<C>))
        .route(&format!("{ALL}/{{iupd}}"), one::<C>())
        .route(&format!("{ALL}/{{iupd}}/publish"), post(publish::handler::<C>))
        .route(&format!("{ALL}/{{iupd}}/invalidate"), post(invalidate::handler::<C>))
}

/// What can be asked of one position.
fn one<C: Contract>() -> MethodRouter<Arc<Api>> {
    get(read::handler::<C>).put(update::handler::<C>).delete(delete::handler)
}

/// The position's name in the path. A text that cannot be one names no position.
struct NamedPosition(Iupd);

#[derive(Deserialize)]
struct IupdPath {
    iupd: Option<String>,
}

impl FromRequestParts<Arc<Api>> for NamedPosition {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, Problem> {
        let path = Path::<IupdPath>::from_request_parts(parts, api).await;
        let iupd = path.ok().and_then(|Path(path)| Iupd::new(path.iupd.as_deref().unwrap_or(TRANSFERS)).ok());
        iupd.map(NamedPosition).ok_or_else(unknown_position)
    }
}

fn unknown_position() -> Problem {
    Problem::new(
        StatusCode::NOT_FOUND,
        "Not found the debt position",
        "unknown_position",
        "The creditor institution has no debt position of that iupd.",
    )
}

fn unknown_notice() -> Problem {
    Problem::new(
        StatusCode::NOT_FOUND,
        "Not found the payment option",
        "unknown_notice",
        "The creditor institution has no payment option of that notice number.",
    )
}

/// A notice by what a path names it: its number, or its IUV. A text that is neither names none.
fn notice_name(text: &str) -> Option<NoticeName> {
    let number = NoticeNumber::new(text).map(NoticeName::Number);
    number.or_else(|_| Iuv::new(text).map(NoticeName::Iuv)).ok()
}

//! Debt positions, as the first version of the published contract (GPD v1) manages them.

use std::sync::Arc;

use axum::Router;
use axum::extract::{FromRequestParts, Path};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::routing::{get, post};
use serde::Deserialize;

use super::Api;
use super::problem::Problem;
use crate::domain::ids::Iupd;

mod create;
pub(super) mod dates;
mod delete;
mod if_match;
mod invalidate;
mod list;
mod model;
mod paid;
mod parse;
mod publish;
pub(super) mod query;
mod read;
mod refusal;
mod render;
mod transfers;
mod update;

pub(super) fn router() -> Router<Arc<Api>> {
    let all = "/organizations/{organizationfiscalcode}/debtpositions";
    let one = || get(read::handler).put(update::handler).delete(delete::handler);
    let paid = "/organizations/{organizationfiscalcode}/paymentoptions/paids/{nav}";
    Router::new()
        .route(all, get(list::handler).post(create::handler))
        .route(&format!("{all}/{{iupd}}"), one())
        .route(&format!("{all}/{TRANSFERS}"), one().patch(transfers::handler))
        .route(&format!("{all}/{{iupd}}/publish"), post(publish::handler))
        .route(&format!("{all}/{{iupd}}/invalidate"), post(invalidate::handler))
        .route(paid, post(paid::handler))
}

/// The path of all transfers is also that of the position of this name, should there be one.
const TRANSFERS: &str = "transfers";

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

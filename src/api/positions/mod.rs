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
mod dates;
mod delete;
mod invalidate;
mod model;
mod parse;
mod publish;
mod read;
mod render;

pub(super) fn router() -> Router<Arc<Api>> {
    let one = "/organizations/{organizationfiscalcode}/debtpositions/{iupd}";
    Router::new()
        .route("/organizations/{organizationfiscalcode}/debtpositions", post(create::handler))
        .route(one, get(read::handler).delete(delete::handler))
        .route(&format!("{one}/publish"), post(publish::handler))
        .route(&format!("{one}/invalidate"), post(invalidate::handler))
}

/// The position's name in the path. A text that cannot be one names no position.
struct NamedPosition(Iupd);

#[derive(Deserialize)]
struct IupdPath {
    iupd: String,
}

impl FromRequestParts<Arc<Api>> for NamedPosition {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, Problem> {
        let path = Path::<IupdPath>::from_request_parts(parts, api).await;
        let iupd = path.ok().and_then(|Path(path)| Iupd::new(&path.iupd).ok());
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

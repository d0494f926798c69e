//! `GET /services/{service}`: one service.

use axum::http::StatusCode;
use axum::response::Response;

use super::model::ServiceModel;
use super::shown::{self, Shown};
use super::{Missing, examples, of_service};
use crate::api::apiconfig::names::Named;
use crate::api::openapi::{Answer, Doc};
use crate::api::problem::Problem;
use crate::domain::catalogue::browse::by_service;

/// Answers 200 with the service; 404 if nobody provides it now.
pub(super) async fn handler(Named(id): Named<String>, shown: Shown) -> Result<Response, Problem> {
    let (mut open, tree) = (shown.shelf.open(), shown.shelf.tree());
    open.retain(|one| one.service.id.as_str() == id);
    let service = by_service(&open).into_iter().next().ok_or(Missing)?;
    Ok(shown.answer(&ServiceModel::new(&service, &tree, shown.language)))
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let answer = Answer::json::<ServiceModel<'static>>("The service.", examples::service());
    shown::doc(of_service(Doc::new("readCatalogueService", "Read a service")))
        .answers(StatusCode::OK, shown::told(answer))
}

//! `GET /organizations/{ec}/services/{service}`: a service as a creditor institution provides it.

use axum::http::StatusCode;
use axum::response::Response;

use super::model::OfferingModel;
use super::shown::{self, Shown};
use super::{Missing, examples, of_offering};
use crate::api::apiconfig::names::Named;
use crate::api::openapi::{Answer, Doc};
use crate::api::problem::Problem;

/// Answers 200 with the offering; 404 if it cannot be asked for now.
pub(super) async fn handler(
    Named((ec, service)): Named<(String, String)>,
    shown: Shown,
) -> Result<Response, Problem> {
    let offered = shown.offered(&ec, &service)?;
    let open = shown.shelf.shown(&offered).ok_or(Missing)?;
    Ok(shown.answer(&OfferingModel::new(&open, shown.language)))
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let answer = Answer::json::<OfferingModel<'static>>("The offering.", examples::offering());
    shown::doc(of_offering(Doc::new("readCatalogueOffering", "Read what an institution provides")))
        .answers(StatusCode::OK, shown::told(answer))
}

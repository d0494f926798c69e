//! `GET /services/{service}/offerings`: who provides a service.

use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;

use super::model::{OfferingModel, OfferingsModel};
use super::shown::{self, Shown};
use super::{Missing, examples, of_service};
use crate::api::apiconfig::names::Named;
use crate::api::openapi::{Answer, Doc};
use crate::api::problem::Problem;
use crate::domain::catalogue::browse::{Question, answer};

/// Answers 200 with all that can be asked for; 404 if there are none.
pub(super) async fn handler(Named(id): Named<String>, shown: Shown) -> Result<Response, Problem> {
    let (mut open, tree) = (shown.shelf.open(), shown.shelf.tree());
    open.retain(|one| one.service.id.as_str() == id);
    if open.is_empty() {
        return Err(Missing.into());
    }
    let found = answer(&open, &tree, &Question::default(), shown.language);
    let offerings = found.iter().map(|one| OfferingModel::new(one, shown.language)).collect();
    Ok(shown.answer(&OfferingsModel { offerings }))
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let example = json!({ "offerings": [examples::offering()] });
    let answer = Answer::json::<OfferingsModel<'static>>("By name and institution.", example);
    shown::doc(of_service(Doc::new("listCatalogueOfferings", "List who provides a service")))
        .answers(StatusCode::OK, shown::told(answer))
}

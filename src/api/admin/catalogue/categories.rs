//! `GET /catalogue/categories`: all of them.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::category::example;
use super::refusal::failed;
use crate::api::Api;
use crate::api::openapi::{Answer, Doc};
use crate::api::problem::Problem;
use crate::catalogue::definition::CategoryDefinition;

/// The categories of the installation.
#[derive(Serialize, ToSchema)]
#[schema(as = ServiceCategories)]
pub(super) struct CategoriesModel {
    /// Each of them; what is below another names it.
    categories: Vec<CategoryDefinition>,
}

/// Answers 200 with all of them.
pub(super) async fn handler(State(api): State<Arc<Api>>) -> Result<Json<CategoriesModel>, Problem> {
    let catalogue = api.catalogue.refresh(&api.store).await.map_err(failed)?;
    let categories = catalogue.categories().iter().map(CategoryDefinition::of).collect();
    Ok(Json(CategoriesModel { categories }))
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let answer = json!({ "categories": [example()] });
    Doc::new("listCategories", "List the categories of services")
        .answers(StatusCode::OK, Answer::json::<CategoriesModel>("Siblings in their order.", answer))
}

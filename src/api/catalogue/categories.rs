//! `GET /categories`: the groups of services, as a tree, with how many services can be asked for in each.

use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;

use super::model::{CategoriesModel, CategoryModel};
use super::shown::{self, Shown};
use crate::api::openapi::{Answer, Doc};

/// Answers 200 with all of them.
pub(super) async fn handler(shown: Shown) -> Response {
    let (open, tree) = (shown.shelf.open(), shown.shelf.tree());
    let branches = tree.branches(&open, shown.language);
    let categories = branches.iter().map(|one| CategoryModel::new(one, shown.language)).collect();
    shown.answer(&CategoriesModel { categories })
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let example = json!({ "categories": [
        { "id": "tributi", "name": "Tributi", "depth": 0, "services": 2 },
        { "id": "tributi-auto", "parent": "tributi", "name": "Automobile", "depth": 1, "services": 1 },
    ] });
    let answer = Answer::json::<CategoriesModel<'static>>("Each before those below it.", example);
    shown::doc(Doc::new("listCatalogueCategories", "List the categories of services"))
        .answers(StatusCode::OK, shown::told(answer))
}

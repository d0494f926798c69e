//! `GET`, `PUT` and `DELETE /catalogue/categories/{category}`: a group of services.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::body::definition;
use super::put_status;
use super::refusal::{Invalid, Missing, carried, example_of_conflict, failed, stale};
use super::tags::{TAG, meant, tagged};
use crate::api::Api;
use crate::api::access::Access;
use crate::api::apiconfig::names::Named;
use crate::api::body::JsonBody;
use crate::api::openapi::{Answer, Doc, IF_MATCH, form};
use crate::api::positions::if_match::IfMatch;
use crate::api::problem::Problem;
use crate::catalogue::definition::CategoryDefinition;
use crate::domain::access::Tenant;
use crate::domain::catalogue::ids::CategoryId;
use crate::domain::governance::{Kind, Proposal, Wish};
use crate::store::definition_form;

/// Answers 200 with the category; 404.
pub(super) async fn read(
    State(api): State<Arc<Api>>,
    Named(name): Named<String>,
) -> Result<Response, Problem> {
    let catalogue = api.catalogue.refresh(&api.store).await.map_err(failed)?;
    let id = CategoryId::new(&name).map_err(|_| Missing::Category)?;
    let category = catalogue.category(&id).ok_or(Missing::Category)?;
    let response = Json(CategoryDefinition::of(category)).into_response();
    Ok(tagged(response, catalogue.category_tag(&id)))
}

/// Answers 201 if it was made, 200 if it was changed, 202 if that waits; 400, 409, 412 or 422.
pub(super) async fn put(
    State(api): State<Arc<Api>>,
    access: Access,
    Named(name): Named<String>,
    condition: IfMatch,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let wanted: CategoryDefinition = definition(body)?;
    let category = wanted.read().map_err(Invalid::from)?;
    if category.id.as_str() != name {
        return Err(another("/id").into());
    }
    let catalogue = api.catalogue.refresh(&api.store).await.map_err(failed)?;
    let tag = catalogue.category_tag(&category.id);
    meant(&condition, tag)?;
    if category.parent.as_ref().is_some_and(|parent| catalogue.category(parent).is_none()) {
        return Err(unknown_parent().into());
    }
    let wish = if tag.is_some() { Wish::Replace } else { Wish::Create };
    let wanted = CategoryDefinition::of(&category);
    let form = serde_json::to_value(&wanted).unwrap_or_default();
    let proposal = proposal(&category.id, wish, Some(definition_form(&form, tag)));
    let written = carried(&api, &access, &[proposal]).await?;
    let is_new = tag.is_none();
    let now = api.catalogue.current();
    Ok(written.answer(|_| {
        let response = (put_status(is_new), Json(wanted)).into_response();
        tagged(response, now.category_tag(&category.id))
    }))
}

/// Answers 204, 202 if that waits; 404, 409 or 412.
pub(super) async fn delete(
    State(api): State<Arc<Api>>,
    access: Access,
    Named(name): Named<String>,
    condition: IfMatch,
) -> Result<Response, Problem> {
    let catalogue = api.catalogue.refresh(&api.store).await.map_err(failed)?;
    let id = CategoryId::new(&name).map_err(|_| Missing::Category)?;
    let tag = catalogue.category_tag(&id).ok_or(Missing::Category)?;
    meant(&condition, Some(tag))?;
    let written = carried(&api, &access, &[proposal(&id, Wish::Remove, None)]).await?;
    Ok(written.answer(|_| StatusCode::NO_CONTENT.into_response()))
}

/// What is wished of a category.
pub(in crate::api) fn proposal(id: &CategoryId, wish: Wish, wanted: Option<String>) -> Proposal {
    Proposal { kind: Kind::Category, tenant: Tenant::Gateway, target: id.to_string(), wish, wanted }
}

/// The body names another thing than the path.
pub(super) fn another(pointer: &str) -> Invalid {
    Invalid::example(pointer, "differs_from_path", "is another than in the path")
}

fn unknown_parent() -> Invalid {
    Invalid::example("/parent", "unknown_category", "is no category of the catalogue")
}

pub(super) fn example() -> Value {
    json!({ "id": "scuola", "name": { "it": "Scuola", "en": "School" }, "order": 10 })
}

fn doc_of(id: &str, summary: &str) -> Doc {
    Doc::new(id, summary).path("category", form::example_text("scuola"), "The category.")
}

/// What is said of the reading.
pub(super) fn doc_of_read() -> Doc {
    let answer = Answer::json::<CategoryDefinition>("The category.", example());
    doc_of("readCategory", "Read a category")
        .answers(StatusCode::OK, answer.with(TAG))
        .refuses([Missing::Category.into()])
}

/// What is said of the writing.
pub(super) fn doc_of_put() -> Doc {
    let answer = |about| Answer::json::<CategoryDefinition>(about, example()).with(TAG);
    doc_of("putCategory", "Make or change a category")
        .header(IF_MATCH, form::entity_tags(), "The version that is meant, as ETag gave it.")
        .takes::<CategoryDefinition>(example())
        .answers(StatusCode::CREATED, answer("The category, which is there now."))
        .answers(StatusCode::OK, answer("The category, as it is now."))
        .answers(StatusCode::ACCEPTED, Answer::waiting())
        .refuses([
            another("/id").into(),
            stale(),
            example_of_conflict("category_circle", "A category cannot be below itself."),
        ])
}

/// What is said of the deletion.
pub(super) fn doc_of_delete() -> Doc {
    doc_of("deleteCategory", "Take a category away")
        .about("It goes only while no service and no category is in it.")
        .header(IF_MATCH, form::entity_tags(), "The version that is meant, as ETag gave it.")
        .answers(StatusCode::NO_CONTENT, Answer::empty("It is gone."))
        .answers(StatusCode::ACCEPTED, Answer::waiting())
        .refuses([
            Missing::Category.into(),
            stale(),
            example_of_conflict("in_use", "It cannot be removed while it has services."),
        ])
}

//! `GET /catalogue/schemas`: the schemas of documents that services can be bound to.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::refusal::failed;
use crate::api::Api;
use crate::api::openapi::{Answer, Doc};
use crate::api::problem::Problem;
use crate::catalogue::view::Schema;

/// A schema in a list.
#[derive(Serialize, ToSchema)]
#[schema(as = DocumentSchemaRow)]
struct SchemaRow {
    /// Its name (`xsdRiferimento`).
    name: String,
    /// Whether it comes with the program: then it stays as it is.
    shipped: bool,
}

impl SchemaRow {
    fn new(schema: &Schema) -> Self {
        SchemaRow { name: schema.name.to_string(), shipped: schema.tag.is_none() }
    }
}

/// Schemas.
#[derive(Serialize, ToSchema)]
#[schema(as = DocumentSchemas)]
pub(super) struct SchemasModel {
    /// Each of them, by name.
    schemas: Vec<SchemaRow>,
}

/// Answers 200 with all of them.
pub(super) async fn handler(State(api): State<Arc<Api>>) -> Result<Json<SchemasModel>, Problem> {
    let catalogue = api.catalogue.refresh(&api.store).await.map_err(failed)?;
    Ok(Json(SchemasModel { schemas: catalogue.schemas().map(SchemaRow::new).collect() }))
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let answer = json!({ "schemas": [{ "name": "TassaAuto", "shipped": true }] });
    Doc::new("listDocumentSchemas", "List the schemas of documents")
        .answers(StatusCode::OK, Answer::json::<SchemasModel>("All of them.", answer))
}

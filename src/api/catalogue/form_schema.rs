//! `GET …/form`: what is asked of the payer, as a JSON Schema (2020-12) with words in the language.

use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;

use super::of_offering;
use super::shown::{self, Shown};
use crate::api::apiconfig::names::Named;
use crate::api::openapi::{Answer, Doc};
use crate::api::problem::Problem;
use crate::catalogue::render;

/// Answers 200 with the schema; 404 if the offering cannot be asked for now.
pub(super) async fn handler(
    Named((ec, service)): Named<(String, String)>,
    shown: Shown,
) -> Result<Response, Problem> {
    let offered = shown.offered(&ec, &service)?;
    let schema = render::json_schema(&offered.listed.service.form, shown.language);
    Ok(shown.file("application/schema+json", schema.to_string().into_bytes()))
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let example = json!({ "$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object" });
    let answer = Answer::empty("The schema of the member inputs of a quote or payment.")
        .or_file("application/schema+json", example);
    shown::doc(of_offering(Doc::new("readCatalogueForm", "Read the form of a service as a JSON Schema")))
        .answers(StatusCode::OK, shown::told(answer))
}

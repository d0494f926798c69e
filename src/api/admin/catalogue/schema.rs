//! `GET`, `PUT` and `DELETE /catalogue/schemas/{schema}`: a schema of documents that come with a demand.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

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
use crate::api::problem::{Problem, Violation};
use crate::catalogue::payload::{Compiled, shipped};
use crate::catalogue::view::{Catalogue, Schema, reader};
use crate::domain::access::Tenant;
use crate::domain::catalogue::ids::SchemaName;
use crate::domain::catalogue::service::Intake;
use crate::domain::governance::{Kind, Proposal, Wish};
use crate::store::definition_form;

/// A schema that is to be there.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewDocumentSchema)]
struct SchemaRequest {
    /// Its text (XSD): one root, no imports, at most 64 KiB.
    xsd: String,
}

/// A schema.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DocumentSchema)]
pub(super) struct SchemaModel {
    /// Its name (`xsdRiferimento`).
    name: String,
    /// Whether it comes with the program: then it stays as it is.
    shipped: bool,
    /// The root of its documents, with its namespace.
    root: String,
    /// The elements that can be fields: names below the root, with slashes between them.
    paths: Vec<String>,
    /// Its text.
    xsd: String,
}

impl SchemaModel {
    fn new(schema: &Schema, compiled: &Compiled) -> Self {
        let (namespace, local) = compiled.root();
        let once = compiled.leaves().iter().filter(|leaf| !leaf.repeated);
        SchemaModel {
            name: schema.name.to_string(),
            shipped: schema.tag.is_none(),
            root: if namespace.is_empty() { local.to_owned() } else { format!("{{{namespace}}}{local}") },
            paths: once.map(|leaf| leaf.path.clone()).collect(),
            xsd: schema.xsd.to_string(),
        }
    }
}

/// Answers 200 with the schema; 404.
pub(super) async fn read(
    State(api): State<Arc<Api>>,
    Named(name): Named<String>,
) -> Result<Response, Problem> {
    let catalogue = api.catalogue.refresh(&api.store).await.map_err(failed)?;
    let name = SchemaName::new(&name).map_err(|_| Missing::Schema)?;
    let schema = catalogue.schema(&name).ok_or(Missing::Schema)?;
    let compiled = compiled(&schema.xsd)?;
    let response = Json(SchemaModel::new(schema, &compiled)).into_response();
    Ok(tagged(response, schema.tag.as_deref()))
}

/// Answers 201 if it is new, 200 if it was changed, 202 if that waits; 400, 409, 412 or 422.
pub(super) async fn put(
    State(api): State<Arc<Api>>,
    access: Access,
    Named(name): Named<String>,
    condition: IfMatch,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let name = SchemaName::new(&name).map_err(|_| bad_name())?;
    if shipped(&name).is_some() {
        return Err(is_shipped());
    }
    let SchemaRequest { xsd } = definition(body)?;
    let compiled = compiled(&xsd)?;
    let catalogue = api.catalogue.refresh(&api.store).await.map_err(failed)?;
    let tag = catalogue.schema(&name).and_then(|schema| schema.tag.as_deref());
    meant(&condition, tag)?;
    unbroken(&catalogue, &name, &xsd)?;
    let wish = if tag.is_some() { Wish::Replace } else { Wish::Create };
    let form = json!({ "name": name.as_str(), "xsd": xsd });
    let written = carried(&api, &access, &[proposal(&name, wish, Some(definition_form(&form, tag)))]).await?;
    let (is_new, now) = (tag.is_none(), api.catalogue.current());
    let schema = Schema { name, xsd: xsd.into(), tag: Some(String::new()) };
    Ok(written.answer(|_| {
        let response = (put_status(is_new), Json(SchemaModel::new(&schema, &compiled))).into_response();
        tagged(response, now.schema(&schema.name).and_then(|schema| schema.tag.as_deref()))
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
    let name = SchemaName::new(&name).map_err(|_| Missing::Schema)?;
    let schema = catalogue.schema(&name).ok_or(Missing::Schema)?;
    let tag = schema.tag.as_deref().ok_or_else(is_shipped)?;
    meant(&condition, Some(tag))?;
    let written = carried(&api, &access, &[proposal(&name, Wish::Remove, None)]).await?;
    Ok(written.answer(|_| StatusCode::NO_CONTENT.into_response()))
}

fn proposal(name: &SchemaName, wish: Wish, wanted: Option<String>) -> Proposal {
    Proposal { kind: Kind::ServiceSchema, tenant: Tenant::Gateway, target: name.to_string(), wish, wanted }
}

/// The schema at work, or everything that is wrong with it, by line.
fn compiled(xsd: &str) -> Result<Compiled, Invalid> {
    Compiled::new(xsd).map_err(|wrong| {
        let violation = |message| Violation { pointer: "/xsd".to_owned(), code: "schema", message };
        Invalid(
            wrong.into_iter().map(|one| violation(format!("line {}: {}", one.line, one.message))).collect(),
        )
    })
}

/// That the services that are bound to a schema can be read by another text of it.
fn unbroken(catalogue: &Catalogue, name: &SchemaName, xsd: &str) -> Result<(), Problem> {
    let is_bound = |intake: &Intake| matches!(intake, Intake::Bound(binding) if binding.schema == *name);
    let mut bound = catalogue.services().filter(|listed| is_bound(&listed.service.intake));
    if bound.any(|listed| reader(&listed.service, xsd).is_err()) { Err(breaks()) } else { Ok(()) }
}

fn bad_name() -> Invalid {
    let why = "must have 1 to 35 letters, digits, dots, hyphens or underscores";
    Invalid::example("/name", "invalid", why)
}

fn is_shipped() -> Problem {
    example_of_conflict("shipped", "The schema comes with the program and stays as it is: take another name.")
}

fn breaks() -> Problem {
    let why = "A service is bound to elements that would not be there any more: bind it to others first.";
    example_of_conflict("breaks_services", why)
}

const XSD: &str = "<xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" targetNamespace=\"urn:mensa\" \
    elementFormDefault=\"qualified\"><xs:element name=\"mensa\"><xs:complexType><xs:sequence>\
    <xs:element name=\"pasti\" type=\"xs:int\"/></xs:sequence></xs:complexType></xs:element></xs:schema>";

pub(super) fn example() -> Value {
    json!({
        "name": "Mensa", "shipped": false, "root": "{urn:mensa}mensa", "paths": ["pasti"], "xsd": XSD,
    })
}

fn doc_of(id: &str, summary: &str) -> Doc {
    Doc::new(id, summary).path("schema", form::example_text("Mensa"), "The schema.")
}

/// What is said of the reading.
pub(super) fn doc_of_read() -> Doc {
    let answer = Answer::json::<SchemaModel>("The schema.", example());
    doc_of("readDocumentSchema", "Read a schema of documents")
        .answers(StatusCode::OK, answer.with(TAG))
        .refuses([Missing::Schema.into()])
}

/// What is said of the writing.
pub(super) fn doc_of_put() -> Doc {
    let answer = |about| Answer::json::<SchemaModel>(about, example()).with(TAG);
    let wrong = "line 3: the base type of this restriction is not known";
    doc_of("putDocumentSchema", "Bring a schema of documents, or another text of it")
        .about("It is compiled to a validator, and refused with everything in it that is not understood.")
        .header(IF_MATCH, form::entity_tags(), "The version that is meant, as ETag gave it.")
        .takes::<SchemaRequest>(json!({ "xsd": XSD }))
        .answers(StatusCode::CREATED, answer("The schema, which is there now."))
        .answers(StatusCode::OK, answer("The schema, as it is now."))
        .answers(StatusCode::ACCEPTED, Answer::waiting())
        .refuses([Invalid::example("/xsd", "schema", wrong).into(), stale(), is_shipped(), breaks()])
}

/// What is said of the deletion.
pub(super) fn doc_of_delete() -> Doc {
    doc_of("deleteDocumentSchema", "Take a schema away")
        .about("It goes only while no service is bound to it.")
        .header(IF_MATCH, form::entity_tags(), "The version that is meant, as ETag gave it.")
        .answers(StatusCode::NO_CONTENT, Answer::empty("It is gone."))
        .answers(StatusCode::ACCEPTED, Answer::waiting())
        .refuses([Missing::Schema.into(), stale(), is_shipped()])
}

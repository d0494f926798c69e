//! Our OpenAPI document and its page, made from the routes as they are mounted.
//!
//! An endpoint says what it is in its own file ([`Doc`]) and is mounted together with it ([`Routes`]); bodies
//! are described by the structs that read and write them. So the document cannot leave anything out.
//! `/openapi.json` is the document, `/docs` a page to read and try it; neither asks for a key.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::http::{StatusCode, header};
use axum::routing::get;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityRequirement, SecurityScheme};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{
    Components, ComponentsBuilder, InfoBuilder, LicenseBuilder, OpenApiBuilder, RefOr, ResponseBuilder,
    Schema,
};
use utoipa::{PartialSchema, ToSchema};
use utoipa_swagger_ui::{Config, SwaggerUi};

use super::Api;
use super::auth::{KEY_HEADER, KEY_PARAMETER};
use super::body::BodyError;
use super::problem::{Problem, ProblemBody};

mod answer;
mod doc;
pub mod form;
mod routes;

pub use answer::{Answer, AnswerHeader, ETAG, RETRY_AFTER};
pub use doc::{Doc, IF_MATCH};
pub use routes::{Method, Routes};

use answer::{PROBLEM, REQUEST_ID};
use doc::{Schemas, common};

/// Where the document is.
const DOCUMENT: &str = "/openapi.json";

/// Where its page is.
const PAGE: &str = "/docs";

/// What every endpoint can answer, by status and name among the components.
const EVERYWHERE: [(&str, &str); 3] =
    [("408", "RequestTimeout"), ("413", "PayloadTooLarge"), ("500", "InternalError")];

/// What a heading of the document is about.
pub type Heading = (&'static str, &'static str);

/// The router of these routes, with their document and its page.
pub fn serve(routes: Routes, headings: &[Heading], api: &Arc<Api>) -> Router<Arc<Api>> {
    let (router, paths, schemas) = routes.into_parts(api);
    let document = document(schemas, headings).paths(paths).build();
    let document = Bytes::from(serde_json::to_vec(&document).unwrap_or_default());
    let form = [(header::CONTENT_TYPE, "application/json")];
    router
        .route(DOCUMENT, get(async move || (form, document.clone())))
        .merge(SwaggerUi::new(PAGE).config(Config::from(DOCUMENT)))
}

fn document(schemas: Schemas, headings: &[Heading]) -> OpenApiBuilder {
    let license = LicenseBuilder::new().name("EUPL-1.2").identifier(Some("EUPL-1.2"));
    let info = InfoBuilder::new()
        .title("Varco")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(ABOUT))
        .license(Some(license.build()));
    let tag = |(name, about): &Heading| TagBuilder::new().name(*name).description(Some(*about)).build();
    let either = [HEADER_SCHEME, QUERY_SCHEME].map(|name| SecurityRequirement::new(name, [""; 0]));
    OpenApiBuilder::new()
        .info(info)
        .tags(Some(headings.iter().map(tag)))
        .security(Some(either))
        .components(Some(components(schemas)))
}

const ABOUT: &str = "What the systems of a public body ask of Varco. The paths, names and statuses are those of \
                     the contracts that pagoPA publishes for debt positions, receipts and payment options; \
                     fields and parameters that only Varco has say so. Amounts are euro cents. A refusal is \
                     a problem (RFC 9457) with a code for programs and, where the body is wrong, every \
                     violation at once. A method that a path does not have is answered 405.";

const HEADER_SCHEME: &str = "key";
const QUERY_SCHEME: &str = "keyInQuery";

fn components(schemas: Schemas) -> Components {
    let in_header = ApiKey::Header(ApiKeyValue::new(KEY_HEADER));
    let in_query = ApiKey::Query(ApiKeyValue::new(KEY_PARAMETER));
    let mut components = ComponentsBuilder::new()
        .security_scheme(HEADER_SCHEME, SecurityScheme::ApiKey(in_header))
        .security_scheme(QUERY_SCHEME, SecurityScheme::ApiKey(in_query))
        .schema(PROBLEM, ProblemBody::schema());
    let mut schemas = schemas;
    ProblemBody::schemas(&mut schemas);
    for (name, mut schema) in schemas {
        told_apart(&mut schema);
        components = components.schema(name, schema);
    }
    let slow = ResponseBuilder::new().description("The request was not received or answered in time.");
    let large =
        common("The body is larger than the server is configured to read.", &BodyError::TooLarge.into());
    let failure = common("A failure on our side; the request can be repeated.", &internal());
    components
        .response("RequestTimeout", slow.header("X-Request-Id", REQUEST_ID.header()))
        .response("PayloadTooLarge", large)
        .response("InternalError", failure)
        .build()
}

/// Describes the member by which the forms of a thing are told apart, which its derivation leaves bare.
fn told_apart(schema: &mut RefOr<Schema>) {
    let RefOr::T(Schema::OneOf(forms)) = schema else { return };
    for form in &mut forms.items {
        let RefOr::T(Schema::Object(form)) = form else { continue };
        for member in form.properties.values_mut() {
            let RefOr::T(Schema::Object(member)) = member else { continue };
            let is_fixed = member.enum_values.as_ref().is_some_and(|values| values.len() == 1);
            if is_fixed && member.description.is_none() {
                member.description = Some("Which of them it is.".to_owned());
            }
        }
    }
}

fn internal() -> Problem {
    let detail = "The request could not be carried out because of a failure on our side; it can be repeated.";
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL SERVER ERROR", "internal_error", detail)
}

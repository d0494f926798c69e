//! What is said of one endpoint: its operation in the document.
//!
//! Refusals are not described but shown: an endpoint hands over the problems that it answers, made by the
//! same code that answers them.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa::openapi::path::{Operation, OperationBuilder, ParameterBuilder, ParameterIn};
use utoipa::openapi::request_body::{RequestBody, RequestBodyBuilder};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Required, Response, ResponseBuilder, Schema};

use super::answer::{Answer, PROBLEM, REQUEST_ID, problems};
use super::form;
use crate::api::auth::AuthError;
use crate::api::body::BodyError;
use crate::api::problem::{Problem, unknown_path};

/// Schemas that the document has under a name.
pub type Schemas = Vec<(String, RefOr<Schema>)>;

/// The header that says which version of a position is meant.
pub const IF_MATCH: &str = "If-Match";

/// An endpoint in words.
pub struct Doc {
    operation: OperationBuilder,
    schemas: Schemas,
    answers: BTreeMap<u16, Response>,
    refusals: BTreeMap<u16, Vec<Problem>>,
}

impl Doc {
    /// An endpoint with a name for programs that no other has, and a line for people.
    pub fn new(id: impl Into<String>, summary: &str) -> Self {
        let operation = OperationBuilder::new().operation_id(Some(id)).summary(Some(summary));
        let doc = Doc { operation, schemas: Vec::new(), answers: BTreeMap::new(), refusals: BTreeMap::new() };
        doc.header(
            "X-Request-Id",
            form::request_id(),
            "An id of the request, repeated in the answer and the log.",
        )
    }

    /// What more there is to know.
    pub fn about(mut self, text: &str) -> Self {
        self.operation = self.operation.description(Some(text));
        self
    }

    /// A creditor institution in the path, for which the caller must hold a key.
    pub fn organization(self, name: &str) -> Self {
        let refused = [
            AuthError::NoKey.into(),
            AuthError::UnknownKey.into(),
            AuthError::Forbidden.into(),
            AuthError::UnknownOrganization.into(),
            unknown_path(),
        ];
        self.path(name, form::institution(), "Fiscal code of the creditor institution.").refuses(refused)
    }

    /// A parameter in the path.
    pub fn path(self, name: &str, schema: impl Into<RefOr<Schema>>, about: &str) -> Self {
        let parameter = parameter(name, schema, about).required(Required::True);
        self.parameter(parameter.parameter_in(ParameterIn::Path))
    }

    /// A parameter in the query that can be left out.
    pub fn query(self, name: &str, schema: impl Into<RefOr<Schema>>, about: &str) -> Self {
        self.parameter(parameter(name, schema, about).parameter_in(ParameterIn::Query))
    }

    /// A parameter in the query that cannot.
    pub fn needs_query(self, name: &str, schema: impl Into<RefOr<Schema>>, about: &str) -> Self {
        let parameter = parameter(name, schema, about).required(Required::True);
        self.parameter(parameter.parameter_in(ParameterIn::Query))
    }

    /// A header that can be left out.
    pub fn header(self, name: &str, schema: impl Into<RefOr<Schema>>, about: &str) -> Self {
        self.parameter(parameter(name, schema, about).parameter_in(ParameterIn::Header))
    }

    fn parameter(mut self, parameter: ParameterBuilder) -> Self {
        self.operation = self.operation.parameter(parameter);
        self
    }

    /// A body of JSON that must be there.
    pub fn takes<T: ToSchema>(self, example: Value) -> Self {
        self.json_body::<T>(example, Required::True)
    }

    /// A body of JSON that can be left out.
    pub fn may_take<T: ToSchema>(self, example: Value) -> Self {
        self.json_body::<T>(example, Required::False)
    }

    fn json_body<T: ToSchema>(self, example: Value, required: Required) -> Self {
        let content = ContentBuilder::new().schema(Some(reference::<T>())).example(Some(example)).build();
        let body = RequestBodyBuilder::new().content("application/json", content).required(Some(required));
        let refused = [
            BodyError::Malformed { line: 1, column: 1 }.into(),
            BodyError::Broken.into(),
            BodyError::NotJson.into(),
        ];
        self.names::<T>().body(body.build()).refuses(refused)
    }

    /// A body of another kind.
    pub fn body(mut self, body: RequestBody) -> Self {
        self.operation = self.operation.request_body(Some(body));
        self
    }

    /// An answer to a request that was carried out.
    pub fn answers(mut self, status: StatusCode, answer: Answer) -> Self {
        let (response, schemas) = answer.into_parts();
        self.schemas.extend(schemas);
        self.answers.insert(status.as_u16(), response);
        self
    }

    /// Problems that the endpoint answers.
    pub fn refuses(mut self, problems: impl IntoIterator<Item = Problem>) -> Self {
        for problem in problems {
            let same = self.refusals.entry(problem.status().as_u16()).or_default();
            if !same.iter().any(|other| other.code() == problem.code()) {
                same.push(problem);
            }
        }
        self
    }

    /// Puts a schema into the document under its name.
    pub fn names<T: ToSchema>(mut self) -> Self {
        T::schemas(&mut self.schemas);
        self.schemas.push((T::name().into_owned(), T::schema()));
        self
    }

    /// The operation under that heading, and the schemas that it names. What every request can be
    /// answered is added. An answer of the endpoint's own stands for all problems of that status.
    pub fn into_parts(self, heading: &str) -> (Operation, Schemas) {
        let Doc { mut operation, schemas, answers, refusals } = self;
        for (status, name) in super::EVERYWHERE {
            operation = operation.response(status, Ref::from_response_name(name));
        }
        for (status, refused) in refusals {
            operation = operation.response(status.to_string(), problems(&refused));
        }
        for (status, response) in answers {
            operation = operation.response(status.to_string(), response);
        }
        (operation.tag(heading).build(), schemas)
    }
}

fn parameter(name: &str, schema: impl Into<RefOr<Schema>>, about: &str) -> ParameterBuilder {
    ParameterBuilder::new().name(name).schema(Some(schema)).description(Some(about))
}

/// A schema by its name.
pub fn reference<T: ToSchema>() -> Ref {
    Ref::from_schema_name(T::name())
}

/// An answer that is a problem whatever was asked.
pub fn common(about: &str, problem: &Problem) -> Response {
    let content = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name(PROBLEM)))
        .example(Some(problem.example()))
        .build();
    let response = ResponseBuilder::new().description(about).content("application/problem+json", content);
    response.header("X-Request-Id", REQUEST_ID.header()).build()
}

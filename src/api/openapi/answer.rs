//! The answers of an endpoint: what is in them, and an example.

use serde_json::Value;
use utoipa::ToSchema;
use utoipa::openapi::example::ExampleBuilder;
use utoipa::openapi::header::{Header, HeaderBuilder};
use utoipa::openapi::link::LinkBuilder;
use utoipa::openapi::schema::{ArrayBuilder, SchemaType};
use utoipa::openapi::{ContentBuilder, ObjectBuilder, Ref, Response, ResponseBuilder};

use super::doc::{Schemas, reference};
use super::form;
use crate::api::problem::Problem;

/// The name of the schema of problems.
pub const PROBLEM: &str = "Problem";

/// A header of an answer.
#[derive(Clone, Copy)]
pub struct AnswerHeader {
    /// Its name.
    pub name: &'static str,
    /// What it says.
    pub about: &'static str,
    /// What it may be.
    pub example: &'static str,
}

/// The id of the request.
pub const REQUEST_ID: AnswerHeader = AnswerHeader {
    name: "X-Request-Id",
    about: "The id of the request, as sent or made here; the log has it too.",
    example: "3f2a9c51d04be786-1",
};

/// The version of a position.
pub const ETAG: AnswerHeader = AnswerHeader {
    name: "ETag",
    about: "The version of the position, for If-Match; every change makes another.",
    example: "\"1\"",
};

/// When to ask again.
pub const RETRY_AFTER: AnswerHeader = AnswerHeader {
    name: "Retry-After",
    about: "In how many seconds it is worth asking again.",
    example: "60",
};

impl AnswerHeader {
    /// The header in the document.
    pub fn header(&self) -> Header {
        let schema = form::example_text(self.example);
        HeaderBuilder::new().schema(Some(schema)).description(Some(self.about)).build()
    }
}

/// An answer to a request that was carried out.
pub struct Answer {
    response: ResponseBuilder,
    schemas: Schemas,
}

/// Where a change that waits is.
pub const CHANGE: AnswerHeader = AnswerHeader {
    name: "Location",
    about: "The change that waits.",
    example: "/admin/v1/changes/9f0c2a4e5b6d7f80",
};

impl Answer {
    /// An answer without a body.
    pub fn empty(about: &str) -> Self {
        let response = ResponseBuilder::new().description(about);
        Answer { response, schemas: Vec::new() }.with(REQUEST_ID)
    }

    /// That a change waits for a second person.
    pub fn waiting() -> Self {
        Answer::empty("The change waits for a second person.").with(CHANGE)
    }

    /// An answer of JSON.
    pub fn json<T: ToSchema>(about: &str, example: Value) -> Self {
        Answer::empty(about).or_json::<T>(example)
    }

    /// An answer of JSON: a list of things of one schema.
    pub fn list<T: ToSchema>(about: &str, example: Value) -> Self {
        let mut answer = Answer::empty(about);
        T::schemas(&mut answer.schemas);
        answer.schemas.push((T::name().into_owned(), T::schema()));
        let list = ArrayBuilder::new().items(reference::<T>()).build();
        let content = ContentBuilder::new().schema(Some(list)).example(Some(example)).build();
        answer.response = answer.response.content("application/json", content);
        answer
    }

    /// An answer of JSON, should the caller ask for it.
    pub fn or_json<T: ToSchema>(mut self, example: Value) -> Self {
        T::schemas(&mut self.schemas);
        self.schemas.push((T::name().into_owned(), T::schema()));
        let content = ContentBuilder::new().schema(Some(reference::<T>())).example(Some(example)).build();
        self.response = self.response.content("application/json", content);
        self
    }

    /// A refusal with more to say of it.
    pub fn problem(about: &str, problem: &Problem) -> Self {
        let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(PROBLEM)));
        let content = content.example(Some(problem.example())).build();
        let Answer { response, schemas } = Answer::empty(about);
        Answer { response: response.content("application/problem+json", content), schemas }
    }

    /// An answer of another kind, which is text, should the caller ask for it.
    pub fn or_text(mut self, kind: &str, example: &str) -> Self {
        let content = ContentBuilder::new().schema(Some(form::example_text(example))).build();
        self.response = self.response.content(kind, content);
        self
    }

    /// An operation that can be asked next, with where its path parameters come from.
    pub fn leads_to(mut self, operation: &str, parameters: &[(&str, &str)]) -> Self {
        let mut link = LinkBuilder::new().operation_id(operation);
        for (name, from) in parameters {
            link = link.parameter(*name, *from);
        }
        self.response = self.response.link(operation, link.build());
        self
    }

    /// A file that somebody left here, of that kind, should it be of that kind.
    pub fn or_file(mut self, kind: &str, example: Value) -> Self {
        let anything = ObjectBuilder::new().schema_type(SchemaType::AnyValue).build();
        let content = ContentBuilder::new().schema(Some(anything)).example(Some(example)).build();
        self.response = self.response.content(kind, content);
        self
    }

    /// A header that the answer has.
    pub fn with(mut self, header: AnswerHeader) -> Self {
        self.response = self.response.header(header.name, header.header());
        self
    }

    /// The response, and the schemas that it names.
    pub fn into_parts(self) -> (Response, Schemas) {
        (self.response.build(), self.schemas)
    }
}

/// One answer that shows problems of the same status: their titles, and each as an example under its code.
pub fn problems(problems: &[Problem]) -> Response {
    let mut titles: Vec<&str> = Vec::new();
    let mut content = ContentBuilder::new().schema(Some(Ref::from_schema_name(PROBLEM)));
    for problem in problems {
        if !titles.contains(&problem.title()) {
            titles.push(problem.title());
        }
        let example = ExampleBuilder::new().summary(problem.title()).value(Some(problem.example()));
        content = content.examples_from_iter([(problem.code(), example.build())]);
    }
    let response = ResponseBuilder::new().description(titles.join("; "));
    let response = response.content("application/problem+json", content.build());
    let response = response.header(REQUEST_ID.name, REQUEST_ID.header());
    if problems.iter().any(Problem::can_wait) {
        return response.header(RETRY_AFTER.name, RETRY_AFTER.header()).build();
    }
    response.build()
}

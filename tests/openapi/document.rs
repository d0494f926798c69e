//! The document as callers get it, and whether it is a valid one.

use std::collections::BTreeSet;

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Request, StatusCode};
use serde_json::{Value, json};

use crate::support::TestDatabase;
use crate::support::api::Gateway;

/// The document.
pub struct Document(pub Value);

/// One operation of it.
pub struct Operation<'a> {
    pub method: String,
    pub path: &'a str,
    pub value: &'a Value,
}

impl Document {
    pub async fn fetch() -> Document {
        let gateway = Gateway::start(TestDatabase::sqlite()).await;
        Document(get(&gateway, "/openapi.json").await)
    }

    pub fn operations(&self) -> Vec<Operation<'_>> {
        let paths = self.0["paths"].as_object().unwrap();
        let of = |path, item: &'static str, value| Operation { method: item.to_uppercase(), path, value };
        let methods = ["get", "post", "put", "patch", "delete"];
        let operations = paths.iter().flat_map(|(path, item)| {
            methods.iter().filter_map(move |method| Some(of(path.as_str(), method, item.get(*method)?)))
        });
        operations.collect()
    }

    /// What a reference leads to; anything else as it is.
    pub fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        match value.get("$ref").and_then(Value::as_str) {
            Some(place) => self.0.pointer(place.strip_prefix('#').unwrap()).expect(place),
            None => value,
        }
    }

    /// A schema as a document of its own, which JSON Schema can judge.
    pub fn schema(&self, schema: &Value) -> Value {
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "components": self.0["components"],
            "allOf": [schema],
        })
    }

    /// The schema of the body of an answer.
    pub fn answer_schema(&self, operation: &Operation<'_>, status: u16, kind: &str) -> Option<Value> {
        let response = self.resolve(operation.value["responses"].get(status.to_string())?);
        Some(self.schema(response["content"].get(kind)?.get("schema")?))
    }
}

async fn get(gateway: &Gateway, path: &str) -> Value {
    let request = Request::get(path).header("host", "localhost").body(Full::<Bytes>::default()).unwrap();
    let answer = gateway.send(request).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.headers["content-type"], "application/json");
    answer.body
}

/// Every value below, with its place.
fn walk<'a>(value: &'a Value, place: &str, visit: &mut impl FnMut(&str, &'a Value)) {
    visit(place, value);
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(name, value)| walk(value, &format!("{place}/{name}"), visit));
        }
        Value::Array(items) => {
            items
                .iter()
                .enumerate()
                .for_each(|(index, value)| walk(value, &format!("{place}/{index}"), visit));
        }
        _ => {}
    }
}

#[tokio::test]
async fn it_is_openapi_3_1_and_every_reference_leads_somewhere() {
    let document = Document::fetch().await;
    assert_eq!(document.0["openapi"], "3.1.0");
    for field in ["title", "version", "description", "license"] {
        assert!(document.0["info"].get(field).is_some(), "{field}");
    }
    walk(&document.0, "", &mut |place, value| {
        if let Some(target) = value.get("$ref") {
            assert!(document.0.pointer(&target.as_str().unwrap()[1..]).is_some(), "{place}: {target}");
        }
    });
}

#[tokio::test]
async fn every_operation_has_a_name_a_summary_a_known_heading_and_its_path_parameters() {
    let document = Document::fetch().await;
    let headings: BTreeSet<&str> =
        document.0["tags"].as_array().unwrap().iter().map(|tag| tag["name"].as_str().unwrap()).collect();
    let mut names = BTreeSet::new();
    for Operation { method, path, value } in document.operations() {
        let place = format!("{method} {path}");
        assert!(names.insert(value["operationId"].as_str().unwrap()), "{place}: two of one name");
        assert!(value["summary"].is_string(), "{place}");
        assert!(headings.contains(value["tags"][0].as_str().unwrap()), "{place}");
        let no_parameters = Vec::new();
        let parameters = value["parameters"].as_array().unwrap_or(&no_parameters);
        let mut seen = BTreeSet::new();
        for parameter in parameters {
            let name = (parameter["in"].as_str().unwrap(), parameter["name"].as_str().unwrap());
            assert!(seen.insert(name), "{place}: {name:?} is there twice");
            assert!(parameter["description"].is_string(), "{place}: {name:?}");
            assert_eq!(parameter["in"] == "path", path.contains(&format!("{{{}}}", name.1)), "{place}");
        }
        let in_path = path.matches('{').count();
        assert_eq!(seen.iter().filter(|(place, _)| *place == "path").count(), in_path, "{place}");
        let answers = value["responses"].as_object().unwrap();
        // Who signs in is not known yet.
        let asked = if value["x-varco-access"]["open"] == true { &[][..] } else { &["401", "403"] };
        for status in asked.iter().chain(&["408", "413", "500"]) {
            assert!(answers.contains_key(*status), "{place}: {status}");
        }
    }
}

#[tokio::test]
async fn every_schema_is_one_and_every_field_says_what_it_is() {
    let document = Document::fetch().await;
    for (name, schema) in document.0["components"]["schemas"].as_object().unwrap() {
        jsonschema::draft202012::meta::validate(schema).unwrap_or_else(|error| panic!("{name}: {error}"));
        jsonschema::validator_for(&document.schema(schema)).unwrap_or_else(|error| panic!("{name}: {error}"));
        walk(schema, name, &mut |place, value| {
            // Fields by their names are no schema, though one of them may be called properties.
            let of_fields = place.split('/').rev().take_while(|part| *part == "properties").count() % 2 == 1;
            if of_fields {
                return;
            }
            for (field, schema) in value.get("properties").and_then(Value::as_object).into_iter().flatten() {
                // A choice between an object and nothing is described at the object.
                let told = schema.get("description").is_some() || schema.get("oneOf").is_some();
                assert!(told, "{place}: {field} has no description");
            }
        });
    }
}

#[tokio::test]
async fn generators_of_clients_find_each_word_once_and_know_a_file() {
    let document = Document::fetch().await;
    walk(&document.0, "", &mut |place, value| {
        let words = value.get("enum").and_then(Value::as_array).into_iter().flatten();
        let words: Vec<String> = words.map(Value::to_string).collect();
        let each: BTreeSet<&String> = words.iter().collect();
        assert_eq!(each.len(), words.len(), "{place}: {words:?}");
    });
    assert_eq!(document.0["components"]["schemas"]["FileForm"]["properties"]["file"]["format"], "binary");
}

#[tokio::test]
async fn every_body_has_an_example_that_its_schema_allows() {
    let document = Document::fetch().await;
    for Operation { method, path, value } in document.operations() {
        let mut bodies: Vec<(String, &Value)> = Vec::new();
        if let Some(content) = value.get("requestBody").and_then(|body| body["content"].as_object()) {
            bodies.extend(content.iter().map(|(kind, body)| (format!("request {kind}"), body)));
        }
        for (status, response) in value["responses"].as_object().unwrap() {
            let content = document.resolve(response).get("content").and_then(Value::as_object);
            let content = content.into_iter().flatten();
            bodies.extend(content.map(|(kind, body)| (format!("{status} {kind}"), body)));
        }
        for (body, content) in bodies.iter().filter(|(body, _)| body.ends_with("json")) {
            let place = format!("{method} {path}: {body}");
            let schema = document.schema(content.get("schema").expect(&place));
            let named = content.get("examples").and_then(Value::as_object);
            let named = named.into_iter().flatten().map(|(_, example)| &example["value"]);
            let examples: Vec<&Value> = named.chain(content.get("example")).collect();
            assert!(!examples.is_empty(), "{place} has no example");
            let validator = jsonschema::validator_for(&schema).unwrap();
            for example in examples {
                if let Err(error) = validator.validate(example) {
                    panic!("{place}: {error} at {}", error.instance_path());
                }
            }
        }
    }
}

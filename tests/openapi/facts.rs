//! What a document says, as a list of facts: one for each operation, parameter, status, type and field.
//!
//! The files in `published/` say the same of the published contracts, in lines such as
//! `query limit`, `answers 400 application/json` or `sends paymentOption[].iuv string required`.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::document::{Document, Operation};

/// The facts of our document.
pub fn of(document: &Document) -> BTreeSet<String> {
    let mut facts = BTreeSet::new();
    for operation in document.operations() {
        let Operation { method, path, value } = operation;
        let mut facts = Facts { place: format!("{method} {path}"), facts: &mut facts };
        facts.add("exists");
        for parameter in value["parameters"].as_array().into_iter().flatten() {
            let name =
                format!("{} {}", parameter["in"].as_str().unwrap(), parameter["name"].as_str().unwrap());
            facts.add(&name);
            if parameter["required"] == true {
                facts.add(&format!("{name} required"));
            }
        }
        for (kind, body) in value["requestBody"]["content"].as_object().into_iter().flatten() {
            facts.add(&format!("accepts {kind}"));
            fields(document, &body["schema"], "sends", "", &mut facts);
        }
        for (status, response) in value["responses"].as_object().unwrap() {
            facts.add(&format!("answers {status}"));
            let content = document.resolve(response).get("content").and_then(Value::as_object);
            for (kind, body) in content.into_iter().flatten() {
                facts.add(&format!("answers {status} {kind}"));
                fields(document, &body["schema"], &format!("returns {status}"), "", &mut facts);
            }
        }
    }
    facts
}

/// The facts of a published contract.
pub fn published(text: &str) -> BTreeSet<String> {
    let mut facts = BTreeSet::new();
    let mut place = String::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        if !line.starts_with(' ') {
            line.clone_into(&mut place);
        }
        let mut facts = Facts { place: place.clone(), facts: &mut facts };
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            _ if !line.starts_with(' ') => facts.add("exists"),
            [side @ ("path" | "query" | "header"), name, rest @ ..] => {
                facts.add(&format!("{side} {name}"));
                if rest == ["required"] {
                    facts.add(&format!("{side} {name} required"));
                }
            }
            ["accepts", kind] => facts.add(&format!("accepts {kind}")),
            ["answers", status, kinds @ ..] => {
                facts.add(&format!("answers {status}"));
                kinds.iter().for_each(|kind| facts.add(&format!("answers {status} {kind}")));
            }
            ["sends", name, kind, rest @ ..] => facts.field(&format!("sends {name}"), kind, rest),
            ["returns", status, name, kind, rest @ ..] => {
                facts.field(&format!("returns {status} {name}"), kind, rest);
            }
            other => panic!("{other:?} is no fact"),
        }
    }
    facts
}

struct Facts<'a> {
    place: String,
    facts: &'a mut BTreeSet<String>,
}

impl Facts<'_> {
    fn add(&mut self, fact: &str) {
        self.facts.insert(format!("{}: {fact}", self.place));
    }

    fn field(&mut self, name: &str, kind: &str, rest: &[&str]) {
        self.add(name);
        self.add(&format!("{name} {kind}"));
        for word in rest {
            if *word == "required" {
                self.add(&format!("{name} required"));
            } else {
                word.split('|').for_each(|word| self.add(&format!("{name} can be {word}")));
            }
        }
    }
}

/// The facts of a schema and of all fields below; choices say all that any of them says.
fn fields(document: &Document, schema: &Value, verb: &str, name: &str, facts: &mut Facts<'_>) {
    let schema = document.resolve(schema);
    for combined in ["allOf", "anyOf", "oneOf"] {
        for part in schema[combined].as_array().into_iter().flatten() {
            fields(document, part, verb, name, facts);
        }
    }
    let kinds = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        Value::String(kind) => vec![kind.as_str()],
        _ => Vec::new(),
    };
    if !name.is_empty() {
        facts.add(&format!("{verb} {name}"));
        kinds.iter().for_each(|kind| facts.add(&format!("{verb} {name} {kind}")));
        for word in schema["enum"].as_array().into_iter().flatten() {
            facts.add(&format!("{verb} {name} can be {}", word.as_str().unwrap()));
        }
    }
    let below = |field: &str| if name.is_empty() { field.to_owned() } else { format!("{name}.{field}") };
    for (field, schema) in schema["properties"].as_object().into_iter().flatten() {
        fields(document, schema, verb, &below(field), facts);
    }
    for field in schema["required"].as_array().into_iter().flatten() {
        facts.add(&format!("{verb} {} required", below(field.as_str().unwrap())));
    }
    if let Some(items) = schema.get("items") {
        fields(document, items, verb, &format!("{name}[]"), facts);
    }
}

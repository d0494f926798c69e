//! A form as a JSON Schema (2020-12).

use serde_json::{Map, Value, json};

use super::lexical;
use super::ranges;
use super::regex::Dialect;
use crate::domain::catalogue::form::{
    Choice, Condition, CrossRule, Field, FieldKind, FieldName, Form, Shape,
};
use crate::domain::catalogue::language::Language;

/// The schema of an object that fills in the form, with its words in that language. Fields have no order in JSON:
/// `x-varco-order` has it. Rules that no schema can say are told in `x-varco-rules`.
pub fn json_schema(form: &Form, language: Language) -> Value {
    let mut schema = Map::new();
    let mut put = |name: &str, value: Value| drop(schema.insert(name.to_owned(), value));
    put("$schema", json!("https://json-schema.org/draft/2020-12/schema"));
    put("type", json!("object"));
    let properties: Map<String, Value> =
        form.fields().iter().map(|field| (field.name.to_string(), property(field, language))).collect();
    put("properties", Value::Object(properties));
    let names = |fields: &mut dyn Iterator<Item = &Field>| -> Vec<String> {
        fields.map(|field| field.name.to_string()).collect()
    };
    put("required", json!(names(&mut form.fields().iter().filter(|field| field.is_required()))));
    put("additionalProperties", json!(false));
    put("x-varco-order", json!(names(&mut form.fields().iter())));
    let (said, told): (Vec<_>, Vec<_>) =
        form.rules().iter().map(|rule| (rule, said(form, rule))).partition(|(_, said)| said.is_some());
    if !said.is_empty() {
        put("allOf", said.into_iter().filter_map(|(_, said)| said).collect());
    }
    if !told.is_empty() {
        put("x-varco-rules", told.into_iter().map(|(rule, _)| telling(rule, language)).collect());
    }
    Value::Object(schema)
}

fn property(field: &Field, language: Language) -> Value {
    let mut property = of_kind(&field.kind, language);
    property.insert("title".to_owned(), json!(field.label.in_language(language).as_str()));
    if let Some(help) = &field.help {
        property.insert("description".to_owned(), json!(help.in_language(language).as_str()));
    }
    Value::Object(property)
}

fn of_kind(kind: &FieldKind, language: Language) -> Map<String, Value> {
    match kind {
        FieldKind::Integer { min, max } => {
            object([("type", json!("integer")), ("minimum", json!(min)), ("maximum", json!(max))])
        }
        FieldKind::Boolean => object([("type", json!("boolean"))]),
        FieldKind::Date { .. } => {
            let (first, last) = kind.days();
            let mut date = strings(&[ranges::calendar(), ranges::days(first, last)]);
            date.insert("format".to_owned(), json!("date"));
            date
        }
        FieldKind::Choice(choices) => {
            let one = |choice: &Choice| json!({ "const": choice.value.as_str(), "title": choice.label.in_language(language).as_str() });
            object([("type", json!("string")), ("oneOf", choices.iter().map(one).collect())])
        }
        _ => {
            let mut text = strings(&lexical::shapes(kind));
            if let Some((min, max)) = lexical::length(kind) {
                text.insert("minLength".to_owned(), json!(min));
                text.insert("maxLength".to_owned(), json!(max));
            }
            text
        }
    }
}

/// Strings that have all these shapes.
fn strings(shapes: &[Shape]) -> Map<String, Value> {
    let pattern = |shape: &Shape| json!(format!("^{}$", Dialect::Json.group(&Dialect::Json.write(shape))));
    match shapes {
        [only] => object([("type", json!("string")), ("pattern", pattern(only))]),
        all => {
            let all: Vec<Value> = all.iter().map(|shape| json!({ "pattern": pattern(shape) })).collect();
            object([("type", json!("string")), ("allOf", json!(all))])
        }
    }
}

fn object<const N: usize>(members: [(&str, Value); N]) -> Map<String, Value> {
    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// A rule as a schema, where one can say it.
fn said(form: &Form, rule: &CrossRule) -> Option<Value> {
    let each = |fields: &[FieldName]| -> Vec<Value> {
        fields.iter().map(|field| json!({ "required": [field.as_str()] })).collect()
    };
    match &rule.condition {
        Condition::ExactlyOne(fields) => Some(json!({ "oneOf": each(fields) })),
        Condition::AtLeastOne(fields) => Some(json!({ "anyOf": each(fields) })),
        Condition::RequiredIf { field, when, equals } => {
            let value = constant(&form.field(when)?.kind, equals)?;
            Some(json!({
                "if": { "properties": { when.as_str(): { "const": value } }, "required": [when.as_str()] },
                "then": { "required": [field.as_str()] },
            }))
        }
        Condition::Equal(..) | Condition::Different(..) | Condition::AtMost(..) => None,
    }
}

/// The one JSON value of an answer; none where an answer can be written in several ways, which no schema knows to
/// be the same.
fn constant(kind: &FieldKind, canonical: &str) -> Option<Value> {
    match kind {
        FieldKind::Integer { .. } => canonical.parse::<i64>().ok().map(|number| json!(number)),
        FieldKind::Boolean => canonical.parse::<bool>().ok().map(|yes| json!(yes)),
        FieldKind::Text { .. } | FieldKind::Date { .. } | FieldKind::Choice(_) | FieldKind::Email => {
            Some(json!(canonical))
        }
        FieldKind::VatNumber => Some(json!(canonical)),
        FieldKind::Decimal { .. } | FieldKind::Plate | FieldKind::FiscalCode | FieldKind::Iban => None,
    }
}

/// A rule in words.
fn telling(rule: &CrossRule, language: Language) -> Value {
    let fields: Vec<&str> = rule.condition.fields().into_iter().map(FieldName::as_str).collect();
    let mut told = json!({
        "rule": rule.condition.name(),
        "fields": fields,
        "message": rule.message.in_language(language).as_str(),
    });
    if let (Condition::RequiredIf { equals, .. }, Some(told)) = (&rule.condition, told.as_object_mut()) {
        told.insert("equals".to_owned(), json!(equals));
    }
    told
}

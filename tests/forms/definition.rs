//! Forms as JSON: what is written is what is read, and every mistake is told with its place.

use proptest::prelude::*;
use serde_json::{Value, json};
use varco::catalogue::definition::{Findings, FormDefinition};
use varco::domain::catalogue::form::{Field, FieldKind, Form};

use super::random;

fn read(definition: Value) -> Result<Form, Vec<(String, &'static str)>> {
    let definition: FormDefinition = serde_json::from_value(definition).unwrap();
    let mut findings = Findings::default();
    let form = definition.read("/form", &mut findings);
    let wrong =
        findings.finish(form).map_err(|wrong| wrong.into_iter().map(|wrong| (wrong.pointer, wrong.code)));
    wrong.map_err(Iterator::collect)
}

fn wrong(definition: Value) -> Vec<(String, &'static str)> {
    read(definition).unwrap_err()
}

fn at(pointer: &str, code: &'static str) -> (String, &'static str) {
    (format!("/form{pointer}"), code)
}

proptest! {
    #[test]
    fn a_form_is_the_same_after_it_was_written_and_read(case in random::case(1)) {
        let written = serde_json::to_value(FormDefinition::of(&case.form)).unwrap();
        prop_assert_eq!(read(written), Ok(case.form));
    }
}

#[test]
fn what_is_left_out_has_its_usual_value() {
    let field = |name: &str, kind: &str| json!({ "name": name, "label": { "it": "Uno" }, "type": kind });
    let form =
        read(json!({ "fields": [field("a", "text"), field("b", "decimal"), field("c", "date")] })).unwrap();
    let kinds: Vec<&FieldKind> = form.fields().iter().map(|field| &field.kind).collect();
    assert!(matches!(kinds[0], FieldKind::Text { min: 1, max: 140, pattern: None }));
    assert!(matches!(kinds[1], FieldKind::Decimal { scale: 2, .. }));
    assert!(matches!(kinds[2], FieldKind::Date { earliest: None, latest: None }));
    assert!(form.fields().iter().all(Field::is_required));
}

#[test]
fn rules_are_the_same_after_they_were_written_and_read() {
    let field =
        |name: &str| json!({ "name": name, "label": { "it": "Uno" }, "type": "integer", "required": false });
    let rule =
        |rule: &str| json!({ "rule": rule, "fields": ["a", "b"], "message": { "it": "No", "en": "No" } });
    let mut required = rule("requiredIf");
    required["equals"] = json!("5");
    let rules = ["exactlyOne", "atLeastOne", "equal", "different", "atMost"].map(rule);
    let rules: Vec<Value> = rules.into_iter().chain([required]).collect();
    let form = read(json!({ "fields": [field("a"), field("b")], "rules": rules })).unwrap();
    let again = serde_json::to_value(FormDefinition::of(&form)).unwrap();
    assert_eq!(again["rules"], json!(rules));
    assert_eq!(read(again), Ok(form));
}

#[test]
fn every_mistake_is_told_with_its_place() {
    let label = json!({ "it": "Uno" });
    let definition = json!({
        "fields": [
            { "name": "1a", "label": { "it": "" }, "type": "text", "pattern": "^a$" },
            { "name": "b", "label": label, "type": "plate", "maxLength": 5, "choices": [{ "value": "x", "label": label }] },
            { "name": "c", "label": label, "type": "decimal", "minimum": "1.005", "maximum": "1e3" },
            { "name": "d", "label": label, "type": "date", "minimum": "2026-02-30" },
            { "name": "e", "label": label, "type": "integer", "maximum": "1.0" },
            { "name": "f", "label": label, "type": "decimal", "decimals": 5 },
            { "name": "g", "label": label, "type": "choice", "choices": [{ "value": " ", "label": label }] },
        ],
        "rules": [
            { "rule": "equal", "fields": ["b", "c", "d"], "message": label },
            { "rule": "requiredIf", "fields": ["b", "c"], "message": label },
            { "rule": "exactlyOne", "fields": ["?", "c"], "message": { "it": "" } },
        ],
    });
    let mut told = wrong(definition);
    told.sort();
    let mut expected = vec![
        at("/fields/0/name", "invalid"),
        at("/fields/0/label/it", "invalid"),
        at("/fields/0/pattern", "invalid"),
        at("/fields/1/maxLength", "meaningless"),
        at("/fields/1/choices", "meaningless"),
        at("/fields/2/minimum", "invalid"),
        at("/fields/2/maximum", "invalid"),
        at("/fields/3/minimum", "invalid"),
        at("/fields/4/maximum", "invalid"),
        at("/fields/5/decimals", "invalid"),
        at("/fields/6/choices/0/value", "invalid"),
        at("/rules/0/fields", "invalid"),
        at("/rules/1/equals", "meaningless"),
        at("/rules/2/fields/0", "invalid"),
        at("/rules/2/message/it", "invalid"),
    ];
    expected.sort();
    assert_eq!(told, expected);
}

#[test]
fn what_makes_no_sense_together_is_told_with_its_place() {
    let label = json!({ "it": "Uno" });
    let field = |name: &str, more: Value| {
        let mut field = json!({ "name": name, "label": label, "type": "text" });
        field.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        field
    };
    let definition = json!({
        "fields": [field("a", json!({ "minLength": 5, "maxLength": 4 })), field("a", json!({}))],
        "rules": [{ "rule": "equal", "fields": ["a", "z"], "message": label }],
    });
    let expected =
        [at("/fields/0", "empty_range"), at("/fields/1/name", "taken"), at("/rules/0", "unknown_field")];
    assert_eq!(wrong(definition), expected);
}

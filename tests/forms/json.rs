//! JSON as channels write it, where JSON Schema and texts differ.

use serde_json::{Value, json};
use varco::catalogue::render::{inputs_of_json, json_schema};
use varco::domain::catalogue::form::{Choice, FieldKind, Form};
use varco::domain::catalogue::language::{Language, Localized};
use varco::domain::text::Text;

use super::judges;
use super::random::{field, words};

fn form() -> Form {
    let integer = field("number", FieldKind::Integer { min: -3, max: 1000 }, false);
    let plate = field("plate", FieldKind::Plate, false);
    Form::new(vec![integer, plate, field("yes", FieldKind::Boolean, false)], Vec::new()).unwrap()
}

#[test]
fn a_number_of_json_is_judged_as_its_schema_judges_it() {
    let (form, validator) = (form(), judges::validator(&form()));
    for text in [
        "5",
        "5.0",
        "1e2",
        "-0",
        "-0.0",
        "0",
        "-3",
        "-4",
        "1000",
        "1001",
        "1e3",
        "1e4",
        "5.5",
        "1e300",
        "\"5\"",
        "true",
        "null",
        "[5]",
        "{}",
        "9007199254740993",
        "18446744073709551615",
        "-1e-5",
        "1000.0000000000000000001",
    ] {
        let value: Value = serde_json::from_str(text).unwrap();
        let object = json!({ "number": value });
        let read = inputs_of_json(&form, object.as_object().unwrap());
        let accepted = read.and_then(|inputs| form.read(&inputs)).is_ok();
        assert_eq!(accepted, validator.is_valid(&object), "{text}");
    }
}

#[test]
fn what_has_another_type_is_told_with_all_else() {
    let form = form();
    let object = json!({ "plate": 5, "yes": "true", "number": "5", "other": null, "not a name": 1 });
    let errors = inputs_of_json(&form, object.as_object().unwrap()).unwrap_err();
    let mut codes: Vec<&str> = errors.iter().map(|error| error.code).collect();
    codes.sort_unstable();
    assert_eq!(codes, ["boolean_form", "integer_form", "text_form", "unknown_field", "unknown_field"]);
    assert!(!judges::validator(&form).is_valid(&object));
}

#[test]
fn a_schema_speaks_the_language_of_its_reader() {
    let text = |text| Text::<70>::new(text).unwrap();
    let label = Localized::new(text("Tipo di veicolo"), [(Language::English, text("Kind of vehicle"))]);
    let cars = Localized::new(text("Auto"), [(Language::English, text("Car"))]);
    let choices = vec![Choice { value: text("1"), label: cars }];
    let mut kind = field("kind", FieldKind::Choice(choices), true);
    kind.label = label;
    kind.help = Some(words("Come sul libretto"));
    let form = Form::new(vec![kind, field("a", FieldKind::Boolean, false)], Vec::new()).unwrap();
    let schema = json_schema(&form, Language::English);
    assert_eq!(schema["properties"]["kind"]["title"], "Kind of vehicle");
    assert_eq!(schema["properties"]["kind"]["description"], "Come sul libretto");
    assert_eq!(schema["properties"]["kind"]["oneOf"], json!([{ "const": "1", "title": "Car" }]));
    assert_eq!(schema["required"], json!(["kind"]));
    assert_eq!(schema["x-varco-order"], json!(["kind", "a"]));
    let meta = jsonschema::meta::is_valid(&schema);
    assert!(meta, "{schema}");
}

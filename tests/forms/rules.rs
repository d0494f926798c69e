//! Rules between fields: those that a JSON Schema can say are said there, the others are told.

use proptest::prelude::*;
use serde_json::json;
use varco::catalogue::render::json_schema;
use varco::domain::catalogue::form::{Choice, Condition, CrossRule, FieldKind, FieldName, Form, Inputs};
use varco::domain::catalogue::language::Language;
use varco::domain::text::Text;

use super::judges;
use super::random::{Written, field, words};

fn name(text: &str) -> FieldName {
    FieldName::new(text).unwrap()
}

const NAMES: [&str; 4] = ["a", "b", "c", "d"];

/// A form of four fields that can all be left out: a list, yes or no, and two whole numbers.
fn form(conditions: Vec<Condition>) -> Form {
    let one = |value: &str| Choice { value: Text::new(value).unwrap(), label: words("voce") };
    let number = || FieldKind::Integer { min: 0, max: 2 };
    let kinds = [FieldKind::Choice(vec![one("x"), one("y")]), FieldKind::Boolean, number(), number()];
    let fields = NAMES.iter().zip(kinds).map(|(name, kind)| field(name, kind, false)).collect();
    let rule = |condition| CrossRule { condition, message: words("non va") };
    Form::new(fields, conditions.into_iter().map(rule).collect()).unwrap()
}

/// A rule about which fields are filled in.
fn condition() -> impl Strategy<Value = Condition> {
    let some = prop::sample::subsequence(&NAMES[..], 2..=4);
    let names = some.prop_map(|names| names.into_iter().map(name).collect::<Vec<_>>());
    let values = prop::sample::select(vec![("a", "x"), ("b", "true"), ("c", "1"), ("d", "0")]);
    prop_oneof![
        names.clone().prop_map(Condition::ExactlyOne),
        names.prop_map(Condition::AtLeastOne),
        (values, prop::sample::select(&NAMES[..])).prop_filter_map("itself", |((when, equals), field)| {
            let (field, when) = (name(field), name(when));
            (field != when).then(|| Condition::RequiredIf { field, when, equals: equals.to_owned() })
        }),
    ]
}

fn written() -> impl Strategy<Value = Written> {
    let texts = [&["x", "y"][..], &["true", "false"], &["0", "1"], &["0", "1"]];
    let each = texts.map(|texts| prop::option::of(prop::sample::select(texts)));
    let [a, b, c, d] = each;
    (a, b, c, d).prop_map(|(a, b, c, d)| {
        let all = NAMES.into_iter().zip([a, b, c, d]);
        all.filter_map(|(name, text)| Some((name.to_owned(), text?.to_owned()))).collect()
    })
}

proptest! {
    #[test]
    fn a_schema_says_which_fields_must_be_filled_in(
        conditions in prop::collection::vec(condition(), 1..4), all in prop::collection::vec(written(), 20),
    ) {
        let form = form(conditions);
        let validator = judges::validator(&form);
        for written in all {
            let inputs: Inputs = written.iter().map(|(field, text)| (name(field), text.clone())).collect();
            let object = judges::object(&form, &written).into();
            prop_assert_eq!(validator.is_valid(&object), form.read(&inputs).is_ok(), "{:?} {:?}", written, form.rules());
        }
    }
}

#[test]
fn a_rule_that_no_schema_can_say_is_told() {
    let form = form(vec![
        Condition::AtMost(name("c"), name("d")),
        Condition::AtLeastOne(vec![name("a"), name("b")]),
    ]);
    let schema = json_schema(&form, Language::Italian);
    let told = json!([{ "rule": "atMost", "fields": ["c", "d"], "message": "non va" }]);
    assert_eq!(schema["x-varco-rules"], told);
    assert_eq!(schema["allOf"].as_array().map(Vec::len), Some(1));
    let written = json!({ "a": "x", "c": 2, "d": 1 });
    assert!(judges::validator(&form).is_valid(&written));
}
